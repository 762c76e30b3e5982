"""Bodies that no webhook should have, whom an event is about, and many events at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event

from connectors.service import Service
from connectors.shopify.automations.planning import KNOWN_TOPICS, Event, Refs, numbers_in, refs_of, take
from connectors.shopify.shops import lock_shop
from tests.shopify.automations.planned import PLACED_AT, Planner
from tests.shopify.automations.told import CREATED, SHIPPED, UPDATED
from tests.shopify.connected import connect_shop
from tests.shopify.payloads import CHECKOUT, CUSTOMER, NAMES, NUMBER, ORDER, payload, topic_of

OURS = [name for name in NAMES if topic_of(name) in KNOWN_TOPICS]
JUNK: list[Any] = [
    None,
    True,
    -1,
    2**70,
    1e308,
    "",
    "x",
    " \x00",
    "2026-99-99T00:00:00Z",
    [],
    [None, 1, []],
    {},
    {"id": []},
]
"""What stands where something else should."""
NO_ALARM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(JUNK),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["id", "phone", "status"]), below),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[str, ...]]:
    """Return where something stands within an object, and within the objects in it."""
    if not isinstance(value, dict):
        return []
    return [(key, *rest) for key, below in value.items() for rest in [(), *places(below)]]


@st.composite
def junk_bodies(draw: Callable[..., Any]) -> tuple[str, dict[str, Any]]:
    """Give a topic with a body that has junk at a few places, or is junk altogether."""
    name = draw(st.sampled_from(OURS))
    body = payload(name)
    for path in draw(st.lists(st.sampled_from(places(body)), min_size=1, max_size=4)):
        part: Any = body
        for step in path[:-1]:
            part = part.get(step) if isinstance(part, dict) else None
        if isinstance(part, dict):
            part[path[-1]] = draw(_values)
    return topic_of(name), draw(st.sampled_from([body, {}, {"id": body.get("id")}]))


@NO_ALARM
@given(junk_bodies())
def test_no_body_is_too_strange(shop: Planner, told: tuple[str, dict[str, Any]]) -> None:
    topic, body = told
    event = Event("strange", topic, PLACED_AT, PLACED_AT, False, body)
    with shop.undone():
        refs = take(shop.connection, shop.secrets, shop.shop, event, paid_window_ms=0, now=shop.now)
    assert refs == refs_of(topic, body)
    assert all(number.isdecimal() for number in numbers_in(topic, body, "IN"))


@pytest.mark.parametrize("name", OURS)
def test_what_lacks_everything_means_nothing(name: str, shop: Planner) -> None:
    event = Event("empty", topic_of(name), PLACED_AT, PLACED_AT, False, {})
    assert take(shop.connection, shop.secrets, shop.shop, event, paid_window_ms=0, now=shop.now) == Refs()
    assert shop.steps() == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders_create", Refs(ORDER, CUSTOMER, CHECKOUT)),
        ("orders_delete", Refs(order=ORDER)),
        ("fulfillments_create", Refs(order=ORDER)),
        ("fulfillment_events_create__delivered", Refs(order=ORDER)),
        ("refunds_create", Refs(order=ORDER)),
        ("checkouts_create", Refs(customer=CUSTOMER, checkout=CHECKOUT)),
        ("checkouts_delete", Refs(checkout=CHECKOUT)),
        ("customers_update", Refs(customer=CUSTOMER)),
        ("customers_marketing_consent_update", Refs(customer=CUSTOMER)),
    ],
)
def test_whom_an_event_is_about(name: str, expected: Refs) -> None:
    assert refs_of(topic_of(name), payload(name)) == expected


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("orders_create", {NUMBER}),
        ("orders_create__masked", set()),
        ("fulfillments_create", {NUMBER}),
        ("checkouts_create", {NUMBER}),
        ("customers_create", {NUMBER}),
        ("customers_marketing_consent_update", {NUMBER}),
        ("fulfillment_events_create__delivered", set()),
    ],
)
def test_which_numbers_an_event_holds(name: str, numbers: set[str]) -> None:
    assert numbers_in(topic_of(name), payload(name), "IN") == numbers


def test_changes_of_an_order_cost_little(shop: Planner) -> None:
    statements: list[str] = []
    shop.tell(CREATED, SHIPPED)

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sqlalchemy_event.listen(shop.connection, "before_cursor_execute", count)
    shop.tell(UPDATED)
    sqlalchemy_event.remove(shop.connection, "before_cursor_execute", count)
    assert len(statements) <= 6  # and two are shared by a batch, and the test's own


def test_forty_at_once_are_one_text(postgresql_service: Service) -> None:
    """The shop's row is locked by whoever works an event of it off, so that all of them see what came before."""
    connected = connect_shop(postgresql_service)
    with postgresql_service.database.write() as connection:
        Planner(connection, postgresql_service.secrets, connected).turn_on()

    def work_off(several: range) -> None:
        for each in several:
            event = Event(f"event-{each}", "orders/create", PLACED_AT, PLACED_AT, False, payload("orders_create"))
            with postgresql_service.database.write() as connection:
                shop = lock_shop(connection, connected.shop.id, wait=True)
                assert shop is not None
                take(connection, postgresql_service.secrets, shop, event, paid_window_ms=0, now=PLACED_AT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work_off, [range(start, start + 5) for start in range(0, 40, 5)]))
    with postgresql_service.database.read() as connection:
        kept = Planner(connection, postgresql_service.secrets, connected).kept()
    assert dict(kept) == {"order_placed waiting": 1, "order_placed skipped/duplicate": 39}
