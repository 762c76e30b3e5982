"""`connectors shopify connect`: by the key of the shop's own webhooks, by an app of its own, or for our app."""

from typing import Any, Final

import click
import phonenumbers

from connectors.commands.options import Account, chosen_account, customer_id_option, printable
from connectors.commands.terminal import legible
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.errors import NotUnderstood
from connectors.shopify import shops
from connectors.shopify.commands import asking, next_steps
from connectors.shopify.context import make_context
from connectors.shopify.installation.own_app import connect_own_app
from connectors.shopify.settings import read_shopify_settings

SIGNING_KEY: Final = "Signing key"
CLIENT_SECRET: Final = "Client secret"  # noqa: S105 - what it is called
LONGEST_NAME: Final = 60
"""Of a shop, in a text of 160 characters."""


def _country(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    code = value.strip().upper()
    if not phonenumbers.country_code_for_region(code):
        raise click.BadParameter("it has two letters, such as IN for India.")
    return code


def _name(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    name = None if value is None else value.strip()
    if name is not None and not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise click.BadParameter(f"it has at most {LONGEST_NAME} characters, all of them printable.")
    return name


@click.command()
@click.option("--shop", "domain", required=True, callback=printable, help="Its permanent domain: x.myshopify.com.")
@customer_id_option
@click.option("--signing-key-stdin", is_flag=True, help="Read the key that signs the shop's webhooks from stdin.")
@click.option("--client-id", callback=printable, help="Of an app that is the shop's own, from the Dev Dashboard.")
@click.option("--client-secret-stdin", is_flag=True, help="Read the client secret of that app from stdin.")
@click.option(
    "--country", callback=_country, metavar="CODE", help="Whose numbers they are that have no country of their own: IN."
)
@click.option("--name", callback=_name, help="What texts call the shop, where Shopify does not tell.")
def connect(
    domain: str,
    customer_id: str | None,
    signing_key_stdin: bool,
    client_id: str | None,
    client_secret_stdin: bool,
    country: str | None,
    name: str | None,
) -> None:
    """Connect a shop, or give it another key.

    A secret is never an option's value. At a terminal it is asked for, and not shown.

    \b
    By the key that Shopify shows under Settings > Notifications > Webhooks, the quickest way:
      connectors shopify connect --shop x.myshopify.com --customer-id C-1 --signing-key-stdin
    By an app of the shop's own:
      connectors shopify connect --shop x.myshopify.com --customer-id C-1 --client-id 0a1b2c --client-secret-stdin
    For our app, before the shop installs it:
      connectors shopify connect --shop x.myshopify.com --customer-id C-1
    """
    _check_together(signing_key_stdin, client_id, client_secret_stdin)
    permanent = shops.read_domain(domain)
    columns = {column: value for column, value in (("country_code", country), ("name", name)) if value}
    with opened() as service:
        account = chosen_account(service, customer_id)
        if client_id is not None:
            _by_own_app(service, permanent, account, client_id, from_stdin=client_secret_stdin)
            _keep(service, permanent, account, columns)
            words = next_steps.of_own_app(permanent)
        elif signing_key_stdin or (asking.is_person() and not read_shopify_settings().has_app):
            key = _signing_key(service.settings.public_url, from_stdin=signing_key_stdin)
            _keep(service, permanent, account, columns, key)
            words = next_steps.of_own_webhooks(service.settings.public_url)
        else:
            _keep(service, permanent, account, columns)
            words = next_steps.of_our_app(
                service.settings.public_url, permanent, has_app=read_shopify_settings().has_app
            )
    click.echo(f"{permanent} is connected: its texts go out for {legible(account.customer_id)}.\n\n{words}\n")
    click.echo(next_steps.of_everybody(permanent))


def _check_together(signing_key: bool, client_id: str | None, client_secret: bool) -> None:
    if client_secret and client_id is None:
        raise NotUnderstood("--client-secret-stdin goes with --client-id.")
    if signing_key and client_id is not None:
        raise NotUnderstood("Give either --signing-key-stdin or --client-id.")
    if client_id is not None and not client_id.strip():
        raise NotUnderstood("--client-id is empty: copy it from the app's settings in the Dev Dashboard.")


def _signing_key(public_url: str, *, from_stdin: bool) -> str:
    if asking.is_person():
        click.echo(next_steps.where_the_key_is(public_url), err=True)
    return asking.read_secret(SIGNING_KEY, "--signing-key-stdin", from_stdin=from_stdin)


def _by_own_app(service: Service, domain: str, account: Account, client_id: str, *, from_stdin: bool) -> None:
    secret = asking.read_secret(CLIENT_SECRET, "--client-secret-stdin", from_stdin=from_stdin)
    parts = make_context(service, read_shopify_settings())
    connect_own_app(parts, domain, account.id, client_id.strip(), secret)


def _keep(service: Service, domain: str, account: Account, columns: dict[str, Any], key: str | None = None) -> None:
    with service.database.write() as connection:
        shop = shops.connect(connection, domain, account.id, **columns)
        if key is not None:
            shops.add_signing_key(connection, service.secrets, shop.id, key)
