"""``discreet audit``: the commands; what they do is in ``auditing``, loaded when used."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

audit = typer.Typer(no_args_is_help=True, help="The audit log, for auditors and data protection officers.")
_PROJECT = typer.Option(help="Folder with privacy.yml.")
_JSON = typer.Option("--json", help="For machines.")


@audit.command()
def verify(
    heads: Annotated[Path | None, typer.Option(help="A copy of the file audit/heads, of any age.")] = None,
    as_json: Annotated[bool, _JSON] = False,
    project: Annotated[Path, _PROJECT] = Path(),
) -> None:
    """Check every event, their order and where the log ends, and name the first that is not as it was signed."""
    from discreet.cli.auditing import run_verify
    from discreet.cli.up import state_folder

    raise typer.Exit(run_verify(state_folder(project.resolve()), heads, as_json=as_json))


@audit.command()
def show(
    since: Annotated[datetime | None, typer.Option(help="Events from then on, UTC.")] = None,
    event: Annotated[str | None, typer.Option(help="Of this name only, such as reveal.")] = None,
    as_json: Annotated[bool, _JSON] = False,
    project: Annotated[Path, _PROJECT] = Path(),
) -> None:
    """Print events, oldest first, with the number of their link."""
    from discreet.cli.auditing import run_show
    from discreet.cli.up import state_folder

    raise typer.Exit(run_show(state_folder(project.resolve()), since, event, as_json=as_json))


@audit.command()
def resume(
    reason: Annotated[str, typer.Option(help="Why the end of the log is another than was signed; it is kept.")],
    project: Annotated[Path, _PROJECT] = Path(),
) -> None:
    """Go on from where the database stands, after a restored backup; says so outside the database for ever."""
    from discreet.cli.auditing import run_resume
    from discreet.cli.up import state_folder

    raise typer.Exit(run_resume(state_folder(project.resolve()), reason))
