"""What the commands have in common: whose connection it is, what was said, and errors in words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import click

from connectors.settings import read_settings
from connectors.shared.accounts.store import find_connection, require_account
from connectors.shared.errors import ConnectorsError, NotFound, NotUnderstood
from connectors.shared.gateways.base import SendResult, Verdict
from connectors.shared.gateways.kinds import House, Opener
from connectors.shared.gateways.ogangi.client import Ogangi
from connectors.shared.gateways.ogangi.gateway import LONGEST_TEXT, NAME
from connectors.shared.gateways.ogangi.logins import Login, Logins
from connectors.shared.gateways.ogangi.settings import read_ogangi_settings
from connectors.shared.gateways.ogangi.signing import NotSendable
from connectors.shared.kept_text import holds_unkept
from connectors.shared.phone_numbers import InvalidNumber, read_local_number

_DIGITS = re.compile(r"\+?([0-9]{3,15})", re.ASCII)
_NOT_CONNECTED: Final = (
    "The account {} is not connected to Ogangi. Connect it with "
    "`connectors accounts connect --gateway ogangi --customer-id {}`."
)

customer_id_option = click.option("--customer-id", help="The account, where there are several.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print it whole, for programs.")
phone_option = click.option("--phone", required=True, help="The phone, with its country code: +13056708084.")
text_option = click.option("--text", required=True, help="What the message says.")


class CallFailed(ConnectorsError):
    """Ogangi did not do what it was asked; says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """An account's connection to Ogangi, ready to be asked."""

    house: House
    client: Ogangi
    login: Login
    connection_id: int
    country_code: str | None


@contextmanager
def line_of(open_house: Opener, customer_id: str | None) -> Iterator[Line]:
    """Give the connection of the account that is named, or of the only one. Raises NotFound, NotUnderstood."""
    client = read_ogangi_settings().client()
    with open_house() as house:
        with house.database.read() as connection:
            account_id, name = require_account(connection, customer_id)
            row = find_connection(connection, account_id, NAME)
        if row is None:
            raise NotFound(_NOT_CONNECTED.format(name, name))
        login = Logins(house.database, house.secrets).get(row["id"])
        try:
            yield Line(house, client, login, row["id"], row["country_code"])
        except NotSendable as error:
            raise NotUnderstood(str(error)) from None


def number_of(line: Line, phone: str, *, lenient: bool = False) -> str:
    """Return the digits of a phone; a lenient look takes any that nobody will text. Raises NotUnderstood."""
    try:
        number = read_local_number(phone, line.country_code).digits
    except InvalidNumber as error:
        digits = _DIGITS.fullmatch(phone.strip())
        if digits is None or not lenient:
            raise NotUnderstood(f"--phone: {error}") from None
        number = digits[1]
    trial = read_settings().trial_numbers
    if trial and number not in trial:
        raise NotUnderstood("--phone: this installation texts the numbers in CONNECTORS_TRIAL_NUMBERS alone.")
    return number


def text_of(given: str) -> str:
    """Return a text that a phone can show. Raises NotUnderstood."""
    if not given.strip():
        raise NotUnderstood("--text is empty.")
    if holds_unkept(given):
        raise NotUnderstood("--text holds a character that no phone can show.")
    if len(given) > LONGEST_TEXT:
        raise NotUnderstood(f"--text has more than {LONGEST_TEXT:,} characters: shorten it.")
    return given


def done(result: SendResult) -> None:
    """Return if it worked. Raises CallFailed."""
    if result.verdict is not Verdict.ACCEPTED:
        raise CallFailed(result.explanation or "Ogangi did not do it.")


def asking(command: Any) -> Any:
    """Add the options that all commands have, and hand on how the service is opened."""
    for option in (customer_id_option, json_option, click.pass_obj):
        command = option(command)
    return command
