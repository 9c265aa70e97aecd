"""``discreet db``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.options import Project
from discreet.cli.state import state_folder

app = typer.Typer(no_args_is_help=True, help="The database of conversations.")


@app.command()
def verify(project: Project = Path()) -> None:
    """Check every record of every conversation, and say which are damaged and where."""
    from discreet.cli.db import run_verify

    raise typer.Exit(run_verify(state_folder(project)))


@app.command()
def erase(
    sender_id: Annotated[str, typer.Argument(help="As Rasa knows the person; of our own channels, the pseudonym.")],
    project: Project = Path(),
) -> None:
    """Erase everything that is kept of one person: keys first. Nothing brings it back."""
    from discreet.cli.db import run_erase

    raise typer.Exit(run_erase(state_folder(project), sender_id))


@app.command()
def replay_erasures(project: Project = Path()) -> None:
    """Erase again, in a database that was restored from a backup, everybody who was erased since."""
    from discreet.cli.db import run_replay

    raise typer.Exit(run_replay(state_folder(project)))


@app.command()
def scrub(project: Project = Path()) -> None:
    """Remove what erased rows left in the database's files and log. Rewrites tables: people wait meanwhile."""
    from discreet.cli.db import run_scrub

    raise typer.Exit(run_scrub(state_folder(project)))


@app.command()
def migrate(
    database_url: Annotated[
        str, typer.Option(envvar="DISCREET_DATABASE_URL", help="Your Postgres database, as its owner.")
    ] = "",
    roles: Annotated[str, typer.Option(help="What the database roles' names begin with.")] = "",
    project: Annotated[Path, typer.Option(help="The bot's folder, from which Rasa is run.")] = Path(),
) -> None:
    """Prepare a database and keys for another Rasa bot that takes the tracker store."""
    from discreet.cli.migrate import run

    raise typer.Exit(run(state_folder(project), database_url, roles))


@app.command()
def import_tracker_store(
    database_url: Annotated[
        str,
        typer.Option(
            envvar="DISCREET_SOURCE_DATABASE_URL",
            help="The database to read, such as postgresql://... or sqlite:///...",
        ),
    ] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Change nothing, only compare.")] = False,
    project: Annotated[Path, typer.Option(help="The bot's folder, in which `discreet db migrate` was run.")] = Path(),
) -> None:
    """Move the conversations of Rasa's own SQL tracker store into ours. Safe to repeat."""
    from discreet.cli.moving import run

    raise typer.Exit(run(state_folder(project), database_url, only_verify=verify))
