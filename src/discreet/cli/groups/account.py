"""``discreet account``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.options import Project
from discreet.cli.state import state_folder

app = typer.Typer(no_args_is_help=True, help="Customers' accounts, for an operator who has checked who asks.")


@app.command()
def reopen(project: Project = Path()) -> None:
    """Take codes again that a hundred wrong ones have closed. Asks for the account's e-mail address."""
    from discreet.cli.account import run_reopen

    raise typer.Exit(run_reopen(project, state_folder(project)))


@app.command()
def remove(
    kind: Annotated[str, typer.Argument(help="totp, passkey or recovery.")],
    project: Project = Path(),
) -> None:
    """Remove an authenticator that somebody has lost with everything else. Asks for the account's e-mail address."""
    from discreet.cli.account import run_remove

    raise typer.Exit(run_remove(project, state_folder(project), kind))
