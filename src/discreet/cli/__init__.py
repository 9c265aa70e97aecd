"""``discreet``: what operators, designers and data protection officers type; its groups are in ``groups``.

Here is what can be typed. What it does is in a file of the same name, loaded when used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.groups import account, audit, consent, db, keys, rights
from discreet.cli.options import AsJson, Project, WholeProject
from discreet.cli.state import state_folder

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for name, group in (
    ("db", db),
    ("rights", rights),
    ("keys", keys),
    ("audit", audit),
    ("account", account),
    ("consent", consent),
):
    app.add_typer(group.app, name=name)


@app.command()
def up(
    port: Annotated[int, typer.Option(envvar="DISCREET_PORT", help="Port of the page, on loopback.")] = 5005,
    tls_certificate: Annotated[
        Path | None, typer.Option(envvar="DISCREET_TLS_CERTIFICATE", help="Certificate chain, PEM; with --tls-key.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(envvar="DISCREET_TLS_KEY", help="Its private key, PEM.")] = None,
    interface: Annotated[
        str, typer.Option(envvar="DISCREET_INTERFACE", help="Address to listen on; others than loopback need TLS.")
    ] = "127.0.0.1",
    project: WholeProject = Path(),
) -> None:
    """Start the whole assistant and print the address of its page; Ctrl-C stops it."""
    from discreet.cli.up import run

    if (tls_certificate is None) != (tls_key is None):
        raise typer.BadParameter("--tls-certificate and --tls-key belong together")
    tls = (tls_certificate, tls_key) if tls_certificate and tls_key else None
    raise typer.Exit(run(project.resolve(), port, interface=interface, tls=tls))


@app.command()
def train(project: WholeProject = Path()) -> None:
    """Train the model that fits the training data, and sign it."""
    from discreet.cli.up import train_only

    raise typer.Exit(train_only(project.resolve()))


@app.command()
def chat(
    url: Annotated[str, typer.Option(help="Address of the running assistant.")] = "http://127.0.0.1:5005",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON message a line in, one turn a line out.")] = False,
) -> None:
    """Talk to the running assistant from a terminal."""
    from discreet.cli.chat import run

    raise typer.Exit(run(url, jsonl=jsonl))


@app.command()
def redact(
    jsonl: Annotated[bool, typer.Option("--jsonl", help='Read {"text"} objects, print {"spans"}.')] = False,
    surrogates: Annotated[int | None, typer.Option(help="Print invented values, drawn from this seed.")] = None,
    project: Project = Path(),
) -> None:
    """Read lines and print them without the personal data that patterns find."""
    from discreet.cli.redact import run

    raise typer.Exit(run(project.resolve(), jsonl=jsonl, surrogates=surrogates))


@app.command()
def doctor(as_json: AsJson = False, project: Project = Path()) -> None:
    """Look over the installation and say what is wrong and what to do."""
    from discreet.cli.doctor import run

    raise typer.Exit(run(project.resolve(), state_folder(project), as_json=as_json))


@app.command()
def mail(as_json: AsJson = False, project: Project = Path()) -> None:
    """Show what was written to customers, while no mail server is set up."""
    from discreet.cli.mail import run

    raise typer.Exit(run(state_folder(project), as_json=as_json))


@app.command()
def retention(
    keep: Annotated[str | None, typer.Option(help="Keep sessions so long, for a bot without privacy.yml.")] = None,
    project: Project = Path(),
) -> None:
    """End the sessions that are over now, as the keeper does while the assistant runs."""
    from discreet.cli.db import run_retention

    raise typer.Exit(run_retention(project.resolve(), state_folder(project), keep))


@app.command(hidden=True)
def forget(project: Annotated[Path, typer.Option()] = Path()) -> None:
    """What `make clean` calls first: stop a database that a killed start left, and remove the folder outside."""
    from discreet.cli.up import forget_database

    raise typer.Exit(forget_database(project.resolve()))
