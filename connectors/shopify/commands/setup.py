"""`connectors shopify setup`: goes through the texts that most shops want, and turns on those that are wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import click
from rich.console import Console

from connectors.commands.terminal import console_for, legible, say
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.automations import store
from connectors.shared.automations.definitions import Owner, Trigger
from connectors.shared.automations.states import Consent
from connectors.shared.errors import NotUnderstood
from connectors.shopify.automations.trials import trial_of
from connectors.shopify.automations.triggers import (
    ORDER_DELIVERED,
    ORDER_PLACED,
    ORDER_SHIPPED,
    OUT_FOR_DELIVERY,
    TRIGGERS,
)
from connectors.shopify.commands import asking
from connectors.shopify.commands.choosing import chosen_shop, owner_of, shop_options
from connectors.shopify.commands.showing import print_preview
from connectors.shopify.shops import Shop

PROPOSED: Final = (ORDER_PLACED, ORDER_SHIPPED, OUT_FOR_DELIVERY, ORDER_DELIVERED)
MARKETING: Final = tuple(name for name, trigger in TRIGGERS.items() if trigger.consent is Consent.MARKETING)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text as a buyer would get it, and whether it is on already."""

    trigger: Trigger
    enabled: bool
    preview: Mapping[str, Any] = field(repr=False)


@click.command()
@shop_options
@click.option("--marketing", is_flag=True, help="Propose what needs consent to marketing, too.")
@click.option("--yes", is_flag=True, help="Turn all of it on, and ask nothing.")
def setup(domain: str | None, customer_id: str | None, marketing: bool, yes: bool) -> None:
    """Choose what a shop's buyers are texted.

    It shows each text and asks; nothing changes before the last answer. It proposes texts on orders that are
    placed, shipped, out for delivery and delivered. Those that need consent to marketing (abandoned checkouts, reviews,
    welcome) are proposed to who wants them: --marketing, or when it asks.
    """
    if not yes and not asking.is_person():
        raise NotUnderstood("Nobody is here to be asked: give --yes to turn on what is proposed.")
    console = console_for()
    with opened() as service:
        shop = chosen_shop(service, domain, customer_id)
        owner = owner_of(shop)
        say(console, f"What the buyers of {shop.domain} get, with the values of a sample order:\n")
        chosen = _chosen(console, _proposals(service, shop, PROPOSED), yes=yes)
        if marketing or (not yes and _wants_marketing()):
            chosen += _chosen(console, _proposals(service, shop, MARKETING), yes=yes)
        with service.database.write() as connection:
            for trigger in chosen:
                store.put_automation(connection, owner, trigger, {"enabled": True})
        on = [automation for automation in _all(service, owner) if automation.enabled]
    say(console, _summary(shop.domain, [TRIGGERS[automation.trigger].title for automation in on]))


def _proposals(service: Service, shop: Shop, names: Iterable[str]) -> list[Proposal]:
    owner = owner_of(shop)
    with service.database.read() as connection:
        return [
            Proposal(
                TRIGGERS[name],
                store.get_automation(connection, owner, TRIGGERS[name]).enabled,
                store.preview(connection, owner, TRIGGERS[name], {}, trial_of(shop, name, None)[0]),
            )
            for name in names
        ]


def _chosen(console: Console, proposals: Iterable[Proposal], *, yes: bool) -> list[Trigger]:
    """Show each text, and return the triggers to turn on."""
    chosen = []
    for proposal in proposals:
        trigger = proposal.trigger
        say(console, legible(f"{trigger.title}{' (on already)' if proposal.enabled else ''}. {trigger.about}"))
        print_preview(console, proposal.preview)
        if not proposal.enabled and (yes or click.confirm("Send it?", default=True)):
            chosen.append(trigger)
        say(console, "")
    return chosen


def _wants_marketing() -> bool:
    titles = ", ".join(TRIGGERS[name].title.lower() for name in MARKETING)
    return click.confirm(f"Also what needs the buyers' consent to marketing by SMS ({titles})?", default=False)


def _all(service: Service, owner: Owner) -> list[Any]:
    with service.database.read() as connection:
        return store.list_automations(connection, owner, TRIGGERS)


def _summary(domain: str, titles: list[str]) -> str:
    if not titles:
        return "Everything is off: nobody is texted."
    return (
        f"On: {', '.join(titles)}.\n"
        f"To change a text: `connectors shopify automations set … --shop {domain}`. "
        "Turn Shopify's own SMS off, too (Settings > Notifications), or buyers get two of each."
    )
