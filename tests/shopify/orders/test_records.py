"""What is remembered: the newest, sealed, found by whatever it has in common with others, and gone once forgotten."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import event, select, update

from connectors.service import Service
from connectors.shared.secrets import SecretBox
from connectors.shopify.orders import ageing, facts, records
from connectors.shopify.orders.phones import numbers_of
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import connect
from connectors.shopify.tables import RecordKind, shopify_numbers, shopify_records
from tests.shopify.payloads import CHECKOUT, CUSTOMER, NUMBER, ORDER, PARCEL, REFUND, SECOND_PARCEL, payload

READERS = {
    "orders": facts.order_record,
    "fulfillments": facts.fulfillment_record,
    "fulfillment": facts.fulfillment_event_record,
    "refunds": facts.refund_record,
    "checkouts": facts.checkout_record,
    "customers": facts.customer_record,
}


def read(name: str, /, told_at: int = 1, **changes: Any) -> Record:
    """Read a file as its topic is."""
    reader = facts.consent_record if "marketing_consent" in name else READERS[name.partition("_")[0]]
    record = reader(payload(name, **changes), told_at)
    assert record is not None
    return record


class Memory:
    """The records of a shop, a transaction a call."""

    def __init__(self, service: Service, domain: str = "one.myshopify.com") -> None:
        self.service = service
        with service.database.write() as connection:
            self.shop_id = connect(connection, domain, None).id

    def keep(self, *told: Record, secrets: SecretBox | None = None) -> None:
        for record in told:
            with self.service.database.write() as connection:
                box = secrets or self.service.secrets
                records.remember(connection, box, self.shop_id, record, numbers_of(record, "IN"))

    def find(self, kind: RecordKind, ref: str, secrets: SecretBox | None = None) -> Record | None:
        with self.service.database.read() as connection:
            return records.find(connection, secrets or self.service.secrets, self.shop_id, kind, ref)

    def by_number(self, number: str, secrets: SecretBox | None = None) -> list[tuple[int, RecordKind, str]]:
        with self.service.database.read() as connection:
            return records.by_number(connection, secrets or self.service.secrets, number)

    def about(self, customer_ref: str | None, *order_refs: str) -> list[tuple[RecordKind, str]]:
        with self.service.database.read() as connection:
            return records.about(connection, self.shop_id, customer_ref=customer_ref, order_refs=order_refs)

    def forget(self, which: list[tuple[RecordKind, str]]) -> None:
        with self.service.database.write() as connection:
            records.forget(connection, self.shop_id, which)


@pytest.fixture
def memory(both_services: Service) -> Memory:
    return Memory(both_services)


@pytest.fixture
def sqlite_memory(service: Service) -> Memory:
    return Memory(service)


EVERYTHING = (
    "orders_create",
    "fulfillments_create",
    "fulfillments_create__second",
    "refunds_create",
    "checkouts_update",
    "customers_marketing_consent_update",
)
OF_EVERYTHING = [
    (RecordKind.CHECKOUT, CHECKOUT),
    (RecordKind.CUSTOMER, CUSTOMER),
    (RecordKind.FULFILLMENT, PARCEL),
    (RecordKind.FULFILLMENT, SECOND_PARCEL),
    (RecordKind.ORDER, ORDER),
    (RecordKind.REFUND, REFUND),
]


def test_remembered_as_told(memory: Memory) -> None:
    order = read("orders_create")
    assert memory.find(RecordKind.ORDER, ORDER) is None
    memory.keep(order)
    assert memory.find(RecordKind.ORDER, ORDER) == order
    with memory.service.database.read() as connection:
        row = str(connection.execute(select(shopify_records)).one())
    assert "Meera" not in row
    assert NUMBER not in row


def test_newest_wins_whatever_comes_first(memory: Memory) -> None:
    placed, changed = read("orders_create"), read("orders_updated")
    for first, second in ((placed, changed), (changed, placed)):
        memory.forget(OF_EVERYTHING)
        memory.keep(first, second)
        assert memory.find(RecordKind.ORDER, ORDER) == changed


def test_of_one_second_the_later_told_is_newer(sqlite_memory: Memory) -> None:
    paid = read("orders_create__paid", told_at=2)
    sqlite_memory.keep(paid, read("orders_create", told_at=1))
    assert sqlite_memory.find(RecordKind.ORDER, ORDER) == paid


def test_a_body_that_leaves_things_out_takes_nothing_away(sqlite_memory: Memory) -> None:
    cancelled = facts.order_record(
        {"id": int(ORDER), "cancelled_at": "2026-11-20T19:00:00Z", "updated_at": "2026-11-20T19:00:00Z"}, 9
    )
    assert cancelled is not None
    sqlite_memory.keep(read("orders_create"), cancelled)
    order = sqlite_memory.find(RecordKind.ORDER, ORDER)
    assert order is not None
    assert order.facts["cancelled_at"] == cancelled.version
    assert (order.facts["name"], order.facts["phones"], order.customer_ref, order.cart_ref) == (
        "#1042",
        read("orders_create").facts["phones"],
        CUSTOMER,
        "hWN1abc",
    )


def test_parcel_and_its_carriers_events_in_any_order(sqlite_memory: Memory) -> None:
    told = [
        read(name)
        for name in (
            "fulfillments_create__no_tracking",
            "fulfillments_update",
            "fulfillment_events_create__in_transit",
            "fulfillment_events_create__delivered",
        )
    ]
    found = []
    for order in permutations(told):
        sqlite_memory.forget(OF_EVERYTHING)
        sqlite_memory.keep(*order)
        found.append(sqlite_memory.find(RecordKind.FULFILLMENT, PARCEL))
    parcel = found[0]
    assert parcel is not None
    assert all(other == parcel for other in found)
    assert parcel.facts["tracking_url"] == "https://track.example/DL123456789IN"
    assert parcel.facts["carrier"] == {"in_transit": 1_795_314_600_000, "delivered": 1_795_425_900_000}
    assert parcel.order_ref == ORDER


@pytest.mark.parametrize("turned", [False, True])
def test_consent_is_the_latest_whatever_version_of_the_customer_tells_it(sqlite_memory: Memory, turned: bool) -> None:
    told = [
        read("customers_create__subscribed"),
        read("customers_marketing_consent_update__unsubscribed"),
        read("customers_update"),
    ]
    sqlite_memory.keep(*(reversed(told) if turned else told))
    customer = sqlite_memory.find(RecordKind.CUSTOMER, CUSTOMER)
    assert customer is not None
    assert (customer.facts["first_name"], customer.facts["consent"]["state"]) == ("Meera Devi", "unsubscribed")


@pytest.mark.parametrize("turned", [False, True])
def test_a_box_that_stays_ticked_was_ticked_once(sqlite_memory: Memory, turned: bool) -> None:
    told = [read("checkouts_create"), read("checkouts_update")]
    sqlite_memory.keep(*(reversed(told) if turned else told))
    checkout = sqlite_memory.find(RecordKind.CHECKOUT, CHECKOUT)
    assert checkout is not None
    assert checkout.facts["consent"]["at"] == told[0].version < checkout.version
    sqlite_memory.keep(read("checkouts_update__no_consent", updated_at="2026-11-20T18:00:00+05:30"))
    checkout = sqlite_memory.find(RecordKind.CHECKOUT, CHECKOUT)
    assert checkout is not None
    assert checkout.facts["consent"]["state"] == "none"


def test_found_by_what_they_have_in_common(memory: Memory) -> None:
    memory.keep(*map(read, EVERYTHING), read("orders_create__german"))
    with memory.service.database.read() as connection:
        at = (connection, memory.service.secrets, memory.shop_id)
        parcels = records.of_order(*at, RecordKind.FULFILLMENT, ORDER)
        assert [parcel.ref for parcel in parcels] == [PARCEL, SECOND_PARCEL]
        assert [order.ref for order in records.of_customer(*at, RecordKind.ORDER, CUSTOMER)] == [ORDER]
        for tokens in ((CHECKOUT, None), (None, "hWN1abc"), ("other", "hWN1abc")):
            assert [order.ref for order in records.of_checkout(*at, RecordKind.ORDER, *tokens)] == [ORDER]
        assert records.of_checkout(*at, RecordKind.ORDER, None, None) == []
        numbered = records.of_number(*at, RecordKind.CUSTOMER, NUMBER)
    assert [customer.ref for customer in numbered] == [CUSTOMER]


def test_forgotten_by_customer_order_or_number(memory: Memory) -> None:
    other = Memory(memory.service, "two.myshopify.com")
    other.keep(read("orders_create"))
    memory.keep(*map(read, EVERYTHING), read("orders_create__german"))
    assert memory.about(CUSTOMER) == memory.about(CUSTOMER, ORDER, "4711") == OF_EVERYTHING
    assert memory.about(None, ORDER) == [each for each in OF_EVERYTHING if each[0] is not RecordKind.CUSTOMER]
    without_refund = [(memory.shop_id, *each) for each in OF_EVERYTHING if each[0] is not RecordKind.REFUND]
    assert memory.by_number(NUMBER) == [*without_refund, (other.shop_id, RecordKind.ORDER, ORDER)]
    memory.forget(OF_EVERYTHING)
    assert memory.about(CUSTOMER, ORDER) == []
    assert memory.by_number(NUMBER) == [(other.shop_id, RecordKind.ORDER, ORDER)]
    other.forget(OF_EVERYTHING)
    with memory.service.database.read() as connection:
        left = {row.ref for table in (shopify_records, shopify_numbers) for row in connection.execute(select(table))}
    assert left == {"6012345678955"}


def test_forgotten_once_nothing_was_told_for_long(memory: Memory) -> None:
    memory.keep(*map(read, EVERYTHING), read("orders_create__german"))
    with memory.service.database.write() as connection:
        is_german = shopify_records.c.ref == "6012345678955"
        connection.execute(update(shopify_records).where(~is_german).values(updated_at=1_000))
        assert ageing.purge(connection, memory.service.secrets, 1_000) == 0
        assert ageing.purge(connection, memory.service.secrets, 1_001, most=4) == 4
        assert ageing.purge(connection, memory.service.secrets, 1_001) == 2
    assert memory.by_number(NUMBER) == []
    assert memory.find(RecordKind.ORDER, "6012345678955") is not None


def test_a_new_key_finds_and_reads_what_the_old_one_kept(sqlite_memory: Memory) -> None:
    sqlite_memory.keep(read("orders_create"), secrets=SecretBox(("old",)))
    both = SecretBox(("new", "old"))
    assert sqlite_memory.find(RecordKind.ORDER, ORDER, both) == read("orders_create")
    assert sqlite_memory.by_number(NUMBER, both) == [(sqlite_memory.shop_id, RecordKind.ORDER, ORDER)]
    lost = SecretBox(("new",))
    assert sqlite_memory.find(RecordKind.ORDER, ORDER, lost) is None
    sqlite_memory.keep(read("orders_updated"), secrets=lost)
    assert sqlite_memory.find(RecordKind.ORDER, ORDER, lost) == read("orders_updated")


def test_two_at_once_do_not_undo_each_other(memory: Memory) -> None:
    events = [
        facts.fulfillment_event_record({"fulfillment_id": PARCEL, "order_id": ORDER, "status": f"s{number}"}, number)
        for number in range(1, 13)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(memory.keep, [read("fulfillments_create"), *filter(None, events)]))
    parcel = memory.find(RecordKind.FULFILLMENT, PARCEL)
    assert parcel is not None
    assert parcel.facts["carrier"] == {f"s{number}": number for number in range(1, 13)}
    assert parcel.facts["name"] == "#1042.1"


def test_no_look_goes_through_all_that_a_shop_has(sqlite_memory: Memory) -> None:
    secrets, shop_id = sqlite_memory.service.secrets, sqlite_memory.shop_id
    asked: list[tuple[str, Any]] = []
    with sqlite_memory.service.database.write() as connection:
        event.listen(connection, "before_cursor_execute", lambda *about: asked.append((about[2], about[3])))
        records.of_order(connection, secrets, shop_id, RecordKind.FULFILLMENT, "1")
        records.of_customer(connection, secrets, shop_id, RecordKind.CHECKOUT, "1")
        records.of_checkout(connection, secrets, shop_id, RecordKind.ORDER, "1", "2")
        records.about(connection, shop_id, customer_ref="1", order_refs=["1"])
        records.forget(connection, shop_id, [(RecordKind.ORDER, "1")])
        driver = connection.connection.driver_connection
        assert driver is not None
        plans = [driver.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall() for statement, values in asked]
    looks = [step[3] for plan in plans for step in plan]
    assert len(looks) == 8
    assert [look for look in looks if "ref=?" not in look] == []


def test_what_was_known_before_is_told_beside_the_newest(memory: Memory) -> None:
    service, first, later = memory.service, read("orders_create"), read("orders_updated")
    with service.database.write() as connection:
        told = [records.add(connection, service.secrets, memory.shop_id, each, ()) for each in (first, first, later)]
    assert [before for before, _ in told] == [None, first, first]
