"""Which shop a command is about."""

from collections.abc import Sequence
from typing import Any, Final

import click

from connectors.commands.options import NAMES_SHOWN, chosen_account, customer_id_option, printable
from connectors.service import Service
from connectors.shared.automations.definitions import Owner
from connectors.shared.errors import NotFound, NotUnderstood, WrongState
from connectors.shopify.shops import Shop, list_shops, read_domain

CONNECT: Final = "`connectors shopify connect --shop x.myshopify.com --customer-id C-…`"

_shop_option = click.option("--shop", "domain", callback=printable, help="x.myshopify.com, where there are several.")


def shop_options(command: Any) -> Any:
    """Add the options that say which shop is meant."""
    return _shop_option(customer_id_option(command))


def hand_down(ctx: click.Context, group: click.Group, **given: object) -> None:
    """Have options that stand before a subcommand count for it, where it is not given them itself."""
    named = {name: value for name, value in given.items() if value}
    ctx.default_map = dict.fromkeys(group.commands, named)


def chosen_shop(service: Service, domain: str | None, customer_id: str | None) -> Shop:
    """Return the shop that is named, or the only one. Raises NotFound, NotUnderstood with what to do."""
    account_id = None if customer_id is None else chosen_account(service, customer_id).id
    with service.database.read() as connection:
        known = list_shops(connection, account_id)
    if domain is not None:
        return _named(known, read_domain(domain))
    # Who uninstalled the app is of no interest while there is a shop that has it.
    candidates = [shop for shop in known if shop.uninstalled_at is None] or known
    if not candidates:
        raise NotFound(f"No shop is connected yet. Connect one with {CONNECT}.")
    if len(candidates) > 1:
        raise NotUnderstood(
            f"There are several shops ({_names(candidates)}): say which, for example --shop {candidates[0].domain}."
        )
    return candidates[0]


def owner_of(shop: Shop) -> Owner:
    """Return whose the automations of a shop are. Raises WrongState where it belongs to no account."""
    if shop.owner is None:
        raise WrongState(
            f"{shop.domain} belongs to no account yet. Say to which: "
            f"`connectors shopify connect --shop {shop.domain} --customer-id C-…`."
        )
    return shop.owner


def _named(known: Sequence[Shop], domain: str) -> Shop:
    for shop in known:
        if shop.domain == domain:
            return shop
    others = f"There is: {_names(known)}." if known else f"Connect it with {CONNECT}."
    raise NotFound(f"There is no shop {domain}. {others}")


def _names(shops: Sequence[Shop]) -> str:
    return ", ".join(shop.domain for shop in shops[:NAMES_SHOWN]) + (", …" if len(shops) > NAMES_SHOWN else "")
