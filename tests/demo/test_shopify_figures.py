"""The judge of the act at Shopify: right for what must be, wrong for each thing that can go wrong."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors.demo.shop_cast import LENA, MEERA, RAVI, first_texts, later_texts
from connectors.demo.shopify_figures import ShopSeen, shopify_figures

FIRST, LATER = first_texts("https://sandbox-shop.myshopify.com/cart"), later_texts("sandbox-shop.myshopify.com")
SENT = {"trigger": "order_placed", "status": "sent"}
STOPPED = [
    {"trigger": "order_shipped", "status": "stopped"},
    {"trigger": "checkout_abandoned", "status": "stopped"},
]
REVIEW = next(iter(LATER))


def as_it_must_be() -> ShopSeen:
    return ShopSeen(
        turned_away=2,
        told={"webhooks": 23, "delivered": 23, "answers": 46},
        outcomes=[*[SENT] * 8, *STOPPED, {"trigger": "welcome", "status": "skipped"}],
        first=FIRST,
        later=LATER,
        ends=["delivered"] * 8,
    )


def wrong(seen: ShopSeen) -> list[str]:
    return [figure.meaning for figure in shopify_figures(FIRST, LATER, seen) if not figure.right]


def test_as_it_must_be_nothing_is_wrong() -> None:
    assert wrong(as_it_must_be()) == []
    assert {number for number, _ in FIRST + LATER} == {MEERA.number, RAVI.number, LENA.number}


CASES: list[tuple[str, Callable[[ShopSeen], ShopSeen]]] = [
    ("taken with 200", lambda seen: replace(seen, told={**seen.told, "delivered": 22})),
    ("two for each", lambda seen: replace(seen, told={**seen.told, "answers": 47})),
    ("turned away", lambda seen: replace(seen, turned_away=1)),
    ("texts sent", lambda seen: replace(seen, outcomes=seen.outcomes[1:])),
    ("its order was cancelled", lambda seen: replace(seen, outcomes=[*[SENT] * 8, STOPPED[1]])),
    ("was paid for", lambda seen: replace(seen, outcomes=[*[SENT] * 8, STOPPED[0]])),
    ("waiting still", lambda seen: replace(seen, outcomes=[*seen.outcomes, {"trigger": "x", "status": "waiting"}])),
    ("right text", lambda seen: replace(seen, first=Counter(list(FIRST)[1:]))),
    ("SMS twice", lambda seen: replace(seen, first=FIRST + Counter([next(iter(FIRST))]))),
    ("nobody asked", lambda seen: replace(seen, later=LATER + Counter([(RAVI.number, "How do you like it?")]))),
    ("reviews asked for", lambda seen: replace(seen, first=FIRST + LATER, later=Counter())),
    ("delivered", lambda seen: replace(seen, ends=["delivered"] * 7 + ["sent"])),
]


@pytest.mark.parametrize(("meaning", "change"), CASES)
def test_whatever_goes_wrong_shows(meaning: str, change: Callable[[ShopSeen], ShopSeen]) -> None:
    assert any(meaning in found for found in wrong(change(as_it_must_be())))
