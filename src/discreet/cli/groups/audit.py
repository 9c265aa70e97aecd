"""``discreet audit``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.options import AsJson, Project
from discreet.cli.state import state_folder

app = typer.Typer(no_args_is_help=True, help="The audit log, for auditors and data protection officers.")


@app.command()
def verify(
    heads: Annotated[Path | None, typer.Option(help="A copy of the file audit/heads, of any age.")] = None,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Check every event, their order and where the log ends, and name the first that is not as it was signed."""
    from discreet.cli.audit import run_verify

    raise typer.Exit(run_verify(state_folder(project), heads, as_json=as_json))


@app.command()
def show(
    since: Annotated[datetime | None, typer.Option(help="Events from then on, UTC.")] = None,
    event: Annotated[str | None, typer.Option(help="Of this name only, such as reveal.")] = None,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Print events, oldest first, with the number of their link."""
    from discreet.cli.audit import run_show

    raise typer.Exit(run_show(state_folder(project), since, event, as_json=as_json))


@app.command()
def resume(
    reason: Annotated[str, typer.Option(help="Why the end of the log is another than was signed; it is kept.")],
    project: Project = Path(),
) -> None:
    """Go on from where the database stands, after a restored backup; says so outside the database for ever."""
    from discreet.cli.audit import run_resume

    raise typer.Exit(run_resume(state_folder(project), reason))
