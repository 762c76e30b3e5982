"""`connectors clevertap …`: what an operator sets up for CleverTap."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Connection

from connectors.clevertap.destinations import Destination, list_all, masked, remove, store
from connectors.clevertap.settings import CALLBACK_HOSTS, read_clevertap_settings
from connectors.migrations import upgrade
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.accounts.store import require_account
from connectors.shared.errors import ConnectorsError, NotUnderstood
from connectors.shared.outbound import ForbiddenUrl
from connectors.shared.secrets import SecretUnreadable

LONGEST_ACCOUNT = 128


@click.group()
def clevertap() -> None:
    """What CleverTap needs to know, and where it wants to hear."""


@clevertap.command()
@click.option("--account", help="The CleverTap account id, as CleverTap sends it in the header `account`.")
@click.option("--url", help="The Callback URL that CleverTap shows beside the SMS provider.")
@click.option("--customer-id", help="The Message Central customer, where there are several.")
@click.option("--remove", "removing", is_flag=True, help="Forget the URL of this CleverTap account.")
def reports(account: str | None, url: str | None, customer_id: str | None, removing: bool) -> None:
    """Say where CleverTap wants its delivery reports; without --account, list where they go."""
    if account is None:
        if url is not None or removing:
            raise NotUnderstood("Say which CleverTap account is meant with --account.")
        _list(customer_id)
    elif removing:
        if url is not None:
            raise NotUnderstood("Give either --url or --remove.")
        _remove(_readable(account), customer_id)
    elif url is None:
        raise NotUnderstood("Give the Callback URL that CleverTap shows with --url, or --remove.")
    else:
        _store(_readable(account), url.strip(), customer_id)


def _store(clevertap_account: str, url: str, customer_id: str | None) -> None:
    _check(url)
    with _service() as service, service.database.write() as connection:
        account_id, owner = require_account(connection, customer_id)
        store(connection, service.secrets, Destination(account_id, clevertap_account), url)
    click.echo(f"Reports of {owner} for CleverTap account {clevertap_account} go to {masked(url)}")


def _remove(clevertap_account: str, customer_id: str | None) -> None:
    with _service() as service, service.database.write() as connection:
        account_id, owner = require_account(connection, customer_id)
        remove(connection, Destination(account_id, clevertap_account))
    click.echo(f"Nothing of {owner} is reported to CleverTap account {clevertap_account} any more.")


def _list(customer_id: str | None) -> None:
    with _service() as service, service.database.read() as connection:
        account_id = None if customer_id is None else require_account(connection, customer_id)[0]
        lines = _lines(connection, service, account_id)
    click.echo("\n".join(lines) or "No callback URL is stored. Add one with --account and --url.")


def _lines(connection: Connection, service: Service, account_id: int | None) -> list[str]:
    try:
        found = list_all(connection, service.secrets, account_id)
    except SecretUnreadable as error:
        raise ConnectorsError(str(error)) from None
    return [f"{entry.customer_id}  {entry.clevertap_account}  {entry.url}" for entry in found]


def _check(url: str) -> None:
    try:
        read_clevertap_settings().callback_hosts.check(url)
    except ForbiddenUrl as error:
        raise NotUnderstood(
            f"{error} Copy the Callback URL as CleverTap shows it in the setup of the SMS provider. "
            f"A host that is not CleverTap's has to be listed in {CALLBACK_HOSTS}."
        ) from None


def _readable(clevertap_account: str) -> str:
    name = clevertap_account.strip()
    if not name or len(name) > LONGEST_ACCOUNT or not name.isprintable():
        raise NotUnderstood(f"--account needs a CleverTap account id of at most {LONGEST_ACCOUNT} characters.")
    return name


@contextmanager
def _service() -> Iterator[Service]:
    service = Service(read_settings())
    try:
        if service.database.embedded:
            upgrade(service.database)
        yield service
    finally:
        service.close()
