"""What the commands that send have in common: whose account, what is said and how; errors in the words of options."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import select

from connectors.service import Service
from connectors.shared.accounts.store import MESSAGE_TYPES, require_account
from connectors.shared.accounts.tables import accounts
from connectors.shared.campaigns.sheets import SheetRefused
from connectors.shared.errors import NotFound, NotUnderstood
from connectors.shared.message_central import CARRIED_FLOW_TYPES
from connectors.shared.messages.composing import InvalidMessage, read_moment
from connectors.shared.templates.store import by_name_or_id, list_templates

SOURCE: Final = "command"
LONGEST_LINE: Final = 200
MOST_OCTETS: Final = 100_000
"""Of a text: far more than any that can be sent."""
NAMES_SHOWN: Final = 10

_NO_ACCOUNT = """There is no account yet. Add the one that you have at Message Central, then try again:

    connectors accounts add --customer-id C-… --email you@shop.example --sender-id UTOMOB --country-code 91

It asks for the password. --sender-id is whom your SMS are from, --country-code the country of numbers without one."""
_TEMPLATE_FIELDS = ("text", "sender_id", "message_type", "template_id", "entity_id")
_FIELD = re.compile(
    r'(?<!["“\w-])(?:sender_id|message_type|template_id|entity_id|external_id|mobile_column|country_column)(?!["”\w])'
)
_OPTIONS = {"due_at": "--at"}


@dataclass(frozen=True, slots=True)
class Account:
    """On whose account a command works."""

    id: int
    customer_id: str
    named: bool
    """Whether it was said with --customer-id, so that the next command wants it too."""

    def command(self, words: str) -> str:
        """Return a command line for a person to copy."""
        return f"`connectors {words}{f' --customer-id {self.customer_id}' if self.named else ''}`"


def printable(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Check that a value is a line that a person can read: what else there is no database keeps."""
    if value is not None and (not value.isprintable() or len(value) > LONGEST_LINE):
        raise click.BadParameter(f"it has at most {LONGEST_LINE} characters, all of them printable.")
    return value


def moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    """Read a moment as UTC milliseconds."""
    try:
        return None if value is None else read_moment(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def pairs(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> dict[str, Any]:
    """Read `name=value`s; `order.number=7` is the number of the order."""
    found: dict[str, Any] = {}
    for entry in value:
        name, equals, given = entry.partition("=")
        *outer, last = name.strip().split(".")
        inner = found
        for part in outer:
            inner = inner.setdefault(part, {}) if isinstance(inner.get(part, {}), dict) else {}
        if not equals or not last:
            raise click.BadParameter("write it as name=value, for example --var first_name=Asha.")
        inner[last] = given
    return found


customer_id_option = click.option(
    "--customer-id", callback=printable, help="The Message Central customer, where there are several."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print it whole, for programs.")


def sending_options(command: Any) -> Any:
    """Add the options that say how a message or a campaign travels."""
    for option in (
        click.option("--entity-id", help="DLT entity id, where it is not the account's."),
        click.option("--template-id", help="DLT template id that the text is registered under."),
        click.option("--channel", type=click.Choice(CARRIED_FLOW_TYPES, case_sensitive=False), help="Default: SMS."),
        click.option(
            "--message-type",
            type=click.Choice(MESSAGE_TYPES, case_sensitive=False),
            help="What it is for. Default: the template's, or the account's.",
        ),
        click.option("--sender-id", help="Whom it is from. Default: the template's, or the account's."),
        click.option(
            "--at",
            "due_at",
            metavar="MOMENT",
            callback=moment,
            help="When to send it: 2026-11-21T09:00:00+05:30. Default: now.",
        ),
        click.option("--template", callback=printable, help="Name or id of a template, instead of --text."),
    ):
        command = option(command)
    return command


def chosen_account(service: Service, customer_id: str | None) -> Account:
    """Return the account that is named, or the only one. Raises NotFound, NotUnderstood with what to do."""
    with service.database.read() as connection:
        try:
            account_id, found = require_account(connection, customer_id)
        except (NotFound, NotUnderstood):
            known = select(accounts.c.customer_id).where(accounts.c.customer_id.is_not(None)).order_by(accounts.c.id)
            names = list(connection.scalars(known.limit(NAMES_SHOWN)))
            if not names:
                raise NotFound(_NO_ACCOUNT) from None
            if customer_id is not None:
                raise NotFound(f"There is no account {customer_id}. There is: {', '.join(names)}.") from None
            raise NotUnderstood(
                f"There are several accounts ({', '.join(names)}): say which, for example --customer-id {names[0]}."
            ) from None
    return Account(account_id, found, named=customer_id is not None)


@contextmanager
def in_words_of_options(file_name: str | None = None) -> Iterator[None]:
    """Have errors name options, not fields of the REST API. Raises NotUnderstood."""
    try:
        yield
    except InvalidMessage as error:
        option = _OPTIONS.get(error.field) or f"--{error.field.replace('_', '-')}"
        raise NotUnderstood(f"{option}: {_of_options(str(error))}") from None
    except SheetRefused as error:
        raise NotUnderstood(f"{file_name}: {_of_options(str(error))}") from None


def read_text(given: str) -> str:
    """Return a text from the command line; `-` reads standard input. Raises NotUnderstood."""
    if given != "-":
        return _kept(given, "The text")
    return _decoded(sys.stdin.buffer.read(MOST_OCTETS + 1), "The text on standard input")


def read_text_file(path: Path) -> str:
    """Return the text that a file holds. Raises NotUnderstood."""
    with path.open("rb") as file:
        return _decoded(file.read(MOST_OCTETS + 1), f"The text in {path}")


def template_of(service: Service, account: Account, name: str) -> dict[str, Any]:
    """Return what a template says: its text, to be filled in, and sender, type and DLT ids. Raises NotUnderstood."""
    with service.database.read() as connection:
        try:
            found: Mapping[str, Any] = by_name_or_id(connection, account.id, name)
        except NotFound:
            known = [
                entry["name"] for entry in list_templates(connection, account.id, before_id=None, limit=NAMES_SHOWN)
            ]
            others = f"There are: {', '.join(known)}." if known else "There is none yet."
            raise NotUnderstood(f"There is no template “{name}”. {others}") from None
    return {field: found[field] for field in _TEMPLATE_FIELDS if found[field] is not None}


def _decoded(octets: bytes, what: str) -> str:
    if len(octets) > MOST_OCTETS:
        raise NotUnderstood(f"{what} is far too long for an SMS.")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood(f"{what} is not UTF-8. Save it as UTF-8.") from None
    # The end of the last line is the file's, not the text's; other lines end as phones have it.
    return _kept(text.replace("\r\n", "\n").rstrip("\n"), what)


def _kept(text: str, what: str) -> str:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise NotUnderstood(f"{what} is not UTF-8.")
    return text


def _of_options(words: str) -> str:
    return _FIELD.sub(lambda found: f"--{found[0].replace('_', '-')}", words)
