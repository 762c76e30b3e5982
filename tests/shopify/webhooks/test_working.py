"""Working events off: in order, each once, and none of them spoils the others."""

import threading
from typing import Any

import orjson
import pytest
import structlog
from sqlalchemy import update

from connectors.app import app_for
from connectors.service import Service
from connectors.serving.worker import dispatcher_for
from connectors.shared.automations import steps
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Occasion
from connectors.shared.clock import now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.dispatcher import Job
from connectors.shopify.automations import planning
from connectors.shopify.automations.planning import Event, Refs
from connectors.shopify.shops import change_shop, lock_shop
from connectors.shopify.tables import shopify_events
from connectors.shopify.webhooks import working
from connectors.shopify.webhooks.working import BATCH, Worker
from tests.shopify.connected import Connected, connect_shop, parts_of
from tests.shopify.signing import post
from tests.shopify.webhooks.buyers import enable, tell
from tests.shopify.webhooks.events_kept import keep, recorded, rows, states, work

TOPIC = "orders/create"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events that were worked off, in order."""
    found: list[Event] = []
    monkeypatch.setattr(planning, "take", recorded(found))
    return found


def fill(service: Service, shop_id: int, count: int, start: int = 0, **more: Any) -> None:
    parts = parts_of(service)
    for number in range(start, start + count):
        keep(parts, shop_id, TOPIC, orjson.dumps({"id": number, **more}), f"w-{number}")


def test_in_the_order_of_arrival_whatever_the_batch(both_services: Service, taken: list[Event]) -> None:
    connected = connect_shop(both_services)
    count = BATCH * 2 + 3
    fill(both_services, connected.shop.id, count)
    work(both_services)
    assert [event.body["id"] for event in taken] == list(range(count))
    assert [(row["state"], row["order_ref"]) for row in rows(both_services)] == [
        ("done", str(number)) for number in range(count)
    ]
    work(both_services)
    assert len(taken) == count


def test_a_poisoned_event_fails_alone_and_nothing_of_it_is_said(both_services: Service, taken: list[Event]) -> None:
    service = both_services
    shop_id = connect_shop(service).shop.id
    fill(service, shop_id, 2)
    fill(service, shop_id, 1, 2, poison="+919800000001")
    fill(service, shop_id, 2, 3)
    with structlog.testing.capture_logs() as logs:
        work(service)
    # All of them once more, since nothing was kept of any.
    assert [event.body["id"] for event in taken] == [0, 1, 0, 1, 3, 4]
    assert states(service) == ["done", "done", "failed", "done", "done"]
    assert [entry["event"] for entry in logs] == ["shopify_event_failed"]
    assert "9800000001" not in str(logs)


@pytest.mark.usefixtures("logged")
def test_what_a_failing_event_had_begun_is_undone(both_services: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service = both_services
    connected = connect_shop(service)
    owner = connected.owner

    def plan_then_fail(connection: Any, secrets: Any, shop: Any, event: Event, **_: Any) -> Refs:
        ref = f"order:{event.body['id']}"
        occasion = Occasion("order_placed", ref, ref, {}, event.id, event.fresh_at)
        why = Reason.DISABLED
        steps.record(connection, owner, occasion, status=StepStatus.SKIPPED, reason=why, words="Off.", now=now_ms())
        if event.body["id"] == 1:
            connection.exec_driver_sql("INSERT INTO shopify_topics (shop_id) VALUES (NULL)")
        return Refs()

    monkeypatch.setattr(planning, "take", plan_then_fail)
    fill(service, connected.shop.id, 3)
    work(service)
    assert states(service) == ["done", "failed", "done"]
    with service.database.read() as connection:
        found = steps.of_events(connection, owner, [row["id"] for row in rows(service)])
    assert [len(each) for each in found.values()] == [1, 0, 1]


def test_a_batch_that_was_not_committed_is_worked_off_once_more(
    both_services: Service, taken: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: the transaction is rolled back, with all that was done in it."""
    service = both_services
    shop_id = connect_shop(service).shop.id
    fill(service, shop_id, 3)
    whole = planning.take

    def give_up_at_the_last(*args: Any, **more: Any) -> Refs:
        refs = whole(*args, **more)
        if len(taken) == 3:
            raise StoreUnavailable("It went away.")
        return refs

    monkeypatch.setattr(planning, "take", give_up_at_the_last)
    work(service)
    assert states(service) == ["pending"] * 3
    work(service)
    assert states(service) == ["done"] * 3
    assert [event.body["id"] for event in taken] == [0, 1, 2, 0, 1, 2]


def test_what_cannot_be_unsealed_fails(service: Service, connected: Connected, taken: list[Event]) -> None:
    fill(service, connected.shop.id, 2)
    with service.database.write() as connection:
        connection.execute(
            update(shopify_events).where(shopify_events.c.webhook_id == "w-0").values(body_sealed="of another key")
        )
    work(service)
    assert states(service) == ["failed", "done"]


def test_after_the_app_has_left_events_are_ignored_and_emptied(
    service: Service, connected: Connected, taken: list[Event]
) -> None:
    with service.database.write() as connection:
        change_shop(connection, connected.shop.id, uninstalled_at=now_ms())
    fill(service, connected.shop.id, 1)
    work(service)
    assert [(row["state"], row["body_sealed"]) for row in rows(service)] == [("ignored", None)]
    assert taken == []


def test_one_shop_holds_up_no_other(
    service: Service, connected: Connected, taken: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = connect_shop(service, "other.myshopify.com", customer_id="C-TWO")
    whole = planning.take

    def fail_for_one(connection: Any, secrets: Any, shop: Any, event: Event, **more: Any) -> Refs:
        if shop.id == connected.shop.id:
            raise StoreUnavailable("It went away.")
        return whole(connection, secrets, shop, event, **more)

    monkeypatch.setattr(planning, "take", fail_for_one)
    fill(service, connected.shop.id, 2)
    fill(service, other.shop.id, BATCH + 1)
    work(service)
    assert len(taken) == BATCH + 1


def test_two_workers_at_once_do_each_event_once_and_in_order(
    postgresql_service: Service, taken: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = postgresql_service
    shops = [connect_shop(service, f"shop-{n}.myshopify.com", customer_id=f"C-{n}").shop.id for n in range(3)]
    for shop_id in shops:
        fill(service, shop_id, BATCH + 5, shop=shop_id)
    start = threading.Barrier(4)

    def run() -> None:
        worker = Worker(parts_of(service))
        start.wait(20)
        while "pending" in states(service):
            worker.run()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for shop_id in shops:
        assert [event.body["id"] for event in taken if event.body["shop"] == shop_id] == list(range(BATCH + 5))


def test_a_shop_that_is_worked_at_still_takes_events(postgresql_service: Service) -> None:
    service = postgresql_service
    shop_id = connect_shop(service).shop.id
    with service.database.write() as working, service.database.write() as another:
        assert lock_shop(working, shop_id) is not None
        assert lock_shop(another, shop_id) is None
        another.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        another.exec_driver_sql(
            "INSERT INTO shopify_topics (shop_id, topic, count, last_at) VALUES (%s, 'a/b', 1, 0)", (shop_id,)
        )


def test_events_reach_planning_as_they_came(service: Service, connected: Connected, taken: list[Event]) -> None:
    client = app_for(service).test_client()
    at = now_ms() - 5_000
    assert post(client, TOPIC, {"id": 7}, triggered_at=at, is_test=True).status_code == 200
    work(service)
    (event,) = taken
    assert (event.topic, event.triggered_at, event.fresh_at, event.is_test) == (TOPIC, at, at, True)
    assert event.body == {"id": 7}


def test_a_burst_goes_first_but_not_for_ever(
    service: Service, connected: Connected, taken: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, connected.shop.id, working.BURST)
    worker = Worker(parts_of(service))
    worker.look()
    assert taken == []
    monkeypatch.setattr(working, "PATIENCE_MS", 0)
    monkeypatch.setattr(working, "BURST_TURN_SECONDS", 0.0)
    worker.look()
    assert len(taken) == 1, "one at a look"
    monkeypatch.setattr(working, "BURST_MS", -1_000)
    worker.look()
    assert len(taken) == working.BURST, "nothing comes any more"


def test_few_events_are_worked_off_as_they_come(service: Service, connected: Connected, taken: list[Event]) -> None:
    fill(service, connected.shop.id, working.BURST - 1)
    Worker(parts_of(service)).look()
    assert len(taken) == working.BURST - 1


def test_whoever_looks_at_steps_hears_of_what_is_due(service: Service, connected: Connected) -> None:
    parts = parts_of(service)
    client = app_for(service).test_client()
    tell(client, connected, "orders_create")
    Worker(parts).run()
    assert not parts.due.is_set(), "nothing is sent of it"
    enable(service, connected, "order_placed")
    tell(client, connected, "orders_create", id=1)
    Worker(parts).run()
    assert parts.due.is_set()


def test_a_hint_has_a_job_done_at_once(service: Service) -> None:
    hint, done = threading.Event(), threading.Semaphore(0)
    job = Job("seldom", 3_600.0, done.release, hint=hint)
    dispatcher = dispatcher_for(service)
    dispatcher._jobs = [job]
    dispatcher.start()
    try:
        for _ in range(2):
            hint.set()
            assert done.acquire(timeout=20)
    finally:
        dispatcher.stop()
    assert dispatcher._running[-1].name == "seldom"
    assert not dispatcher._running[-1].is_alive()
