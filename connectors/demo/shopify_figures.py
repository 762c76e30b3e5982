"""Each figure of the act at Shopify beside what it must be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.demo.figures import Figure, of_phones
from connectors.demo.shop_cast import Texts

COPIES: Final = 2
"""How often each webhook comes."""
FORGERIES: Final = 2

Entry = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class ShopSeen:
    """All that was observed of the shop from outside, once everything was over."""

    turned_away: int
    told: Mapping[str, int]
    """How many webhooks were sent, by what became of them, and how many `answers` came."""
    outcomes: Sequence[Mapping[str, Any]] = field(repr=False)
    """What came of every event, as the REST API tells it."""
    first: Texts = field(repr=False)
    """On phones before the service was started again, a week later by its clock."""
    later: Texts = field(repr=False)
    """And afterwards."""
    ends: Sequence[str] = field(repr=False)
    """The statuses of all messages."""


def shopify_figures(first: Texts, later: Texts, seen: ShopSeen) -> list[Figure]:
    """Return every figure of the act; `first` and `later` are the texts that must come."""
    on_phones = "On the buyers' phones"
    return [
        *(Figure("Shopify's webhooks", *entry) for entry in _of_webhooks(seen)),
        *(Figure("What came of them", *entry) for entry in _of_outcomes(first + later, seen)),
        *(Figure(on_phones, *entry) for entry in of_phones(first + later, seen.first + seen.later)),
        Figure(on_phones, "reviews asked for, a week later and after a restart", len(later & seen.later), 1),
        Figure(on_phones, "delivered", Counter(seen.ends)["delivered"], (first + later).total()),
    ]


def _of_webhooks(seen: ShopSeen) -> Iterator[Entry]:
    yield "taken with 200 by every copy", seen.told["delivered"], seen.told["webhooks"]
    yield "answers, two for each", seen.told["answers"], COPIES * seen.told["webhooks"]
    yield "forged ones turned away", seen.turned_away, FORGERIES


def _of_outcomes(wanted: Texts, seen: ShopSeen) -> Iterator[Entry]:
    found = Counter((outcome["trigger"], outcome["status"]) for outcome in seen.outcomes)
    yield "texts sent", sum(count for (_, status), count in found.items() if status == "sent"), wanted.total()
    yield "parcel's text stopped, as its order was cancelled", found["order_shipped", "stopped"], 1
    yield "reminder stopped, as the checkout was paid for", found["checkout_abandoned", "stopped"], 1
    yield "waiting still", sum(count for (_, status), count in found.items() if status == "waiting"), 0
