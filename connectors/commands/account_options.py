"""The options of `connectors accounts …`: an account's defaults, and each vendor's login as its form has it."""

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import click

from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.installed import GATEWAYS, NAMES
from connectors.shared.gateways.kinds import GatewayKind
from connectors.shared.gateways.logins import API_KEY, GatewayLogin, LoginOption
from connectors.shared.messages.composing import InvalidMessage, check_dlt_id
from connectors.shared.phone_numbers import region_of

LONGEST_NAME: Final = 128
"""Of a customer id, and of a login."""
LONGEST_OPTION: Final = 254
LONGEST_SECRET: Final = 4_096
LONGEST_SENDER_ID: Final = 15
DEFAULTS: Final = ("sender_id", "country_code", "message_type", "entity_id", "template_id", "bulk", "rate")

Command = Any
"""A function, or what click has made of it."""


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """What came on standard input, and what it is called: "password"."""

    key: str
    title: str
    value: str = field(repr=False)


def customer_id(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Check the name of an account."""
    name = (value or "").strip()
    if value is not None and (not name or len(name) > LONGEST_NAME or not name.isprintable()):
        raise click.BadParameter(
            "it is the one on the home page of your Message Central dashboard; for other gateways a name that you give."
        )
    return None if value is None else name


def _country(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if not value:
        return value
    digits = value.strip().removeprefix("+")
    if region_of(digits) is None:
        raise click.BadParameter("it is a calling code, such as 91 for India or 1 for the United States.")
    return digits


def _dlt_id(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value:
        try:
            check_dlt_id("", value)
        except InvalidMessage as error:
            raise click.BadParameter(str(error)) from None
    return value


def _rate(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("it is a number of messages a second.")
    return value


def _line(longest: int) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Return a check that a value is one line of printable text, not longer than there is room for."""

    def check(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
        if value is None:
            return None
        if len(value.strip()) > longest or not value.isprintable():
            raise click.BadParameter(f"it has at most {longest} characters, all of them printable.")
        return value.strip()

    return check


def default_options(command: Command) -> Command:
    """Add what a message gets that does not say so itself, and on what terms it travels."""
    for option in (
        click.option(
            "--rate", type=click.FloatRange(0, 10_000), callback=_rate, help="Messages a second; 0: no limit."
        ),
        click.option("--bulk", type=click.Choice(["on", "off"]), help="Whether calls for many are made."),
        click.option("--template-id", callback=_dlt_id, help="DLT template id, for messages without their own."),
        click.option("--entity-id", callback=_dlt_id, help="DLT entity id."),
        click.option("--message-type", type=click.Choice(MESSAGE_TYPES, case_sensitive=False)),
        click.option("--country-code", callback=_country, help="Calling code for national numbers, e.g. 91."),
        click.option(
            "--sender-id", callback=_line(LONGEST_SENDER_ID), help="The sender id for messages without their own."
        ),
    ):
        command = option(command)
    return command


def login_options(command: Command) -> Command:
    """Add the options of every vendor's login."""
    for option, kinds in reversed(list(_login_options().values())):
        of = "" if len(kinds) == len(GATEWAYS) else f" ({', '.join(kind.name for kind in kinds)})"
        choices = click.Choice(option.choices) if option.choices else None
        callback = None if option.choices else _line(LONGEST_OPTION)
        command = click.option(option.flag, option.name, type=choices, callback=callback, help=option.help + of)(
            command
        )
    for key, flag in ((API_KEY, "--api-key-stdin"), ("", "--password-stdin")):
        words = (
            "Read the API key from standard input."
            if key
            else "Read the password, or private key, from standard input."
        )
        if not key or any(key in kind.login.secrets for kind in GATEWAYS):
            command = click.option(flag, is_flag=True, help=words)(command)
    return command


def gateway_option(
    help_text: str, *, required: bool = False, default: str | None = None
) -> Callable[[Command], Command]:
    """Return the option that names a gateway."""
    return click.option(
        "--gateway",
        "gateway_name",
        type=click.Choice(NAMES),
        required=required,
        default=default,
        show_default=default is not None,
        help=help_text,
    )


def defaults_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults that were given, as they are kept; one that is to be removed is None."""
    found = {key: given[key] for key in DEFAULTS if given[key] is not None}
    if "bulk" in found:
        found["bulk"] = found["bulk"] == "on"
    if "message_type" in found:
        found["message_type"] = found["message_type"].upper()
    return {key: value if value != "" else None for key, value in found.items()}


def login_of(kind: GatewayKind, given: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what was given of a gateway's login. Raises NotUnderstood for options of another's."""
    own = {option.name for option in kind.login.options}
    for name, (option, _) in _login_options().items():
        if given[name] is not None and name not in own:
            flags = [each.flag for each in kind.login.options]
            takes = f"it takes {', '.join(flags)}" if flags else "it takes none of its own"
            raise NotUnderstood(f"{option.flag} is no option of {kind.title}: {takes}.")
    return {name: given[name] for name in own}


def read_secret(kind: GatewayKind, given: Mapping[str, Any], *, needed: bool) -> GivenSecret | None:
    """Read the secret that was said to come on standard input; one that is needed is asked for at a terminal.

    Raises NotUnderstood.
    """
    key = _asked_for(kind, given)
    secrets = kind.login.secrets
    first = next(iter(secrets))
    title = secrets[key or first]
    if key is not None:
        value = _first_line(sys.stdin.buffer, title)
    elif not needed:
        return None
    elif sys.stdin.isatty():
        value = str(click.prompt(f"{kind.title} {title}", hide_input=True))
    else:
        flags = " or --api-key-stdin" if API_KEY in secrets and first != API_KEY else ""
        raise NotUnderstood(f"Give the {title} on standard input, with --password-stdin{flags}.")
    if not value:
        raise NotUnderstood(f"The {title} is empty.")
    if len(value) > LONGEST_SECRET:
        raise NotUnderstood(f"The {title} has more than {LONGEST_SECRET:,} characters.")
    return GivenSecret(key or first, title, value)


def check_login(login: GatewayLogin) -> GatewayLogin:
    """Return a login that there is room for. Raises NotUnderstood."""
    if len(login.login) > LONGEST_NAME:
        raise NotUnderstood(f"The login has more than {LONGEST_NAME} characters.")
    return login


def _login_options() -> dict[str, tuple[LoginOption, list[GatewayKind]]]:
    """Return the options of all gateways by their name, each with the gateways that have it."""
    found: dict[str, tuple[LoginOption, list[GatewayKind]]] = {}
    for kind in GATEWAYS:
        for option in kind.login.options:
            found.setdefault(option.name, (option, []))[1].append(kind)
    return found


def _asked_for(kind: GatewayKind, given: Mapping[str, Any]) -> str | None:
    """Return which of a gateway's secrets comes on standard input, None where none does."""
    if given.get("api_key_stdin"):
        if given["password_stdin"]:
            raise NotUnderstood("Give either --password-stdin or --api-key-stdin: one line is read.")
        if API_KEY not in kind.login.secrets:
            raise NotUnderstood(f"{kind.title} has no API keys: use --password-stdin.")
        return API_KEY
    return next(iter(kind.login.secrets)) if given["password_stdin"] else None


def _first_line(stream: BinaryIO, title: str) -> str:
    try:
        line = stream.readline(4 * LONGEST_SECRET + 4).decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise NotUnderstood(f"The {title} on standard input is not UTF-8.") from None
    if "\x00" in line:
        raise NotUnderstood(f"The {title} on standard input holds a NUL: it is not UTF-8.")
    return line
