"""`connectors api-keys …`."""

import click

from connectors.opening import opened
from connectors.shared.accounts import api_keys as keys
from connectors.shared.accounts import store


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
