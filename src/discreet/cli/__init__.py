"""``discreet``: what operators, designers and data protection officers type. One file a command, loaded when used."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from discreet.cli.account import account
from discreet.cli.audit import audit

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


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
    project: Annotated[Path, typer.Option(help="Folder with config.yml and privacy.yml.")] = Path(),
) -> None:
    """Start the whole assistant and print the address of its page; Ctrl-C stops it."""
    from discreet.cli.up import run

    if (tls_certificate is None) != (tls_key is None):
        raise typer.BadParameter("--tls-certificate and --tls-key belong together")
    tls = (tls_certificate, tls_key) if tls_certificate and tls_key else None
    raise typer.Exit(run(project.resolve(), port, interface=interface, tls=tls))


@app.command()
def train(project: Annotated[Path, typer.Option(help="Folder with config.yml and privacy.yml.")] = Path()) -> None:
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
    project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path(),
) -> None:
    """Read lines and print them without the personal data that patterns find."""
    from discreet.cli.redact import run

    raise typer.Exit(run(project.resolve(), jsonl=jsonl, surrogates=surrogates))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path(),
) -> None:
    """Look over the installation and say what is wrong and what to do."""
    from discreet.cli.doctor import run
    from discreet.cli.up import state_folder

    raise typer.Exit(run(project.resolve(), state_folder(project.resolve()), as_json=as_json))


@app.command()
def mail(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path(),
) -> None:
    """Show what was written to customers, while no mail server is set up."""
    from discreet.cli.mail import run
    from discreet.cli.up import state_folder

    raise typer.Exit(run(state_folder(project.resolve()), as_json=as_json))


db = typer.Typer(no_args_is_help=True, help="The database of conversations.")
app.add_typer(db, name="db")


@db.command()
def verify(project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path()) -> None:
    """Check every record of every conversation, and say which are damaged and where."""
    from discreet.cli.db import run_verify
    from discreet.cli.up import state_folder

    raise typer.Exit(run_verify(state_folder(project.resolve())))


@db.command()
def erase(
    sender_id: Annotated[str, typer.Argument(help="As Rasa knows the person; of our own channels, the pseudonym.")],
    project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path(),
) -> None:
    """Erase everything that is kept of one person: keys first. Nothing brings it back."""
    from discreet.cli.db import run_erase
    from discreet.cli.up import state_folder

    raise typer.Exit(run_erase(state_folder(project.resolve()), sender_id))


@db.command()
def replay_erasures(project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path()) -> None:
    """Erase again, in a database that was restored from a backup, everybody who was erased since."""
    from discreet.cli.db import run_replay
    from discreet.cli.up import state_folder

    raise typer.Exit(run_replay(state_folder(project.resolve())))


@db.command()
def scrub(project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path()) -> None:
    """Remove what erased rows left in the database's files and log. Rewrites tables: people wait meanwhile."""
    from discreet.cli.db import run_scrub
    from discreet.cli.up import state_folder

    raise typer.Exit(run_scrub(state_folder(project.resolve())))


rights = typer.Typer(no_args_is_help=True, help="What people asked for of their own data.")
app.add_typer(rights, name="rights")
_Project = Annotated[Path, typer.Option(help="Folder with privacy.yml.")]
_Request = Annotated[str, typer.Argument(help="The request's id, rq_...")]
_Json = Annotated[bool, typer.Option("--json", help="For machines.")]
_Reason = Annotated[str, typer.Option(help="What the person is told; never a value of theirs.")]


@rights.command("list")
def list_rights(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    as_json: _Json = False,
    project: _Project = Path(),
) -> None:
    """Show open requests, what is due first first."""
    from discreet.cli.rights import run_list
    from discreet.cli.up import state_folder

    raise typer.Exit(run_list(state_folder(project.resolve()), everything=everything, as_json=as_json))


@rights.command("show")
def show_right(request: _Request, as_json: _Json = False, project: _Project = Path()) -> None:
    """Show one request, its outcome and its log."""
    from discreet.cli.rights import run_show
    from discreet.cli.up import state_folder

    raise typer.Exit(run_show(state_folder(project.resolve()), request, as_json=as_json))


@rights.command("certificate")
def certificate(request: _Request, as_json: _Json = False, project: _Project = Path()) -> None:
    """Check and print the certificate of an erasure."""
    from discreet.cli.rights import run_certificate
    from discreet.cli.up import state_folder

    raise typer.Exit(run_certificate(state_folder(project.resolve()), request, as_json=as_json))


@rights.command("file")
def file_right(
    kind: Annotated[str, typer.Argument(help="erasure, restriction, lifting or objection.")],
    sender_id: Annotated[str, typer.Argument(help="As Rasa knows the person; of our own channels, the pseudonym.")],
    purpose: Annotated[str | None, typer.Option(help="What an objection is against.")] = None,
    received: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which the request came.")
    ] = None,
    project: _Project = Path(),
) -> None:
    """File a request for somebody who asked in another way, after you checked who they are."""
    from discreet.cli.rights import run_file
    from discreet.cli.up import state_folder

    folder = project.resolve()
    raise typer.Exit(run_file(folder, state_folder(folder), kind, sender_id, purpose, received and received.date()))


@rights.command("run")
def run_right(request: _Request, project: _Project = Path()) -> None:
    """Carry out a filed request now."""
    from discreet.cli.rights import run_request
    from discreet.cli.up import state_folder

    raise typer.Exit(run_request(state_folder(project.resolve()), request))


@rights.command("extend")
def extend_right(request: _Request, reason: _Reason, project: _Project = Path()) -> None:
    """Take two further months for a request, once."""
    from discreet.cli.rights import run_extend
    from discreet.cli.up import state_folder

    raise typer.Exit(run_extend(state_folder(project.resolve()), request, reason))


@rights.command("refuse")
def refuse_right(request: _Request, reason: _Reason, project: _Project = Path()) -> None:
    """End a filed request with the reason why nothing is done."""
    from discreet.cli.rights import run_refuse
    from discreet.cli.up import state_folder

    raise typer.Exit(run_refuse(state_folder(project.resolve()), request, reason))


@app.command()
def retention(
    keep: Annotated[str | None, typer.Option(help="Keep sessions so long, for a bot without privacy.yml.")] = None,
    project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path(),
) -> None:
    """End the sessions that are over now, as the keeper does while the assistant runs."""
    from discreet.cli.db import run_retention
    from discreet.cli.up import state_folder

    raise typer.Exit(run_retention(project.resolve(), state_folder(project.resolve()), keep))


keys = typer.Typer(no_args_is_help=True, help="Key-encryption keys.")
app.add_typer(keys, name="keys")


@keys.command("list")
def list_keys(project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path()) -> None:
    """Show which keys there are, how old they are and how much they wrap."""
    from discreet.cli.keys import run_list
    from discreet.cli.up import state_folder

    raise typer.Exit(run_list(state_folder(project.resolve())))


@keys.command()
def rotate(project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path()) -> None:
    """Add a new key to each ring and wrap everything by it, while the assistant serves."""
    from discreet.cli.keys import run_rotate
    from discreet.cli.up import state_folder

    raise typer.Exit(run_rotate(state_folder(project.resolve())))


@keys.command()
def rewrap(
    drop_unused: Annotated[bool, typer.Option("--drop-unused", help="Forget older keys that wrap nothing.")] = False,
    project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path(),
) -> None:
    """Wrap everything by the newest keys: what an interrupted rotation left."""
    from discreet.cli.keys import run_rewrap
    from discreet.cli.up import state_folder

    raise typer.Exit(run_rewrap(state_folder(project.resolve()), drop_unused=drop_unused))


@keys.command("verify")
def verify_keys(project: Annotated[Path, typer.Option(help="Folder with privacy.yml.")] = Path()) -> None:
    """Open every wrapped key, and say which do not open."""
    from discreet.cli.keys import run_verify
    from discreet.cli.up import state_folder

    raise typer.Exit(run_verify(state_folder(project.resolve())))


@db.command()
def migrate(
    database_url: Annotated[
        str, typer.Option(envvar="DISCREET_DATABASE_URL", help="Your Postgres database, as its owner.")
    ] = "",
    roles: Annotated[str, typer.Option(help="What the database roles' names begin with.")] = "",
    project: Annotated[Path, typer.Option(help="The bot's folder, from which Rasa is run.")] = Path(),
) -> None:
    """Prepare a database and keys for another Rasa bot that takes the tracker store."""
    from discreet.cli.migrate import run
    from discreet.cli.up import state_folder

    raise typer.Exit(run(state_folder(project.resolve()), database_url, roles))


@db.command()
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
    from discreet.cli.up import state_folder

    raise typer.Exit(run(state_folder(project.resolve()), database_url, only_verify=verify))


app.add_typer(audit, name="audit")
app.add_typer(account, name="account")
consent = typer.Typer(no_args_is_help=True, help="The ledger of consent, for the data protection officer.")
app.add_typer(consent, name="consent")
_PERSON = typer.Argument(help="A sender id as Rasa knows the person, or the 32 digits that the ledger has.")
_PROJECT = typer.Option(help="Folder with privacy.yml.")
_JSON = typer.Option("--json", help="For machines.")


@consent.command()
def history(
    person: Annotated[str, _PERSON],
    as_json: Annotated[bool, _JSON] = False,
    project: Annotated[Path, _PROJECT] = Path(),
) -> None:
    """What one person was asked and answered."""
    from discreet.cli.consent import run_history
    from discreet.cli.up import state_folder

    raise typer.Exit(run_history(state_folder(project.resolve()), person, as_json=as_json))


@consent.command()
def export(project: Annotated[Path, _PROJECT] = Path()) -> None:
    """Every event of everybody, one JSON object a line."""
    from discreet.cli.consent import run_export
    from discreet.cli.up import state_folder

    raise typer.Exit(run_export(state_folder(project.resolve())))


@consent.command()
def stats(as_json: Annotated[bool, _JSON] = False, project: Annotated[Path, _PROJECT] = Path()) -> None:
    """How often each answer was given, purpose by purpose, and how many hold now."""
    from discreet.cli.consent import run_stats
    from discreet.cli.up import state_folder

    raise typer.Exit(run_stats(state_folder(project.resolve()), as_json=as_json))


@consent.command("verify")
def consent_verify(
    receipt: Annotated[Path | None, typer.Argument(help="A receipt to check; without one, the whole ledger.")] = None,
    public_key: Annotated[Path | None, typer.Option(help="The shop's public key, PEM; with a receipt.")] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="A file outside the database that remembers where each chain ended.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
    project: Annotated[Path, _PROJECT] = Path(),
) -> None:
    """Check a receipt offline, or every event of the ledger and their order."""
    from discreet.cli.consent import run_verify, run_verify_receipt
    from discreet.cli.up import state_folder

    if receipt is None:
        raise typer.Exit(run_verify(state_folder(project.resolve()), anchors, as_json=as_json))
    if public_key is None:
        raise typer.BadParameter("a receipt is checked with --public-key")
    raise typer.Exit(run_verify_receipt(receipt, public_key, as_json=as_json))


@consent.command()
def public_key(project: Annotated[Path, _PROJECT] = Path()) -> None:
    """Print the public key that receipts are checked with."""
    from discreet.cli.consent import run_public_key
    from discreet.cli.up import state_folder

    raise typer.Exit(run_public_key(state_folder(project.resolve())))


@consent.command()
def withdraw(
    person: Annotated[str, _PERSON],
    purpose: Annotated[str | None, typer.Option(help="Only this purpose of privacy.yml.")] = None,
    project: Annotated[Path, _PROJECT] = Path(),
) -> None:
    """Withdraw a person's consent at once, as they asked for."""
    from discreet.cli.consent import run_withdraw
    from discreet.cli.up import state_folder

    raise typer.Exit(run_withdraw(project.resolve(), state_folder(project.resolve()), person, purpose))


@app.command(hidden=True)
def forget(project: Annotated[Path, typer.Option()] = Path()) -> None:
    """What `make clean` calls first: stop a database that a killed start left, and remove the folder outside."""
    from discreet.cli.up import forget_database

    raise typer.Exit(forget_database(project.resolve()))
