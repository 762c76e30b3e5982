"""`connectors accounts …`, `connectors api-keys …` and `connectors callback-url`."""

import json
import math
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.installed import listen
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts import api_keys as keys
from connectors.shared.accounts import store
from connectors.shared.accounts.health import AccountHealth, DailyLimit, account_health
from connectors.shared.accounts.store import Defaults, Login
from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.base import Verdict
from connectors.shared.gateways.message_central import callbacks
from connectors.shared.messages import retention
from connectors.shared.messages.composing import InvalidMessage, check_dlt_id
from connectors.shared.phone_numbers import region_of

LONGEST_CUSTOMER_ID = 128
LONGEST_EMAIL = 254
LONGEST_SENDER_ID = 15
WIDE = 200
VENDOR_MAIL = "operations@messagecentral.com"


def _customer_id(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    name = value.strip()
    if not name or len(name) > LONGEST_CUSTOMER_ID or not name.isprintable():
        raise click.BadParameter("it is the one on the home page of your Message Central dashboard.")
    return name


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


def _options(command: Any) -> Any:
    """The options that `add` and `update` share."""
    for option in (
        click.option(
            "--rate", type=click.FloatRange(0, 10_000), callback=_rate, help="Messages a second; 0: no limit."
        ),
        click.option("--bulk", type=click.Choice(["on", "off"]), help="Whether calls for many are made."),
        click.option("--template-id", callback=_dlt_id, help="DLT template id, for messages without their own."),
        click.option("--entity-id", callback=_dlt_id, help="DLT entity id."),
        click.option("--message-type", type=click.Choice(store.MESSAGE_TYPES, case_sensitive=False)),
        click.option("--country-code", callback=_country, help="Calling code for national numbers, e.g. 91."),
        click.option(
            "--sender-id", callback=_line(LONGEST_SENDER_ID), help="The sender id for messages without their own."
        ),
        click.option("--email", callback=_line(LONGEST_EMAIL), help="The e-mail of the Message Central account."),
    ):
        command = option(command)
    return command


@click.group()
def accounts() -> None:
    """Message Central customers that send through this service."""


@accounts.command()
@click.option("--customer-id", required=True, callback=_customer_id)
@_options
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(customer_id: str, password_stdin: bool, **options: Any) -> None:
    """Add an account and check its password with Message Central."""
    password = _password(password_stdin)
    defaults = Defaults(**{key: value for key, value in _changes(options).items() if key != "email"})
    login = Login(customer_id, password, options["email"] or None)
    with opened() as service:
        with service.database.write() as connection:
            store.add_account(connection, service.secrets, login, defaults)
        click.echo(f"Added {login.customer_id}.")
        _verify(service, login.customer_id)


@accounts.command()
@click.option("--customer-id", required=True, callback=_customer_id)
@_options
@click.option("--password-stdin", is_flag=True, help="Read a new password from standard input.")
def update(customer_id: str, password_stdin: bool, **options: Any) -> None:
    """Change an account; a running service sees it within a second. An empty value removes a setting."""
    password = _password(True) if password_stdin else None
    with opened() as service:
        with service.database.write() as connection:
            store.update_account(connection, service.secrets, customer_id, _changes(options), password)
        click.echo(f"Updated {customer_id}.")
        if password is not None:
            _verify(service, customer_id)


@accounts.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_accounts(as_json: bool) -> None:
    """Show the accounts and how they are."""
    with opened() as service, service.database.read() as connection:
        limit = service.settings.daily_limit
        found = [account_health(connection, account_id, limit) for account_id in store.account_ids(connection)]
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo("There is no account yet. Add one with `connectors accounts add`.")
    else:
        _print_accounts(found)


@accounts.command()
@click.option("--customer-id", required=True, callback=_customer_id)
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(customer_id: str, yes: bool) -> None:
    """Remove an account with its messages, keys and receipts."""
    with opened() as service:
        listen(service)
        with service.database.read() as connection:
            account_id, _ = store.require_account(connection, customer_id)
        if not yes and sys.stdin.isatty():
            click.confirm(f"Remove {customer_id} and everything that belongs to it?", abort=True)
        retention.remove_account(service.database, service.forgetting, account_id)
        click.echo(f"Removed {customer_id}.")


@click.group("api-keys")
def api_keys() -> None:
    """Keys for the REST API."""


@api_keys.command("create")
@click.option("--customer-id")
def create_key(customer_id: str | None) -> None:
    """Make a key and print it once."""
    with opened() as service, service.database.write() as connection:
        account_id, name = store.require_account(connection, customer_id)
        key = keys.create(connection, account_id)
    click.echo(f"Keep this key for {name} now; it is not shown again: {key}")


@api_keys.command("list")
@click.option("--customer-id")
def list_keys(customer_id: str | None) -> None:
    """Show the keys of an account, without their secret part."""
    with opened() as service, service.database.read() as connection:
        account_id, _ = store.require_account(connection, customer_id)
        for key in keys.list_keys(connection, account_id):
            state = "revoked" if key["revoked_at"] else "active"
            click.echo(f"{key['id']}  {key['hint']}…  {key['created_at']}  {state}")


@api_keys.command("revoke")
@click.argument("key_id", type=int)
@click.option("--customer-id")
def revoke_key(key_id: int, customer_id: str | None) -> None:
    """Make a key useless."""
    with opened() as service, service.database.write() as connection:
        account_id, _ = store.require_account(connection, customer_id)
        keys.revoke(connection, account_id, key_id)
    click.echo("Revoked.")


@click.command("callback-url")
@click.option("--customer-id", help="The URL that can touch this account alone.")
def callback_url(customer_id: str | None) -> None:
    """Print the URL for delivery receipts, and the mail that asks Message Central to use it."""
    with opened() as service:
        token, email = service.callback_tokens.of_operator(), None
        if customer_id is not None:
            with service.database.read() as connection:
                account_id, _ = store.require_account(connection, customer_id)
                email = store.main_connection(connection, customer_id)["email"]
            token = service.callback_tokens.of_account(account_id)
        url = f"{service.settings.public_url}{callbacks.PATH}/{token}"
    click.echo(url)
    click.echo(_mail(customer_id, email, url))


def _mail(customer_id: str | None, email: str | None, url: str) -> str:
    return f"""
Send this to {VENDOR_MAIL}:

Subject: SMS Callback Integration with Message Central

Customer ID: {customer_id or "(your customer id)"}
Brand name: (your brand)
Registered e-mail: {email or "(the e-mail of your Message Central account)"}
Callback URL: {url}

Whoever has this URL can report deliveries: share it with nobody else."""


def _password(from_stdin: bool) -> str:
    if from_stdin:
        password = _first_line(sys.stdin.buffer)
    elif sys.stdin.isatty():
        password = str(click.prompt("Message Central password", hide_input=True))
    else:
        raise NotUnderstood("Give the password on standard input, with --password-stdin.")
    if not password:
        raise NotUnderstood("The password is empty.")
    return password


def _first_line(stream: BinaryIO) -> str:
    try:
        line = stream.readline().decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise NotUnderstood("The password on standard input is not UTF-8.") from None
    if "\x00" in line:
        raise NotUnderstood("The password on standard input holds a NUL: it is not UTF-8.")
    return line


def _changes(options: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in options.items() if value is not None}
    if "bulk" in given:
        given["bulk"] = given["bulk"] == "on"
    if "message_type" in given:
        given["message_type"] = given["message_type"].upper()
    return {key: value if value != "" else None for key, value in given.items()}


def _verify(service: Service, customer_id: str) -> None:
    """Say whether the vendor accepts the password; what cannot be verified is kept all the same."""
    with service.database.read() as connection:
        connection_id = store.main_connection(connection, customer_id)["id"]
    result = service.message_central.prove(connection_id, 5.0)
    if result.verdict is Verdict.ACCEPTED:
        with service.database.write() as connection:
            store.mark_proven(connection, connection_id)
        click.echo("Message Central accepts the password.")
    elif result.verdict is Verdict.ACCOUNT_REFUSED:
        click.echo(f"Warning: {result.explanation} It was kept; correct it with `accounts update`.", err=True)
    else:
        click.echo(f"Warning: the password could not be checked now. {result.explanation}", err=True)


def _print_accounts(found: list[AccountHealth]) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column("customer id", no_wrap=True)
    for title in ("state", "sender id", "country", "waiting", "today", "last receipt", "unmatched"):
        table.add_column(title, justify="right" if title in ("waiting", "today", "unmatched") else "left")
    for health in found:
        state = health["state"]
        if health["reason"]:
            state = f"{state}: {health['reason']['message']}"
        table.add_row(
            # As text: what people and the vendor say may hold what rich takes for markup.
            Text(health["customer_id"]),
            Text(state),
            Text(health["sender_id"] or "–"),
            f"+{health['country_code']}" if health["country_code"] else "–",
            f"{health['waiting']:,}",
            _today(health["daily_limit"]),
            health["last_receipt_at"] or "never",
            f"{health['unmatched_receipts']:,}",
        )
    # Beyond a terminal nobody knows how wide it is read, and programs want a line an account.
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def _today(limit: DailyLimit | None) -> str:
    return "–" if limit is None else f"{limit['counted']:,} of {limit['limit']:,}"
