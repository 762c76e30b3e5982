"""What only a person can say: secrets, typed without an echo or given on standard input, and yes or no."""

import sys
from typing import Final

import click

from connectors.shared.errors import NotUnderstood

LONGEST_SECRET: Final = 500


def is_person() -> bool:
    """Return whether somebody is there to be asked."""
    return sys.stdin.isatty()


def read_secret(what: str, option: str, *, from_stdin: bool) -> str:
    """Return a secret, never an option's value: that stays in a shell's history. `option` reads it without a terminal.

    Raises NotUnderstood.
    """
    if is_person():
        given = str(click.prompt(what, hide_input=True, default="", show_default=False))
    elif from_stdin:
        given = _first_line(what)
    else:
        raise NotUnderstood(f"Give the {_lower(what)} on standard input, with {option}.")
    return _checked(what, given)


def _first_line(what: str) -> str:
    try:
        return sys.stdin.buffer.readline(10 * LONGEST_SECRET).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood(f"The {_lower(what)} on standard input is not UTF-8.") from None


def _checked(what: str, given: str) -> str:
    secret = given.strip()
    if not secret:
        raise NotUnderstood(f"The {_lower(what)} is empty.")
    if len(secret) > LONGEST_SECRET or not secret.isprintable() or " " in secret:
        raise NotUnderstood(f"The {_lower(what)} is one word without blanks: copy nothing else.")
    return secret


def _lower(what: str) -> str:
    return what[0].lower() + what[1:]
