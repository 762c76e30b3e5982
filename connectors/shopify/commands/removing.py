"""`connectors shopify remove`."""

from typing import Final

import click

from connectors.commands.options import customer_id_option, printable
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.automations import steps
from connectors.shared.automations.definitions import Owner
from connectors.shared.errors import NotUnderstood
from connectors.shared.messages.retention import truncate_log
from connectors.shopify.commands import asking
from connectors.shopify.commands.choosing import chosen_shop
from connectors.shopify.shops import CONNECTOR, change_shop, empty_shop, remove_shop
from connectors.shopify.webhooks import data_requests

SLICE: Final = 1_000


@click.command()
@click.option("--shop", "domain", required=True, callback=printable, help="Which one: x.myshopify.com.")
@customer_id_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(domain: str, customer_id: str | None, yes: bool) -> None:
    """Forget a shop: its key, its automations, and what it told us. What was sent stays with the messages."""
    with opened() as service:
        shop = chosen_shop(service, domain, customer_id)
        if not yes:
            _make_sure(shop.domain)
        # Of a shop without an account, too, there may be what an account that is gone has left.
        owner = Owner(CONNECTOR, str(shop.id), shop.account_id or 0)
        with service.database.write() as connection:
            change_shop(connection, shop.id, account_id=None)  # nothing more is planned for it
        while _is_emptied_further(service, shop.id):
            pass
        with service.database.write() as connection:
            remove_shop(connection, shop.id)  # first: whoever works its events off plans no step after this
            steps.remove_owner(connection, owner.name, automations=True)
        data_requests.remove_of_shop(service.settings.data_dir, shop)
        truncate_log(service.database)
    click.echo(
        f"{shop.domain} is forgotten, and nobody is texted for it any more. "
        "Remove its webhooks in Shopify, too, or uninstall the app: it calls here otherwise."
    )


def _is_emptied_further(service: Service, shop_id: int) -> bool:
    with service.database.write() as connection:
        return empty_shop(connection, shop_id, SLICE)


def _make_sure(domain: str) -> None:
    if not asking.is_person():
        raise NotUnderstood("Nobody is here to be asked: give --yes.")
    click.confirm(f"Forget {domain}, its automations and all that waits to be sent for it?", abort=True)
