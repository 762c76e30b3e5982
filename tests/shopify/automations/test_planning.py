"""What comes of each event, and of events in any order."""

from itertools import permutations

import pytest

from connectors.shared.automations.states import Reason
from connectors.shared.clock import DAY
from connectors.shopify.automations.planning import KNOWN_TOPICS
from connectors.shopify.tables import RecordKind
from tests.shopify.automations.planned import PLACED_AT, SHIPPED_AT, Planner, Told, after, outcomes
from tests.shopify.automations.told import (
    ABANDONED_AT,
    CANCELLED,
    COMPLETED,
    CREATED,
    CREATED_PAID,
    DELIVERED,
    DELIVERED_AT,
    DELIVERED_BY_PARCEL,
    FULFILLED,
    GONE,
    LEFT,
    LINKED,
    NO,
    OF_CHECKOUT,
    OF_CUSTOMER,
    OF_ORDER,
    OF_PARCEL,
    OF_REFUND,
    OF_RIDE,
    OF_SECOND,
    OUT,
    OUT_BY_PARCEL,
    PAID_AT_ONCE,
    PAID_LATER,
    REFUNDED,
    SHIPPED,
    SHIPPED_SECOND,
    TYPED,
    UPDATED,
    UPDATED_CANCELLED,
    YES,
)
from tests.shopify.payloads import CHECKOUT, CUSTOMER, NAMES, ORDER, PARCEL, REFUND, topic_of

LIVES: dict[str, tuple[list[Told], dict[tuple[str, str], int | None]]] = {
    "placed": ([CREATED], {("order_placed", OF_ORDER): PLACED_AT}),
    "placed and paid at once": ([CREATED, PAID_AT_ONCE, UPDATED], {("order_placed", OF_ORDER): None}),
    "placed being paid": ([CREATED_PAID, Told("orders_paid", PLACED_AT)], {("order_placed", OF_ORDER): None}),
    "placed, paid later": (
        [CREATED, PAID_LATER, UPDATED],
        {("order_placed", OF_ORDER): PLACED_AT, ("order_paid", OF_ORDER): after(PLACED_AT, hours=3)},
    ),
    "cancelled": ([CREATED, PAID_AT_ONCE, CANCELLED], {("order_cancelled", OF_ORDER): None}),
    "cancelled, told twice over": (
        [CREATED, CANCELLED, UPDATED_CANCELLED],
        {("order_cancelled", OF_ORDER): after(PLACED_AT, hours=1)},
    ),
    "cancelled and refunded": (
        [CREATED, CANCELLED, REFUNDED],
        {("order_cancelled", OF_ORDER): None, ("order_refunded", OF_REFUND): after(PLACED_AT, days=1)},
    ),
    "deleted": ([CREATED, PAID_LATER, Told("orders_delete", after(PLACED_AT, hours=4))], {}),
    "shipped with a link": (
        [CREATED, SHIPPED, FULFILLED],
        {
            ("order_placed", OF_ORDER): PLACED_AT,
            ("order_shipped", OF_PARCEL): None,
            ("review_request", OF_ORDER): None,
        },
    ),
    "shipped and delivered": (
        [SHIPPED, LINKED, OUT, DELIVERED],
        {
            ("order_shipped", OF_PARCEL): None,
            ("out_for_delivery", OF_RIDE): OUT.at,
            ("order_delivered", OF_PARCEL): DELIVERED_AT,
            ("review_request", OF_ORDER): after(DELIVERED_AT, days=7),
        },
    ),
    "delivered, told by parcel alone": (
        [SHIPPED, DELIVERED_BY_PARCEL],
        {
            ("order_shipped", OF_PARCEL): None,
            ("order_delivered", OF_PARCEL): DELIVERED_BY_PARCEL.at,
            ("review_request", OF_ORDER): after(DELIVERED_BY_PARCEL.at, days=7),
        },
    ),
    "delivered, told by both": (
        [SHIPPED, DELIVERED, DELIVERED_BY_PARCEL],
        {
            ("order_shipped", OF_PARCEL): None,
            ("order_delivered", OF_PARCEL): None,
            ("review_request", OF_ORDER): None,
        },
    ),
    "two parcels": (
        [SHIPPED, SHIPPED_SECOND, DELIVERED],
        {
            ("order_shipped", OF_PARCEL): SHIPPED_AT,
            ("order_shipped", OF_SECOND): None,
            ("order_delivered", OF_PARCEL): DELIVERED_AT,
            ("review_request", OF_ORDER): after(DELIVERED_AT, days=7),
        },
    ),
    "a checkout that was left": (
        [LEFT, TYPED],
        {("checkout_abandoned", OF_CHECKOUT): after(TYPED.at, hours=1)},
    ),
    "a checkout that was bought": ([LEFT, TYPED, CREATED], {("order_placed", OF_ORDER): PLACED_AT}),
    "a checkout that was completed": ([LEFT, TYPED, COMPLETED], {}),
    "a checkout that is gone": ([LEFT, TYPED, GONE], {}),
    "yes to marketing": ([CREATED, YES], {("order_placed", OF_ORDER): None, ("welcome", OF_CUSTOMER): YES.at}),
}
"""What waits in the end, whatever the order in which it is told; None where only that depends on it when it is due."""


@pytest.mark.parametrize("name", LIVES)
def test_what_waits_does_not_depend_on_the_order_in_which_it_is_told_or_how_often(name: str, shop: Planner) -> None:
    events, expected = LIVES[name]
    for order in permutations(events):
        with shop.undone():
            for _ in range(2):
                shop.tell(*order)
                waiting = shop.waiting()
                assert waiting.keys() == expected.keys(), [event.name for event in order]
                wrong = {about for about, due_at in expected.items() if due_at not in (None, waiting[about])}
                assert not wrong, [event.name for event in order]


OUTCOMES: dict[str, tuple[list[Told], list[str]]] = {
    "placed": ([CREATED], ["order_placed waiting"]),
    "placed twice": ([CREATED, CREATED], ["order_placed skipped/duplicate"]),
    "paid at once": ([CREATED, PAID_AT_ONCE], ["order_paid skipped/duplicate"]),
    "paid before it was placed": ([PAID_AT_ONCE], ["order_placed waiting", "order_paid skipped/duplicate"]),
    "paid before it was placed, told late": (
        [Told("orders_paid", after(PLACED_AT, hours=3))],
        ["order_placed waiting", "order_paid skipped/duplicate"],
    ),
    "paid later": ([CREATED, PAID_LATER], ["order_paid waiting"]),
    "paid later, of an order from before": ([PAID_LATER], ["order_paid waiting"]),
    "paid after it was cancelled": ([CANCELLED, PAID_AT_ONCE], ["order_paid stopped/canceled"]),
    "placed after it was cancelled": ([CANCELLED, CREATED], ["order_placed stopped/canceled"]),
    "placed after it was deleted": (
        [Told("orders_delete", after(PLACED_AT, hours=1)), CREATED],
        ["order_placed stopped/canceled"],
    ),
    "cancelled, as its update tells": ([CREATED, UPDATED_CANCELLED], ["order_cancelled waiting"]),
    "cancelled before we knew of it": ([UPDATED_CANCELLED], []),
    "changed": ([CREATED, UPDATED], []),
    "changed, of an order from before": ([UPDATED], []),
    "refunded": ([REFUNDED], ["order_refunded waiting"]),
    "refunded, and nothing paid back": (
        [Told("refunds_create", PLACED_AT, {"transactions": []})],
        ["order_refunded skipped/conditions"],
    ),
    "a test order": ([Told("orders_create__test", PLACED_AT)], ["order_placed skipped/test_order"]),
    "a test order's parcel": (
        [Told("orders_create", PLACED_AT, {"test": True}), SHIPPED],
        ["order_shipped skipped/test_order", "review_request skipped/test_order"],
    ),
    "a test order's refund": (
        [Told("orders_create", PLACED_AT, {"test": True}), REFUNDED],
        ["order_refunded skipped/test_order"],
    ),
    "a test notification": ([Told("orders_create", PLACED_AT, is_test=True)], ["order_placed skipped/test_order"]),
    "shipped": ([SHIPPED], ["order_shipped waiting", "review_request waiting"]),
    "shipped twice": ([SHIPPED, SHIPPED], ["order_shipped skipped/duplicate"]),
    "shipped, as its order tells later": ([SHIPPED, FULFILLED], []),
    "shipped, as its order alone tells": ([FULFILLED], ["order_shipped waiting", "review_request waiting"]),
    "changed in no way of ours": ([SHIPPED, LINKED], []),
    "made, not shipped": ([Told("fulfillments_create__no_tracking", SHIPPED_AT, {"status": "pending"})], []),
    "made with a tracking link": (
        [Told("fulfillments_create", SHIPPED_AT, {"status": "open"})],
        ["order_shipped waiting", "review_request waiting"],
    ),
    "made, then shipped": (
        [Told("fulfillments_create__no_tracking", SHIPPED_AT, {"status": "pending"}), LINKED],
        ["order_shipped waiting", "review_request waiting"],
    ),
    "a parcel that failed": (
        [Told("fulfillments_create", SHIPPED_AT, {"status": "failure"})],
        ["order_shipped stopped/canceled"],
    ),
    "a parcel of a cancelled order": ([CREATED, CANCELLED, SHIPPED], ["order_shipped stopped/canceled"]),
    "a carrier's word of a cancelled order": (
        [CREATED, CANCELLED, DELIVERED],
        ["order_delivered stopped/canceled"],
    ),
    "taken along from the counter": (
        [
            Told("orders_create", PLACED_AT, {"source_name": "pos"}),
            Told("fulfillments_create__no_tracking", SHIPPED_AT),
        ],
        ["order_shipped skipped/conditions", "review_request waiting"],
    ),
    "in transit": ([SHIPPED, Told("fulfillment_events_create__in_transit", SHIPPED_AT)], []),
    "out by carrier, then by parcel": ([SHIPPED, OUT, OUT_BY_PARCEL], []),
    "out by parcel, then by carrier": ([SHIPPED, OUT_BY_PARCEL, OUT], ["out_for_delivery skipped/duplicate"]),
    "out once more the next day": (
        [
            SHIPPED,
            OUT_BY_PARCEL,
            Told("fulfillment_events_create__out_for_delivery", after(OUT_BY_PARCEL.at, days=1), {"id": 99}),
        ],
        ["out_for_delivery waiting"],
    ),
    "delivered twice": ([SHIPPED, DELIVERED, DELIVERED_BY_PARCEL], []),
    "first heard of when long on its way": (
        [Told("fulfillments_update__out_for_delivery", after(SHIPPED_AT, days=2))],
        ["out_for_delivery waiting"],
    ),
    "a checkout of what was bought": ([CREATED, LEFT], ["checkout_abandoned stopped/canceled"]),
    "a checkout that was finished": ([COMPLETED], ["checkout_abandoned stopped/canceled"]),
    "a checkout after it was gone": ([GONE, LEFT], []),
    "a checkout of the same cart, begun before": (
        [CREATED, Told("checkouts_create", ABANDONED_AT, {"token": "other"})],
        ["checkout_abandoned stopped/canceled"],
    ),
    "another checkout of the same cart": (
        [CREATED, Told("checkouts_create", PLACED_AT + DAY, {"token": "other"})],
        ["checkout_abandoned stopped/canceled"],
    ),
    "yes": ([YES], ["welcome waiting"]),
    "yes twice": ([YES, YES], []),
    "yes, in capitals": (
        [
            Told(
                "customers_marketing_consent_update",
                ABANDONED_AT,
                {"sms_marketing_consent__state": "SUBSCRIBED", "customer_id": 1},
            )
        ],
        ["welcome waiting"],
    ),
    "no": ([NO], []),
    "yes, as older versions tell": ([Told("customers_create__subscribed", PLACED_AT)], ["welcome waiting"]),
    "yes long ago, seen in a change": (
        [Told("customers_create__subscribed", after(PLACED_AT, days=9), topic="customers/update")],
        [],
    ),
    "yes just now, seen in a change": (
        [Told("customers_create__subscribed", PLACED_AT, topic="customers/update")],
        ["welcome waiting"],
    ),
    "a customer": ([Told("customers_create", PLACED_AT)], []),
}
"""What comes of the last event."""


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_an_event_brings_about(name: str, shop: Planner) -> None:
    events, expected = OUTCOMES[name]
    assert outcomes(shop.tell(*events)) == expected


def test_every_payload_has_a_meaning_and_a_topic_that_we_know() -> None:
    ours = {topic_of(name) for name in NAMES if not name.startswith(("app_", "shop_"))} - {
        "customers/redact",
        "customers/data_request",
    }
    assert ours <= KNOWN_TOPICS


@pytest.mark.parametrize("told", [CREATED, PAID_AT_ONCE, CANCELLED, SHIPPED, OUT, DELIVERED, REFUNDED, LEFT, YES])
def test_nothing_waits_while_it_is_off_and_that_is_kept(told: Told, quiet: Planner) -> None:
    kept = quiet.tell(told)
    assert kept
    assert {step.reason for step in kept} == {Reason.DISABLED}
    assert quiet.waiting() == {}


@pytest.mark.parametrize("told", [CREATED, PAID_AT_ONCE, CANCELLED, SHIPPED, OUT, DELIVERED, REFUNDED, LEFT, YES, NO])
def test_a_shop_without_an_account_is_remembered_and_nothing_is_planned(told: Told, shop: Planner) -> None:
    shop.tell_without_account(told)
    assert shop.steps() == []
    refs = [(RecordKind.ORDER, ORDER), (RecordKind.FULFILLMENT, PARCEL), (RecordKind.REFUND, REFUND)]
    refs += [(RecordKind.CHECKOUT, CHECKOUT), (RecordKind.CUSTOMER, CUSTOMER)]
    assert any(shop.record(kind, ref) for kind, ref in refs)
