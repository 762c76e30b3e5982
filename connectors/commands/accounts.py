"""`connectors accounts …`: customers and their connections to vendors."""

import json
import sys
from typing import Any

import click
from sqlalchemy import Connection

from connectors.commands.account_options import (
    GivenSecret,
    check_login,
    customer_id,
    default_options,
    defaults_of,
    gateway_option,
    login_of,
    login_options,
    read_secret,
)
from connectors.commands.account_table import print_accounts
from connectors.installed import listen
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts import store
from connectors.shared.accounts.health import account_health
from connectors.shared.accounts.store import Defaults
from connectors.shared.gateways.base import Verdict
from connectors.shared.gateways.installed import GATEWAYS, kind_of
from connectors.shared.gateways.kinds import GatewayKind
from connectors.shared.gateways.logins import GatewayLogin
from connectors.shared.messages import retention
from connectors.shared.secrets import SecretBox, SecretUnreadable

PROOF_SECONDS = 5.0

named_account = click.option("--customer-id", required=True, callback=customer_id)
only_account = click.option("--customer-id", callback=customer_id, help="The account, where there are several.")


@click.group()
def accounts() -> None:
    """Customers that send through this service, and their connections to vendors."""


@accounts.command()
@named_account
@gateway_option("The vendor.", default=GATEWAYS[0].name)
@default_options
@login_options
def add(customer_id: str, gateway_name: str, **options: Any) -> None:
    """Add an account with its first connection and check its credentials with the vendor."""
    kind = kind_of(gateway_name)
    login, secret = _new_login(kind, customer_id, options)
    with opened() as service:
        with service.database.write() as connection:
            defaults = Defaults(**defaults_of(options))
            account_id = store.add_gateway_account(connection, service.secrets, customer_id, login, defaults)
        click.echo(f"Added {customer_id}.")
        _prove(service, account_id, kind, secret)


@accounts.command()
@only_account
@gateway_option("The vendor.", required=True)
@default_options
@login_options
def connect(customer_id: str | None, gateway_name: str, **options: Any) -> None:
    """Give an account another connection, with credentials and a sender id of its own.

    Messages go by the first, but for those that `connectors routes` leads elsewhere.
    """
    kind = kind_of(gateway_name)
    with opened() as service:
        with service.database.read() as connection:
            account_id, name = store.require_account(connection, customer_id)
        login, secret = _new_login(kind, name, options)
        with service.database.write() as connection:
            store.connect(connection, service.secrets, account_id, login, Defaults(**defaults_of(options)))
        click.echo(f"Connected {name} to {kind.title}.")
        _prove(service, account_id, kind, secret)


@accounts.command()
@named_account
@gateway_option("Which of its connections. Default: the first.")
@default_options
@login_options
def update(customer_id: str, gateway_name: str | None, **options: Any) -> None:
    """Change an account; a running service sees it within a second. An empty value removes a setting."""
    with opened() as service:
        with service.database.read() as connection:
            account_id, _ = store.require_account(connection, customer_id)
            row = store.require_connection(connection, account_id, gateway_name)
        kind = kind_of(row["gateway"])
        given, secret = login_of(kind, options), read_secret(kind, options, needed=False)
        with service.database.write() as connection:
            login = None
            if secret is not None or any(value is not None for value in given.values()):
                login = _changed_login(connection, service.secrets, row["id"], given, secret)
            store.update_connection(connection, service.secrets, row["id"], defaults_of(options), login)
        click.echo(f"Updated {customer_id}.")
        if secret is not None:
            _prove(service, account_id, kind, secret)


@accounts.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_accounts(as_json: bool) -> None:
    """Show the accounts, their connections and how they are."""
    with opened() as service, service.database.read() as connection:
        limit = service.settings.daily_limit
        found = [account_health(connection, account_id, limit) for account_id in store.account_ids(connection)]
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo("There is no account yet. Add one with `connectors accounts add`.")
    else:
        print_accounts(found)


@accounts.command()
@named_account
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(customer_id: str, yes: bool) -> None:
    """Remove an account with its connections, messages, keys and receipts."""
    with opened() as service:
        listen(service)
        with service.database.read() as connection:
            account_id, _ = store.require_account(connection, customer_id)
        if not yes and sys.stdin.isatty():
            click.confirm(f"Remove {customer_id} and everything that belongs to it?", abort=True)
        retention.remove_account(service.database, service.forgetting, account_id)
        click.echo(f"Removed {customer_id}.")


def _new_login(kind: GatewayKind, name: str, options: dict[str, Any]) -> tuple[GatewayLogin, GivenSecret | None]:
    given = login_of(kind, options)
    secret = read_secret(kind, options, needed=True)
    return check_login(kind.login.make(name, given, _secrets(secret))), secret


def _changed_login(
    connection: Connection,
    secrets: SecretBox,
    connection_id: int,
    given: dict[str, str | None],
    secret: GivenSecret | None,
) -> GatewayLogin:
    """Return a connection's login with what is given changed; a secret that no key opens any more can be replaced."""
    try:
        stored = store.read_gateway_login(connection, secrets, connection_id)
    except SecretUnreadable:
        if secret is None:
            raise
        stored = store.read_gateway_login(connection, None, connection_id)
    return check_login(kind_of(stored.gateway).login.change(stored, given, _secrets(secret)))


def _secrets(secret: GivenSecret | None) -> dict[str, str | None]:
    return {} if secret is None else {secret.key: secret.value}


def _prove(service: Service, account_id: int, kind: GatewayKind, secret: GivenSecret | None) -> None:
    """Say whether the vendor accepts the credentials; what cannot be verified is kept all the same."""
    what = "login" if secret is None else secret.title
    with service.database.read() as connection:
        connection_id = store.require_connection(connection, account_id, kind.name)["id"]
    result = service.gateways[kind.name].prove(connection_id, PROOF_SECONDS)
    if result.verdict is Verdict.ACCEPTED:
        with service.database.write() as connection:
            store.mark_proven(connection, connection_id)
        click.echo(f"{kind.title} accepts the {what}.")
    elif result.verdict is Verdict.ACCOUNT_REFUSED:
        click.echo(f"Warning: {result.explanation} It was kept; correct it with `accounts update`.", err=True)
    else:
        click.echo(f"Warning: the {what} could not be checked now. {result.explanation or ''}".rstrip(), err=True)
