"""`connectors campaign send`: from a file to the last receipt."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Console

from connectors.commands.campaign_following import Followed, worked
from connectors.commands.campaign_pages import of, print_preview
from connectors.commands.dispatchers import NOBODY_SENDS, anybody_sends
from connectors.commands.options import (
    SOURCE,
    Account,
    chosen_account,
    customer_id_option,
    in_words_of_options,
    json_option,
    printable,
    read_text,
    read_text_file,
    sending_options,
    template_of,
)
from connectors.commands.terminal import console_for, legible, local_time, say
from connectors.installed import listen
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.campaigns import files
from connectors.shared.campaigns.drafting import Draft, RecipientsFile, Wanted, draft, file_at
from connectors.shared.campaigns.preview import preview
from connectors.shared.campaigns.store import create
from connectors.shared.errors import ConnectorsError, NotUnderstood
from connectors.shared.opt_outs.store import Scope, opted_out

ASK_ABOVE = 100
"""Recipients that a person is asked about, once."""
PATIENCE_SECONDS = 60.0
LONGEST_PATIENCE_SECONDS = 604_800
CHUNK = 65_536

wait_option = click.option(
    "--wait",
    "patience",
    default=PATIENCE_SECONDS,
    show_default=True,
    type=click.FloatRange(0, LONGEST_PATIENCE_SECONDS),
    metavar="SECONDS",
    help="Watch until nothing has changed for so long.",
)


class NobodyToText(ConnectorsError):
    """Every row would be left out."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", help="What to say; {{ first name }} stands for that column. `-` reads standard input.")
@click.option("--text-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file that says it.")
@sending_options
@click.option("--name", callback=printable, help="What you call it. Default: the file's name.")
@click.option(
    "--mobile-column", callback=printable, help="Header of the numbers' column, where it is not found by itself."
)
@click.option("--country-column", callback=printable, help="Header of the column of countries or calling codes.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@wait_option
@click.option("--no-wait", is_flag=True, help="Keep it, and do not watch.")
@json_option
@customer_id_option
@click.pass_context
def send(
    ctx: click.Context,
    /,
    file: Path,
    dry_run: bool,
    yes: bool,
    patience: float,
    no_wait: bool,
    as_json: bool,
    customer_id: str | None,
    **given: Any,
) -> None:
    """Text everybody in FILE (.xlsx or .csv), and watch it from the first row to the last receipt.

    The first row of the file names its columns. One of them holds the numbers; every other can stand in the text, as
    {{ first name }} for a column First Name. The vendor's own ##var##, ##var2## and ##var3## work too.

    `connectors serve` does the sending, so have it running. Ctrl-C ends the watching alone.

    \b
    Examples:
      connectors campaign send people.xlsx --text "Dear {{ first name }}, our sale begins today." --dry-run
      connectors campaign send people.xlsx --text "Dear {{ first name }}, our sale begins today."
      connectors campaign send people.csv --text-file sale.txt --at 2026-11-21T10:00:00+05:30
    """
    console = console_for(stderr=as_json)
    with opened() as service:
        listen(service)
        account = chosen_account(service, customer_id)
        recipients, wanted = _file(file), Wanted(**_wanted(service, account, given))
        drafted = _draft(service, account, wanted, recipients)
        if dry_run:
            ctx.exit(_dry_run(service, console, drafted, recipients, as_json=as_json))
        if not yes and not as_json and _is_person(console):
            _make_sure(service, console, drafted, recipients)
        followed = Followed(service, account, _keep(service, drafted, recipients))
        say(console, legible(f"“{drafted.new.name}” is kept as campaign {followed.id}."))
        campaign = _leave(service, console, followed) if no_wait else followed.follow(console, patience)
        if as_json:
            click.echo(json.dumps(campaign))
        elif not no_wait:
            followed.tell(console, campaign)
    ctx.exit(0 if worked(campaign) else 1)


def _file(path: Path) -> RecipientsFile:
    if not path.is_file():
        raise NotUnderstood(f"{path} is no ordinary file: save the list as an .xlsx or .csv.")
    # It becomes the campaign's name, which no database keeps with what is no text.
    name = "".join(character if character.isprintable() else "_" for character in path.name)
    with in_words_of_options(name):
        return file_at(path, name)


def _wanted(service: Service, account: Account, given: dict[str, Any]) -> dict[str, Any]:
    text, text_file, template = (given.pop(name) for name in ("text", "text_file", "template"))
    if [text, text_file, template].count(None) != 2:
        raise NotUnderstood("Say what to send: give one of --text, --text-file and --template.")
    chosen = {name: value for name, value in given.items() if value is not None}
    if template is not None:
        return template_of(service, account, template) | chosen
    return chosen | {"text": read_text(text) if text_file is None else read_text_file(text_file)}


def _draft(service: Service, account: Account, wanted: Wanted, file: RecipientsFile) -> Draft:
    with service.database.read() as connection:
        sender = sender_of_account(connection, account.id)
    with in_words_of_options(file.name):
        return draft(sender, wanted, file, SOURCE)


def _preview(service: Service, console: Console, drafted: Draft, file: RecipientsFile) -> dict[str, Any]:
    def screen(numbers: Sequence[str]) -> dict[str, Scope]:
        with service.database.read() as connection:
            return opted_out(connection, service.secrets, drafted.new.account_id, numbers)

    new = drafted.new
    options = Wanted(new.text, mobile_column=new.mobile_column, country_column=new.country_column).options
    with in_words_of_options(file.name), console.status(f"Reading {file.path.name}…"):
        return preview(file.path, file.kind, options, asdict(new) | {"id": "preview"}, screen)


def _dry_run(service: Service, console: Console, drafted: Draft, file: RecipientsFile, *, as_json: bool) -> int:
    found = _preview(service, console, drafted, file)
    if as_json:
        click.echo(json.dumps(found))
    else:
        print_preview(console, file.name or "", found)
        say(
            console, "\nNothing was sent." if found["recipients"] else "\nNobody would be texted, and nothing was sent."
        )
    return 0 if found["recipients"] else 1


def _is_person(console: Console) -> bool:
    return console.is_terminal and sys.stdin is not None and sys.stdin.isatty()


def _make_sure(service: Service, console: Console, drafted: Draft, file: RecipientsFile) -> None:
    """Show what a large campaign would send, and ask once. Raises NobodyToText."""
    found = _preview(service, console, drafted, file)
    if not found["recipients"]:
        print_preview(console, file.name or "", found)
        raise NobodyToText("Nobody would be texted, so nothing was sent.")
    if found["recipients"] <= ASK_ABOVE:
        return
    first, due = found["first"][0], drafted.new.due_at
    left_out = found["total"] - found["recipients"]
    say(console, legible(f"The first, to {first['to']}:\n\n{first['text']}\n"))
    if left_out:
        say(console, f"{of(left_out, 'row')} would be left out; --dry-run shows why.")
    when = f"on {local_time(due)}" if due else "now"
    click.confirm(
        f"Send {found['segments']:,} SMS to {of(found['recipients'], 'recipient')} {when}?", default=False, abort=True
    )


def _keep(service: Service, drafted: Draft, file: RecipientsFile) -> str:
    new = drafted.new
    with file.path.open("rb") as content:
        staged = files.stage(service.database, service.secrets, new.account_id, _chunks(content))
    with service.database.write() as connection:
        create(connection, service.secrets, new, campaign_id=staged)
    service.wakeup.announce()
    return staged


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: content.read(CHUNK), b"")


def _leave(service: Service, console: Console, followed: Followed) -> dict[str, Any]:
    if not anybody_sends(service):
        say(console, NOBODY_SENDS)
    say(console, f"Watch it with {followed.command('show', ' --watch')}.")
    return followed.look()
