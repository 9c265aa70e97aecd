"""``discreet account``: the commands; what they do is in ``accounts``, loaded when used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

account = typer.Typer(no_args_is_help=True, help="Customers' accounts, for an operator who has checked who asks.")
_PROJECT = typer.Option(help="Folder with privacy.yml.")


@account.command()
def reopen(project: Annotated[Path, _PROJECT] = Path()) -> None:
    """Take codes again that a hundred wrong ones have closed. Asks for the account's e-mail address."""
    from discreet.cli.accounts import run_reopen
    from discreet.cli.up import state_folder

    raise typer.Exit(run_reopen(state_folder(project.resolve())))


@account.command()
def remove(
    kind: Annotated[str, typer.Argument(help="totp, passkey or recovery.")],
    project: Annotated[Path, _PROJECT] = Path(),
) -> None:
    """Remove an authenticator that somebody has lost with everything else. Asks for the account's e-mail address."""
    from discreet.cli.accounts import run_remove
    from discreet.cli.up import state_folder

    raise typer.Exit(run_remove(state_folder(project.resolve()), kind))
