"""``discreet consent``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.options import AsJson, Project
from discreet.cli.state import state_folder

app = typer.Typer(no_args_is_help=True, help="The ledger of consent, for the data protection officer.")
_Person = Annotated[
    str, typer.Argument(help="A sender id as Rasa knows the person, or the 32 digits that the ledger has.")
]


@app.command()
def history(person: _Person, as_json: AsJson = False, project: Project = Path()) -> None:
    """What one person was asked and answered."""
    from discreet.cli.consent import run_history

    raise typer.Exit(run_history(state_folder(project), person, as_json=as_json))


@app.command()
def export(project: Project = Path()) -> None:
    """Every event of everybody, one JSON object a line."""
    from discreet.cli.consent import run_export

    raise typer.Exit(run_export(state_folder(project)))


@app.command()
def stats(as_json: AsJson = False, project: Project = Path()) -> None:
    """How often each answer was given, purpose by purpose, and how many hold now."""
    from discreet.cli.consent import run_stats

    raise typer.Exit(run_stats(state_folder(project), as_json=as_json))


@app.command("verify")
def consent_verify(
    receipt: Annotated[Path | None, typer.Argument(help="A receipt to check; without one, the whole ledger.")] = None,
    public_key: Annotated[Path | None, typer.Option(help="The shop's public key, PEM; with a receipt.")] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="A file outside the database that remembers where each chain ended.")
    ] = None,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Check a receipt offline, or every event of the ledger and their order."""
    from discreet.cli.consent import run_verify, run_verify_receipt

    if receipt is None:
        raise typer.Exit(run_verify(state_folder(project), anchors, as_json=as_json))
    if public_key is None:
        raise typer.BadParameter("a receipt is checked with --public-key")
    raise typer.Exit(run_verify_receipt(receipt, public_key, as_json=as_json))


@app.command()
def public_key(project: Project = Path()) -> None:
    """Print the public key that receipts are checked with."""
    from discreet.cli.consent import run_public_key

    raise typer.Exit(run_public_key(state_folder(project)))


@app.command()
def withdraw(
    person: _Person,
    purpose: Annotated[str | None, typer.Option(help="Only this purpose of privacy.yml.")] = None,
    project: Project = Path(),
) -> None:
    """Withdraw a person's consent at once, as they asked for."""
    from discreet.cli.consent import run_withdraw

    raise typer.Exit(run_withdraw(project.resolve(), state_folder(project), person, purpose))
