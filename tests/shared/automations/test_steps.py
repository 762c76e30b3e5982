"""Steps: one text for what it is about, moved and stopped by what happens later."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select, update

from connectors.service import Service
from connectors.serving.worker import House
from connectors.shared.automations import steps
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.tables import automation_steps, automations
from connectors.shared.clock import DAY, HOUR, now_ms
from connectors.shared.messages import retention
from tests.shared.automations.conftest import OnSqlite
from tests.shared.automations.shops import NOON, ScriptedSource, Shop, change, fate, occasion, row, together
from tests.shared.messages.tenants import Tenant, add_tenant


def count(service: Service) -> int:
    with service.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(automation_steps)).scalar_one())


@OnSqlite
@pytest.mark.parametrize(("delay_ms", "wait"), [(None, HOUR), (0, 0), (3 * DAY, 3 * DAY)], ids=["none", "zero", "own"])
def test_a_step_is_due_by_the_owners_delay_else_by_the_connectors_wait(
    shop: Shop, delay_ms: int | None, wait: int
) -> None:
    with shop.service.database.write() as connection:
        automation = replace(shop.automation(connection), delay_ms=delay_ms)
        step = steps.plan(connection, shop.owner, automation, occasion("order:1"), wait_ms=HOUR, now=NOON)
        assert steps.find(connection, shop.owner, "placed", "order:1") == step
    assert (step.status, step.due_at, step.look_at) == (StepStatus.WAITING, NOON + wait, NOON + wait)
    assert (step.refs, step.account_id, step.message_id) == ({"order": "order:1"}, shop.owner.account_id, None)


@OnSqlite
def test_what_is_switched_off_is_recorded_and_leaves_the_key_free(shop: Shop) -> None:
    shop.decide(enabled=False)
    assert shop.plan("order:1").reason is Reason.DISABLED
    shop.decide(enabled=True)
    assert shop.plan("order:1").status is StepStatus.WAITING


@OnSqlite
@pytest.mark.parametrize("status", ["waiting", "sent", "stopped"])
def test_what_comes_twice_is_told_once(shop: Shop, status: str) -> None:
    first = shop.plan("order:1")
    change(shop.service, first, status=status)
    second = shop.plan("order:1")
    assert (second.status, second.reason, second.key) == (StepStatus.SKIPPED, Reason.DUPLICATE, None)
    assert shop.plan("order:2").status is StepStatus.WAITING
    assert row(shop.service, first)["key"] == "order:1"


@OnSqlite
def test_a_key_that_is_freed_this_moment_is_taken(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.plan("order:1")

    def free_it(connection: Connection, *_: object) -> None:
        connection.execute(update(automation_steps).values(status="skipped", key=None))

    monkeypatch.setattr(steps, "find", free_it)
    assert row(shop.service, shop.plan("order:1"))["key"] == "order:1"


def test_what_comes_forty_times_at_once_is_told_once(shop: Shop) -> None:
    kept = together(40, lambda _: shop.plan("order:1"))
    assert Counter(step.status for step in kept) == {StepStatus.WAITING: 1, StepStatus.SKIPPED: 39}
    assert count(shop.service) == 40


@OnSqlite
def test_the_same_thing_in_two_shops_are_two_things(source: ScriptedSource, shop: Shop, service: Service) -> None:
    other = source.add(add_tenant(service, "C-TWO"), "2")
    assert [each.plan("order:1").status for each in (shop, other)] == [StepStatus.WAITING] * 2
    with service.database.write() as connection:
        steps.stop_all(connection, shop.owner, words="Uninstalled.", now=NOON)
        assert steps.find(connection, other.owner, "placed", "order:1").status is StepStatus.WAITING  # type: ignore[union-attr]


@OnSqlite
def test_what_waits_about_a_subject_is_stopped(shop: Shop) -> None:
    shop.decide("review")
    placed, review = shop.plan("order:1"), shop.plan("order:1", "review")
    other, sent = shop.plan("order:2"), shop.plan("refund:1", subject="order:1")
    change(shop.service, sent, status="sent")
    with shop.service.database.write() as connection:
        stop = {"words": "The order was cancelled.", "now": NOON + 1}
        assert steps.stop(connection, shop.owner, "order:1", triggers=["review"], **stop) == [review.id]  # type: ignore[arg-type]
        assert steps.stop(connection, shop.owner, "order:1", **stop) == [placed.id]  # type: ignore[arg-type]
        assert steps.stop(connection, shop.owner, "order:1", **stop) == []  # type: ignore[arg-type]
    assert [fate(shop.service, step)[0] for step in (placed, review, other, sent)] == [
        *("stopped", "stopped", "waiting", "sent")
    ]
    stopped = row(shop.service, placed)
    assert (stopped["reason"], stopped["words"]) == ("canceled", "The order was cancelled.")
    assert (stopped["look_at"], stopped["finished_at"]) == (None, NOON + 1)


@OnSqlite
def test_a_step_is_moved_while_it_waits(shop: Shop) -> None:
    step = shop.plan("checkout:1")
    with shop.service.database.write() as connection:
        assert steps.move(connection, shop.owner, "placed", "checkout:1", NOON + HOUR)
        assert not steps.move(connection, shop.owner, "review", "checkout:1", NOON + DAY)
        assert not steps.move(connection, shop.owner, "placed", "checkout:2", NOON + DAY)
    assert (row(shop.service, step)["due_at"], row(shop.service, step)["look_at"]) == (NOON + HOUR, NOON + HOUR)
    change(shop.service, step, status="sent")
    with shop.service.database.write() as connection:
        assert not steps.move(connection, shop.owner, "placed", "checkout:1", NOON + DAY)


@OnSqlite
@pytest.mark.parametrize(
    ("due_at", "look_at", "looked_at"),
    [
        (NOON - 1, NOON + HOUR, NOON),  # overdue: it waits for something to be known
        (NOON + 1, NOON + HOUR, NOON + HOUR),  # not due yet
        (NOON - 9, NOON - 9, NOON - 9),  # looked at in a moment anyway
    ],
)
def test_what_waits_to_know_something_is_hastened(shop: Shop, due_at: int, look_at: int, looked_at: int) -> None:
    step = shop.plan("fulfillment:1", subject="order:1")
    change(shop.service, step, due_at=due_at, look_at=look_at)
    with shop.service.database.write() as connection:
        steps.hasten(connection, shop.owner, "order:1", NOON)
        steps.hasten(connection, shop.owner, "order:2", NOON + 99)
    assert (row(shop.service, step)["due_at"], row(shop.service, step)["look_at"]) == (due_at, looked_at)


@OnSqlite
def test_steps_are_found_by_what_they_are_about(shop: Shop) -> None:
    first = shop.plan("order:1", event_id="e-1")
    again = shop.plan("order:1", event_id="e-2")
    other = shop.plan("order:2", event_id="e-1")
    with shop.service.database.write() as connection:
        told = steps.record(
            connection,
            shop.owner,
            occasion("order:1", event_id="e-2"),
            status=StepStatus.STOPPED,
            reason=Reason.CANCELED,
            words="It was cancelled before.",
            now=NOON,
        )
        assert steps.of_subject(connection, shop.owner, "order:1") == [first, again, told]
        found = steps.of_events(connection, shop.owner, ["e-1", "e-2", "e-3"])
    assert found == {"e-1": [first, other], "e-2": [again, told], "e-3": []}


@OnSqlite
def test_an_outcome_is_shown_in_the_words_of_the_api(shop: Shop) -> None:
    waiting = shop.plan("order:1")
    assert steps.outcome(waiting) == {
        "trigger": "placed",
        "status": "waiting",
        "reason": None,
        "detail": None,
        "due_at": "2026-11-21T12:00:00Z",
        "message_id": None,
    }
    sent = steps.outcome(replace(waiting, status=StepStatus.SENT, message_id="m-1"))
    assert (sent["status"], sent["message_id"]) == ("sent", "m-1")
    second = steps.outcome(shop.plan("order:1"))
    assert (second["status"], second["reason"], second["due_at"]) == ("skipped", "duplicate", None)
    assert second["detail"] == "A text about this waits to be sent already."


@OnSqlite
def test_the_messages_of_a_subject_are_found(shop: Shop) -> None:
    for key in ("order:1", "order:2"):
        change(shop.service, shop.plan(key), status="sent", message_id=f"of {key}")
    shop.plan("order:3")
    with shop.service.database.read() as connection:
        assert steps.message_ids(connection, shop.owner) == ["of order:1", "of order:2"]
        assert steps.message_ids(connection, shop.owner, ["order:2", "order:3"]) == ["of order:2"]
        assert steps.message_ids(connection, shop.owner, []) == []


@OnSqlite
@pytest.mark.parametrize("with_automations", [True, False])
def test_an_owner_is_forgotten(
    shop: Shop, source: ScriptedSource, service: Service, tenant: Tenant, with_automations: bool
) -> None:
    other = source.add(tenant, "12")  # its name begins like the other's
    steps_of = [each.plan("order:1") for each in (shop, other)]
    with service.database.write() as connection:
        steps.remove_owner(connection, shop.owner.name, automations=with_automations)
        left = set(connection.scalars(select(automations.c.owner)))
        assert steps.find(connection, shop.owner, "placed", "order:1") is None
        assert steps.find(connection, other.owner, "placed", "order:1") == steps_of[1]
    assert left == ({"tests:12"} if with_automations else {"tests:1", "tests:12"})


@OnSqlite
def test_steps_that_ended_long_ago_are_forgotten(shop: Shop, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "SLICE", 3)
    before = now_ms() - 90 * DAY
    ages = [before - DAY] * 7 + [before + DAY]
    planned = shop.plan_many(9)
    for step, moment in zip(planned, [*ages, None], strict=True):
        # Made a hundred days ago, as its id tells; one of them waits still.
        start = f"{before - 10 * DAY:012x}"
        values = {"id": f"{start[:8]}-{start[8:]}{step.id[13:]}", "finished_at": moment}
        change(service, step, **values | ({"status": "sent"} if moment else {}))
    young = shop.plan("order:young")
    change(service, young, status="sent", finished_at=before - 1)  # only its id says how young it is
    house = House(service)
    house.purge()
    house.close()
    assert count(service) == 3


def test_an_account_is_removed_with_its_steps(shop: Shop, service: Service, tenant: Tenant) -> None:
    shop.plan("order:1")
    sent = shop.plan("order:2")
    change(service, sent, status="sent", message_id=tenant.accept("+919816111111", "Hello"))
    other = add_tenant(service, "C-TWO")
    retention.remove_account(service.database, service.forgetting, tenant.account_id)
    assert count(service) == 0
    assert other.accept("+919816111111", "still there")
