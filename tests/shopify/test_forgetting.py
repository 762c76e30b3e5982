"""What is kept of people goes with their numbers, and with time."""

import os
import threading
from typing import Any, Final

import orjson
import pytest
from sqlalchemy import Connection, Table, select, text, update

from connectors.app import app_for
from connectors.service import Service
from connectors.shared.automations import steps
from connectors.shared.clock import DAY, now_ms
from connectors.shared.messages.retention import erase_number
from connectors.shopify.automations import planning
from connectors.shopify.forgetting import purge
from connectors.shopify.orders import ageing
from connectors.shopify.tables import shopify_consents, shopify_events, shopify_records
from tests.shared.messages.tenants import wait_for
from tests.shopify.automations.shopping import ORDER_REFS, Shopping
from tests.shopify.connected import connect_shop
from tests.shopify.payloads import CHECKOUT, CUSTOMER, NUMBER, ORDER, PARCEL, REFUND
from tests.shopify.webhooks.buyers import BUYER, buy, enable, messages_kept, records_kept, steps_kept, tell
from tests.shopify.webhooks.events_kept import rows, states, work

SAID: Final = ("customers_marketing_consent_update", "checkouts_update")


def erase(service: Service, number: str) -> None:
    erase_number(service.database, service.endings, service.forgetting, number)


def grow_old(service: Service) -> None:
    """Have all records have had their days."""
    with service.database.write() as connection:
        connection.execute(update(shopify_records).values(updated_at=0))
    purge(service)
    assert records_kept(service) == 0


def may_be_texted(shopping: Shopping) -> list[bool]:
    """Whether a buyer whose order is new may be: at their number, and at another."""
    shopping.tell("orders_create")
    theirs = shopping.texted("review_request", ORDER_REFS).consented
    no_other = dict.fromkeys(("customer__phone", "shipping_address__phone", "billing_address__phone"))
    shopping.tell("orders_create", id=1, phone="+919800000011", customer__default_address=None, **no_other)
    another = shopping.texted("review_request", {"order": "1"}).consented
    grow_old(shopping.service)
    return [theirs, another]


def consents_kept(service: Service) -> list[dict[str, Any]]:
    with service.database.read() as connection:
        return [dict(row) for row in connection.execute(select(shopify_consents)).mappings()]


def age(connection: Connection, table: Table, moment: int, *, but: str = "", **values: int) -> None:
    """Have rows be of a moment, their ids (UUIDv7) too."""
    start = f"{moment:012x}"
    for index, row_id in enumerate(connection.scalars(select(table.c.id).where(table.c.id != but)).all()):
        older = {"id": f"{start[:8]}-{start[8:]}-7000-8000-{index:012d}", **values}
        connection.execute(update(table).where(table.c.id == row_id).values(**older))


def test_an_erased_number_takes_along_all_that_it_stands_in(both_services: Service) -> None:
    service = both_services
    connected = connect_shop(service)
    client = app_for(service).test_client()
    buy(service, client, connected, NUMBER)
    tell(client, connected, "customers_data_request")
    tell(client, connected, "orders_create__german")
    work(service)
    tell(client, connected, "orders_updated", "orders_create__german")
    erase(service, "919000000000")
    assert all(row["body_sealed"] for row in rows(service) if row["topic"] == "orders/create"), "that is nobody's"
    erase(service, NUMBER)
    left = [(row["topic"], row["state"]) for row in rows(service) if row["body_sealed"] is not None]
    assert left == [("orders/create", "done"), ("orders/create", "pending")], "the German's"
    assert [row["state"] for row in rows(service) if row["topic"] == "orders/updated"] == ["ignored"]
    assert messages_kept(service) == [("canceled", None, None)]
    assert steps_kept(service)["order_shipped"] == "stopped"
    assert list((service.settings.data_dir / "shopify" / "data-requests").iterdir()) == []
    with service.database.read() as connection:
        left_over = set(connection.scalars(select(shopify_records.c.ref)))
    assert "6012345678955" in left_over, "the German's order"
    assert left_over.isdisjoint({ORDER, CUSTOMER, CHECKOUT, PARCEL, REFUND})


def test_what_is_just_worked_off_is_erased_too(postgresql_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records are in a transaction that nobody else sees yet."""
    service = postgresql_service
    connected = connect_shop(service)
    tell(app_for(service).test_client(), connected, "orders_create")
    whole = planning.take
    eraser = threading.Thread(target=erase, args=(service, NUMBER))

    def is_waited_for() -> bool:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with service.database.read() as connection:
            return connection.execute(text(waiting)).first() is not None or not eraser.is_alive()

    def meanwhile(*given: Any, **more: Any) -> planning.Refs:
        refs = whole(*given, **more)
        eraser.start()
        wait_for(is_waited_for)
        return refs

    monkeypatch.setattr(planning, "take", meanwhile)
    work(service)
    eraser.join(20)
    assert records_kept(service) == 0
    assert [row["body_sealed"] for row in rows(service)] == [None]


@pytest.mark.usefixtures("logged")
def test_an_event_that_failed_is_found_by_what_it_says(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = connect_shop(service)
    client = app_for(service).test_client()
    tell(client, connected, "orders_create", "orders_create__german")
    with service.database.write() as connection:
        connection.execute(update(shopify_events).values(state="failed"))
    erase(service, NUMBER)
    assert [(row["state"], row["body_sealed"] is None) for row in rows(service)] == [
        ("ignored", True),
        ("failed", False),
    ]

    def poison(*_: object) -> None:
        raise ValueError("poison")

    monkeypatch.setattr("connectors.shopify.automations.planning.refs_of", poison)
    erase(service, NUMBER)
    assert states(service) == ["ignored", "ignored"], "nobody can say that it is not about them"


def test_what_is_old_is_purged(both_services: Service) -> None:
    service = both_services
    connected = connect_shop(service)
    client = app_for(service).test_client()
    tell(client, connected, *BUYER, "customers_data_request")
    work(service)
    purge(service)
    assert len(rows(service)) == len(BUYER) + 1
    assert records_kept(service) > 0
    long_ago = now_ms() - service.settings.retention_ms - DAY
    newest = rows(service)[-1]["id"]
    (file,) = (service.settings.data_dir / "shopify" / "data-requests").iterdir()
    os.utime(file, (long_ago // 1_000, long_ago // 1_000))
    with service.database.write() as connection:
        age(connection, shopify_events, long_ago, but=newest, received_at=long_ago)
        connection.execute(update(shopify_records).values(updated_at=long_ago))
    purge(service)
    assert [row["id"] for row in rows(service)] == [newest]
    assert records_kept(service) == 0
    assert not file.exists()


def test_what_a_text_still_waits_for_is_not_purged(both_services: Service) -> None:
    service = both_services
    connected = connect_shop(service)
    enable(service, connected, "review_request")
    tell(app_for(service).test_client(), connected, *BUYER, "orders_create__german")
    work(service)
    with service.database.write() as connection:
        connection.execute(update(shopify_records).values(updated_at=0))
    purge(service)
    with service.database.read() as connection:
        assert set(connection.scalars(select(shopify_records.c.ref))) == {ORDER, CUSTOMER, CHECKOUT, PARCEL, REFUND}
    with service.database.write() as connection:
        steps.stop_all(connection, connected.owner, words="Enough.", now=now_ms())
    purge(service)
    assert records_kept(service) == 0


def test_a_yes_outlives_its_record_as_long_as_it_is_not_erased(both_services: Service) -> None:
    service = both_services
    connected = connect_shop(service)
    client = app_for(service).test_client()
    shopping = Shopping(service, connected)
    grow_old(service)
    for name in SAID:
        shopping.tell(name)
        grow_old(service)
        assert may_be_texted(shopping) == [True, False]
        assert not any(NUMBER[3:] in str(value) for row in consents_kept(service) for value in row.values())
        erase(service, NUMBER)
        assert (consents_kept(service), may_be_texted(shopping)) == ([], [False, False])
    for name in SAID:
        shopping.tell(name)
        grow_old(service)
    tell(client, connected, "customers_data_request")
    work(service)
    (file,) = (service.settings.data_dir / "shopify" / "data-requests").iterdir()
    assert [each["subscribed"] for each in orjson.loads(file.read_bytes())["consents"]] == [True, True]
    shopping.tell("customers_marketing_consent_update__unsubscribed")
    grow_old(service)
    assert may_be_texted(shopping) == [False, False]
    tell(client, connected, "customers_redact")
    work(service)
    assert consents_kept(service) == []


def test_whoever_said_yes_long_ago_is_not_welcomed_again(service: Service) -> None:
    connected = connect_shop(service)
    enable(service, connected, "welcome")
    client = app_for(service).test_client()
    Shopping(service, connected).tell("customers_marketing_consent_update")
    grow_old(service)
    tell(client, connected, "customers_marketing_consent_update")
    work(service)
    assert steps_kept(service) == {}
    tell(client, connected, "app_uninstalled")
    work(service)
    assert consents_kept(service) == [], "who takes it back now is not heard"


def test_more_than_one_batch_of_records_is_purged(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = connect_shop(service)
    tell(app_for(service).test_client(), connected, *BUYER)
    work(service)
    assert records_kept(service) > 2
    with service.database.write() as connection:
        connection.execute(update(shopify_records).values(updated_at=0))
    monkeypatch.setattr(ageing.purge, "__defaults__", (2,))
    purge(service)
    assert records_kept(service) == 0
