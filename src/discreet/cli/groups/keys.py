"""``discreet keys``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.options import Project
from discreet.cli.state import state_folder

app = typer.Typer(no_args_is_help=True, help="Key-encryption keys.")


@app.command("list")
def list_keys(project: Project = Path()) -> None:
    """Show which keys there are, how old they are and how much they wrap."""
    from discreet.cli.keys import run_list

    raise typer.Exit(run_list(state_folder(project)))


@app.command()
def rotate(project: Project = Path()) -> None:
    """Add a new key to each ring and wrap everything by it, while the assistant serves."""
    from discreet.cli.keys import run_rotate

    raise typer.Exit(run_rotate(state_folder(project)))


@app.command()
def rewrap(
    drop_unused: Annotated[bool, typer.Option("--drop-unused", help="Forget older keys that wrap nothing.")] = False,
    project: Project = Path(),
) -> None:
    """Wrap everything by the newest keys: what an interrupted rotation left."""
    from discreet.cli.keys import run_rewrap

    raise typer.Exit(run_rewrap(state_folder(project), drop_unused=drop_unused))


@app.command("verify")
def verify_keys(project: Project = Path()) -> None:
    """Open every wrapped key, and say which do not open."""
    from discreet.cli.keys import run_verify

    raise typer.Exit(run_verify(state_folder(project)))
