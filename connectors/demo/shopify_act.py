"""The demo's act at Shopify: people buy, cancel and leave; a week later one of them is asked how it was."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from connectors.demo.figures import Figure
from connectors.demo.observing import OPEN, Observer
from connectors.demo.screen import Screen
from connectors.demo.shop_cast import (
    KURTA,
    LAMP,
    LENA,
    MEERA,
    RAVI,
    SHOP_NAME,
    TRACKING,
    Texts,
    first_texts,
    later_texts,
)
from connectors.demo.shopify_figures import COPIES, ShopSeen, shopify_figures
from connectors.demo.shopkeeping import Shopkeeping
from connectors.demo.waiting import Patience
from connectors.sandbox.shopify.grants import SHOP, SIGNING_KEY

SOURCE: Final = "shopify"
ABANDONED_SECONDS: Final = 3
"""In place of an hour: later than Meera needs to pay, sooner than anybody gets bored."""
AFTER: Final = 7 * 86_400 + 3_600
"""Seconds that the clock is moved forward: the week after which a review is asked for, and an hour."""
BEYOND_SETUP: Final[Mapping[str, Mapping[str, Any]]] = {
    "order_cancelled": {},
    "checkout_abandoned": {"delay_seconds": ABANDONED_SECONDS, "hours": "any"},
    "review_request": {},
}
"""What is turned on beyond what `setup --yes` does, and what is changed of it."""


class Command(Protocol):
    """Runs `connectors …` and returns what it printed."""

    def __call__(self, *arguments: str, typed: str = "") -> str: ...


class ShopifyAct:
    """What a shop lives through in a week."""

    def __init__(
        self,
        shop: Shopkeeping,
        observer: Observer,
        screen: Screen,
        command: Command,
        go_on_later: Callable[[int], Patience],
        patience: Patience,
    ) -> None:
        """`go_on_later(seconds)` stops the service and starts it again with its clock so much ahead."""
        self._shop = shop
        self._observer = observer
        self._screen = screen
        self._command = command
        self._go_on_later = go_on_later
        self._patience = patience
        self._before = 0

    def run(self) -> list[Figure]:
        """Play it; returns the figures. Raises DemoFailed where it cannot go on."""
        self._connect()
        turned_away = self._shop.turned_away()
        self._before = self._observer.stats().messages
        wanted = self._live_through_the_day()
        came = self._observer.stats().messages
        first = self._texts()
        later = self._live_through_the_week(came)
        seen = ShopSeen(
            turned_away=turned_away,
            told=self._shop.told(),
            outcomes=list(self._outcomes()),
            first=first,
            later=later,
            ends=[message["status"] for message in self._observer.messages(source=SOURCE)],
        )
        return shopify_figures(wanted, later_texts(SHOP), seen)

    def _connect(self) -> None:
        self._screen.heading("Shopify: a shop connects by the key of its own webhooks")
        names = ("--shop", SHOP)
        self._command("shopify", "connect", *names, "--name", SHOP_NAME, "--signing-key-stdin", typed=SIGNING_KEY)
        self._command("shopify", "setup", *names, "--yes")
        # Marketing waits for the recipients' day, and a demo at night would for the morning.
        self._command("shopify", "automations", "set", "review_request", "--hours", "any", *names)
        for trigger, changes in BEYOND_SETUP.items():
            self._shop.change_automation(trigger, enabled=True, **changes)
        self._screen.say(f"  and by the REST API it turns on {', '.join(BEYOND_SETUP)}", dim=True)

    def _live_through_the_day(self) -> Texts:
        """Let people buy, get their parcels, cancel and leave; returns the texts that must come of it."""
        self._screen.heading(f"Shopify: three people come to the shop; each webhook comes {COPIES} times")
        self._shop.pull(duplicates=COPIES, out_of_order=True)
        checkout = self._shop.begin(MEERA, KURTA)
        of_meera = self._shop.buy(MEERA, KURTA, "card", checkout)
        of_ravi = self._shop.buy(RAVI, LAMP, "cash")
        left = self._shop.begin(LENA, LAMP)
        self._await("the texts on the orders", "Thank you", 2)
        self._screen.say("  Meera pays by card, Ravi will in cash, and Lena leaves; their webhooks come out of order")
        self._shop.pull(out_of_order=False)
        self._follow(of_meera, of_ravi)
        wanted = first_texts(left["abandoned_checkout_url"])
        self._patience.wait("every text of the day", lambda: not wanted - self._texts())
        self._patience.wait("their receipts", lambda: self._all_ended(wanted.total()))
        self._screen.say("  Meera's parcel arrives, Ravi cancels, and Lena is told, in German, that her cart waits")
        for (_, text), _ in sorted(wanted.items()):
            self._screen.say(f"    “{text}”", dim=True)
        return wanted

    def _follow(self, of_meera: str, of_ravi: str) -> None:
        """Follow two orders: one parcel arrives, and the other one is taken back before its text is sent."""
        parcel = self._shop.ship(of_meera, TRACKING)
        self._shop.ship(of_ravi)
        self._await("the text on the parcel", "on its way", 1)
        self._patience.wait("the other parcel, which has no tracking link yet", lambda: self._waits("order_shipped"))
        self._shop.cancel(of_ravi)
        self._shop.carry(parcel, "out_for_delivery")
        self._await("the text on the carrier's round", "out for delivery", 1)
        self._shop.carry(parcel, "delivered")

    def _live_through_the_week(self, came: int) -> Texts:
        """Stop the service and start it a week later; returns what comes to phones then."""
        self._screen.heading("Shopify: the service is stopped, and started again a week later by its clock")
        patience = self._go_on_later(AFTER)
        patience.wait("the request for a review", lambda: self._observer.stats().messages > came)
        total = self._observer.stats().messages - self._before
        patience.wait("its receipt", lambda: self._all_ended(total))
        texts = self._observer.texts(since=came)
        for _, text in texts:
            self._screen.say(f"    “{text}”", dim=True)
        return texts

    def _await(self, what: str, words: str, count: int) -> None:
        """Wait until so many texts with these words have come."""
        self._patience.wait(what, lambda: sum(words in text for _, text in self._texts()) >= count)

    def _waits(self, trigger: str) -> bool:
        return any((one["trigger"], one["status"]) == (trigger, "waiting") for one in self._outcomes())

    def _all_ended(self, count: int) -> bool:
        statuses = [message["status"] for message in self._observer.messages(source=SOURCE)]
        return len(statuses) >= count and not OPEN & set(statuses)

    def _texts(self) -> Texts:
        return self._observer.texts(since=self._before)

    def _outcomes(self) -> Iterator[dict[str, Any]]:
        for event in self._observer.pages(f"/shopify/{SHOP}/events"):
            yield from event["outcomes"]
