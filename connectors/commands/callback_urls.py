"""`connectors callback-url`: what the vendors are to call."""

import click
from sqlalchemy import Connection

from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts import store
from connectors.shared.errors import NotFound
from connectors.shared.gateways.installed import GATEWAYS, NAMES, kind_of

VENDOR_MAIL = "operations@messagecentral.com"
SECRECY = "Whoever has this URL can report deliveries: share it with nobody else."


@click.command("callback-url")
@click.option("--customer-id", help="The URL that can touch this account alone.")
@click.option(
    "--gateway", "gateway_name", type=click.Choice(NAMES), help="Whose URL. Default: that of the account's first."
)
def callback_url(customer_id: str | None, gateway_name: str | None) -> None:
    """Print the URL for delivery receipts and incoming messages, and how the vendor comes to use it."""
    with opened() as service:
        name, token, email = gateway_name or GATEWAYS[0].name, service.callback_tokens.of_operator(), None
        if customer_id is not None:
            with service.database.read() as connection:
                account_id, name, email = _connection_of(connection, customer_id, gateway_name)
            token = service.callback_tokens.of_account(account_id)
        _print(service, name, token, customer_id, email)


def _connection_of(connection: Connection, customer_id: str, gateway_name: str | None) -> tuple[int, str, str | None]:
    """Return an account's id, the gateway and the e-mail that it is registered there with."""
    account_id, _ = store.require_account(connection, customer_id)
    try:
        row = store.require_connection(connection, account_id, gateway_name)
    except NotFound:
        if gateway_name is None:
            raise
        # Its credentials may come with its requests; the URL is the same.
        return account_id, gateway_name, None
    return account_id, row["gateway"], row["email"]


def _print(service: Service, name: str, token: str, customer_id: str | None, email: str | None) -> None:
    kind = kind_of(name)
    url = kind.callback_url(service, token)
    if url is None:
        click.echo(f"{kind.title} calls nobody: there is no URL to give to it.")
        return
    click.echo(url)
    if name == store.MESSAGE_CENTRAL:
        click.echo(_mail(customer_id, email, url))
    else:
        click.echo(
            f"\nEnter this URL in your account at {kind.title}, in the settings of its API, as the address of the "
            f"callback handler for delivery statuses, incoming messages and calls.\n\n{SECRECY}"
        )


def _mail(customer_id: str | None, email: str | None, url: str) -> str:
    return f"""
Send this to {VENDOR_MAIL}:

Subject: SMS Callback Integration with Message Central

Customer ID: {customer_id or "(your customer id)"}
Brand name: (your brand)
Registered e-mail: {email or "(the e-mail of your Message Central account)"}
Callback URL: {url}

{SECRECY}"""
