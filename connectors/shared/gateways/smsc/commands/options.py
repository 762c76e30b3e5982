"""What the commands of SMSC take."""

import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import click

from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.smsc.client import LONGEST_TEXT
from connectors.shared.kept_text import holds_unkept
from connectors.shared.phone_numbers import InvalidNumber, read_number

LONGEST_LINE = 100
MOST_OCTETS = 100_000
"""Of a text on standard input: far more than any that can be sent."""


def line(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Check that a value is a short line that a person can read."""
    if value is not None and (not value.strip() or not value.isprintable() or len(value) > LONGEST_LINE):
        raise click.BadParameter(f"it has 1 to {LONGEST_LINE} characters, all of them printable.")
    return value


def phone_digits(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Read a number with its country code as the digits of E.164."""
    return None if value is None else _digits(value)


def phones_digits(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Read many, each once."""
    return tuple(dict.fromkeys(_digits(each) for each in value))


def day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | None:
    """Read a day: 2026-11-21."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write it as 2026-11-21.") from None


def read_text(given: str) -> str:
    """Return what a message says; `-` reads standard input. Raises NotUnderstood for what SMSC does not take."""
    text = _of_standard_input() if given == "-" else given
    if not text.strip():
        raise NotUnderstood("The text is empty.")
    if holds_unkept(text):
        raise NotUnderstood("The text is not UTF-8.")
    if len(text) > LONGEST_TEXT:
        raise NotUnderstood(f"SMSC takes at most {LONGEST_TEXT:,} characters, and this text has {len(text):,}.")
    return text


def asking_options(command: Any) -> Any:
    """Add what every command takes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print it whole, for programs."),
        click.option("--customer-id", callback=line, help="The account, where several are connected to SMSC."),
    ):
        command = option(command)
    return command


def phone_option(words: str) -> Callable[[Any], Any]:
    """Return the option `--phone`, which has to be given."""
    return click.option("--phone", required=True, callback=phone_digits, help=words)


def _digits(value: str) -> str:
    try:
        return read_number(value).digits
    except InvalidNumber as error:
        raise click.BadParameter(str(error)) from None


def _of_standard_input() -> str:
    try:
        text = sys.stdin.buffer.read(MOST_OCTETS).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood("The text on standard input is not UTF-8. Save it as UTF-8.") from None
    # The end of the last line is the file's, not the text's; other lines end as phones have it.
    return text.replace("\r\n", "\n").rstrip("\n")
