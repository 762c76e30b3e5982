"""`connectors otp …`: numbers are verified from a terminal."""

import json
import re
import sys
from typing import Any

import click

from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts.store import require_account
from connectors.shared.errors import NotUnderstood
from connectors.shared.verifications.starting import NewVerification
from connectors.shared.verifications.states import CHANNELS, LANGUAGE_PATTERN, VerificationStatus

LONGEST_LINE = 100


def _langid(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.match(LANGUAGE_PATTERN, value):
        raise click.BadParameter("it is a short code, such as en.")
    return value


@click.group()
def otp() -> None:
    """One-time codes: sent, and checked."""


@otp.command()
@click.option("--to", required=True, help="The number, with its country code: +919816111111.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    type=click.Choice(CHANNELS, case_sensitive=False),
    help="Give it several times to have them tried in this order.  [default: SMS]",
)
@click.option("--code-length", default=6, show_default=True, type=click.IntRange(4, 8), help="How many digits.")
@click.option("--ttl", "ttl_seconds", type=click.IntRange(1, 86_400), help="Seconds that it is good, at most.")
@click.option("--language", callback=_langid, help="Of the text around the code, or the vendor's langId: en.")
@click.option("--customer-id", help="The account, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole verification, for programs.")
def send(channels: tuple[str, ...], customer_id: str | None, as_json: bool, **options: Any) -> None:
    """Send a code and print the verification's id, which `otp check` wants."""
    chosen = tuple(dict.fromkeys(channel.upper() for channel in channels)) or ("SMS",)
    with opened() as service:
        new = NewVerification(_account_id(service, customer_id), channels=chosen, **options)
        made = service.verifications.starter.start(new)
    if as_json:
        click.echo(json.dumps(made))
        return
    click.echo(_what_to_do(made), err=True)
    click.echo(made["id"])


@otp.command()
@click.argument("verification_id", metavar="ID")
@click.argument("code")
@click.option("--customer-id", help="The account, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="Print the vendor's answer as well, for programs.")
@click.pass_context
def check(ctx: click.Context, verification_id: str, code: str, customer_id: str | None, as_json: bool) -> None:
    """Check a code; `-` reads it from standard input. Exits 0 only if it is the right one."""
    typed = sys.stdin.readline(LONGEST_LINE).strip() if code == "-" else code
    with opened() as service:
        account_id = _account_id(service, customer_id)
        checked = service.verifications.checker.check(account_id, _readable(verification_id), typed)
    click.echo(json.dumps(checked.present()) if as_json else f"{checked.status.value}: {checked.detail}")
    ctx.exit(0 if checked.status is VerificationStatus.APPROVED else 1)


def _what_to_do(made: dict[str, Any]) -> str:
    if made["call"]:
        return f"Call {made['call']['number']} from {made['to']} until {made['call']['expires_at']}."
    return f"A code is on its way by {made['channel']}. It is good until {made['expires_at']}."


def _account_id(service: Service, customer_id: str | None) -> int:
    with service.database.read() as connection:
        return require_account(connection, customer_id)[0]


def _readable(verification_id: str) -> str:
    if not verification_id.isprintable():
        raise NotUnderstood("ID is what `connectors otp send` printed.")
    return verification_id
