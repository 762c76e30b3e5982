"""The runner: what is due is decided as things are then, and texted once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select, update

from connectors.service import Service
from connectors.shared.automations import running, steps, texts
from connectors.shared.automations.running import Runner
from connectors.shared.automations.settling import due_steps
from connectors.shared.automations.tables import automation_steps
from connectors.shared.clock import HOUR, SECOND
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.tables import messages
from tests.shared.automations.conftest import Clock, OnSqlite
from tests.shared.automations.shops import (
    NOON,
    ScriptedSource,
    Shop,
    fate,
    prospect,
    row,
    texted,
    together,
)
from tests.shared.messages.tenants import Tenant, add_tenant

MakeRunner = Callable[[Service], Runner]


def test_two_runners_at_once_send_once(
    shop: Shop, service: Service, make_runner: MakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SLICE", 7)
    monkeypatch.setattr(running, "MOST_IN_LOOK", 20)
    planned = shop.plan_many(60)
    other = Service(service.settings)
    runners = [make_runner(service), make_runner(other)]
    together(2, lambda index: runners[index].run())
    # Each may have left to the other what the other had, and then left off.
    for runner in runners:
        runner.run()
    other.close()
    assert texted(service) == sorted(f"order:{n}" for n in range(60))
    with service.database.read() as connection:
        sent = set(connection.scalars(select(automation_steps.c.message_id)))
        assert sent == set(connection.scalars(select(messages.c.id)))
    assert {fate(service, step) for step in planned} == {("sent", None)}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_step_in_other_hands_is_not_waited_for(shop: Shop, runner: Runner, service: Service) -> None:
    held, free = shop.plan("order:1"), shop.plan("order:2")
    with service.database.write() as connection:
        connection.execute(update(automation_steps).where(automation_steps.c.id == held.id).values(words="held"))
        runner.run()
    assert (fate(service, held)[0], fate(service, free)[0]) == ("waiting", "sent")
    runner.run()
    assert fate(service, held)[0] == "sent"


@pytest.mark.parametrize("what", ["stop", "move", "account"])
def test_what_happens_between_the_look_and_the_commit_counts(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, tenant: Tenant, what: str
) -> None:
    """The order is cancelled while its text is being written."""

    def interfere(_: Any) -> running.Prospect:
        with service.database.write() as connection:
            if what == "stop":
                steps.stop(connection, shop.owner, "order:1", words="Cancelled.", now=NOON)
            elif what == "move":
                steps.move(connection, shop.owner, "placed", "order:1", NOON + HOUR)
            else:
                steps.remove_owner(connection, shop.owner.name, automations=True)
        return prospect()

    shop.plan("order:1")
    source.said["order:1"] = interfere
    runner.run()
    assert texted(service) == []
    with service.database.read() as connection:
        left = [(each.status, each.due_at) for each in steps.of_subject(connection, shop.owner, "order:1")]
    assert left == {"stop": [("stopped", NOON)], "move": [("waiting", NOON + HOUR)], "account": []}[what]


@contextmanager
def dying(service: Service, *, at: str) -> Iterator[None]:
    """Have transactions die as they are committed: a lost connection, or a process that is killed."""

    def die(_: Any) -> None:
        raise StoreUnavailable("It died.") if at == "database" else MemoryError

    event.listen(service.database.engine, "commit", die)
    try:
        yield
    finally:
        event.remove(service.database.engine, "commit", die)


@pytest.mark.parametrize(("at", "error"), [("database", StoreUnavailable), ("process", MemoryError)])
def test_what_dies_in_its_commit_is_neither_lost_nor_doubled(
    shop: Shop, runner: Runner, service: Service, at: str, error: type[Exception]
) -> None:
    planned = shop.plan_many(3)
    with dying(service, at=at), pytest.raises(error):
        runner.run()
    assert texted(service) == []
    assert {(row(service, step)["status"], row(service, step)["tries"]) for step in planned} == {("waiting", 0)}
    runner.run()
    assert texted(service) == ["order:0", "order:1", "order:2"]


def poisoned(_: Any) -> running.Prospect:
    raise KeyError("+919816111111")


@OnSqlite
def test_a_step_that_cannot_be_judged_holds_up_no_other(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, clock: Clock, log: list[Any]
) -> None:
    bad, good = shop.plan("order:bad"), shop.plan("order:good")
    source.said["order:bad"] = poisoned
    pauses = []
    while fate(service, bad)[0] == "waiting":
        runner.run()
        assert texted(service) == ["order:good"]
        clock.now, before = row(service, bad)["look_at"] or clock.now, clock.now
        pauses.append((clock.now - before) // SECOND)
    assert pauses == [10, 40, 160, 640, 2560, 3600, 0]
    assert (fate(service, bad), fate(service, good)) == (("skipped", "text"), ("sent", None))
    assert {entry["step_id"] for entry in log if entry["log_level"] == "error"} == {bad.id}


def test_a_message_that_the_ledger_does_not_take_holds_up_no_other(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = texts.write

    def write_for_nobody(*given: Any, **values: Any) -> Any:
        message = write(*given, **values)
        return replace(message, connection_id=999) if message.external_id == "order:1" else message

    monkeypatch.setattr(texts, "write", write_for_nobody)
    planned = shop.plan_many(3)
    runner.run()
    assert texted(service) == ["order:0", "order:2"]
    bad = row(service, planned[1])
    assert (bad["status"], bad["tries"], bad["look_at"]) == ("waiting", 1, NOON + 10 * SECOND)


@OnSqlite
def test_a_database_that_is_away_is_nobodys_fault(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service
) -> None:
    step = shop.plan("order:1")

    def away(_: Any) -> running.Prospect:
        raise StoreUnavailable("Away.")

    source.said["order:1"] = away
    with pytest.raises(StoreUnavailable):
        runner.run()
    assert row(service, step)["tries"] == 0


def test_a_thousand_steps_of_one_shop_hold_up_no_other_shop(
    shop: Shop, source: ScriptedSource, service: Service
) -> None:
    other = source.add(add_tenant(service, "C-TWO"), "2")
    shop.plan_many(200)
    late = [other.plan(f"late:{n}", happened_at=NOON + n) for n in (1, 2)]
    with service.database.read() as connection:
        found = due_steps(connection, "tests", NOON + 5, 10)
    assert [step.owner for step in found[:4]] == ["tests:1", "tests:2"] * 2
    assert [step.id for step in found if step.owner == "tests:2"] == [step.id for step in late]
    assert len(found) == 10
