"""``discreet rights``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.options import AsJson, Project
from discreet.cli.state import state_folder

app = typer.Typer(no_args_is_help=True, help="What people asked for of their own data.")
_Request = Annotated[str, typer.Argument(help="The request's id, rq_...")]
_Reason = Annotated[str, typer.Option(help="What the person is told; never a value of theirs.")]


@app.command("list")
def list_rights(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Show open requests, what is due first first."""
    from discreet.cli.rights import run_list

    raise typer.Exit(run_list(state_folder(project), everything=everything, as_json=as_json))


@app.command("show")
def show_right(request: _Request, as_json: AsJson = False, project: Project = Path()) -> None:
    """Show one request, its outcome and its log."""
    from discreet.cli.rights import run_show

    raise typer.Exit(run_show(state_folder(project), request, as_json=as_json))


@app.command("certificate")
def certificate(request: _Request, as_json: AsJson = False, project: Project = Path()) -> None:
    """Check and print the certificate of an erasure."""
    from discreet.cli.rights import run_certificate

    raise typer.Exit(run_certificate(state_folder(project), request, as_json=as_json))


@app.command("file")
def file_right(
    kind: Annotated[str, typer.Argument(help="erasure, restriction, lifting or objection.")],
    sender_id: Annotated[str, typer.Argument(help="As Rasa knows the person; of our own channels, the pseudonym.")],
    purpose: Annotated[str | None, typer.Option(help="What an objection is against.")] = None,
    received: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which the request came.")
    ] = None,
    project: Project = Path(),
) -> None:
    """File a request for somebody who asked in another way, after you checked who they are."""
    from discreet.cli.rights import run_file

    folder = project.resolve()
    raise typer.Exit(run_file(folder, state_folder(folder), kind, sender_id, purpose, received and received.date()))


@app.command("run")
def run_right(request: _Request, project: Project = Path()) -> None:
    """Carry out a filed request now."""
    from discreet.cli.rights import run_request

    raise typer.Exit(run_request(state_folder(project), request))


@app.command("extend")
def extend_right(request: _Request, reason: _Reason, project: Project = Path()) -> None:
    """Take two further months for a request, once."""
    from discreet.cli.rights import run_extend

    raise typer.Exit(run_extend(state_folder(project), request, reason))


@app.command("refuse")
def refuse_right(request: _Request, reason: _Reason, project: Project = Path()) -> None:
    """End a filed request with the reason why nothing is done."""
    from discreet.cli.rights import run_refuse

    raise typer.Exit(run_refuse(state_folder(project), request, reason))
