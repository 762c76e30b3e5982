"""What becomes of a step: everything counts as it is when it is due."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from connectors.service import Service
from connectors.shared.automations import steps
from connectors.shared.automations.running import Ended, NotNow, Runner
from connectors.shared.automations.settling import Sent
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.clock import DAY, HOUR, MINUTE, SECOND
from connectors.shared.messages.accept import Acceptor
from connectors.shared.messages.tables import messages
from connectors.shared.opt_outs import store as opt_outs
from connectors.shared.opt_outs.store import Scope
from connectors.shared.phone_numbers import read_number
from tests.shared.automations.conftest import Clock, OnSqlite
from tests.shared.automations.shops import (
    HOURS,
    NOON,
    VALIDITY,
    ScriptedSource,
    Shop,
    change,
    fate,
    prospect,
    row,
    texted,
)
from tests.shared.messages.tenants import number_of
from tests.shared.messages.tenants import row as message_row

NIGHT = NOON + 6 * HOUR
"""Half past eleven in India."""
EIGHT = NOON + 3 * HOUR - 30 * MINUTE
"""Eight in the evening in India."""


def test_a_text_is_in_the_ledger_as_the_automation_has_it(shop: Shop, runner: Runner, service: Service) -> None:
    step = shop.plan("order:1")
    runner.run()
    sent = row(service, step)
    assert (sent["status"], sent["key"], sent["look_at"], sent["finished_at"]) == ("sent", "order:1", None, NOON)
    message = message_row(service, sent["message_id"])
    assert (message["text"], message["recipient"]) == ("Hello Meera", number_of(1)[1:])
    assert (message["source"], message["external_id"], message["status"]) == ("tests", "order:1", "queued")
    assert (message["message_type"], message["hours"], message["account_id"]) == (
        *("TRANSACTION", None),
        shop.owner.account_id,
    )
    runner.run()
    assert texted(service) == ["order:1"]


@OnSqlite
def test_dispatchers_are_told_of_what_is_committed(
    shop: Shop, runner: Runner, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[list[str]] = []
    monkeypatch.setattr(service.acceptor, "announce", lambda: there.append(texted(service)))
    shop.plan("order:1")
    runner.run()
    assert there == [["order:1"]]


@OnSqlite
def test_a_connector_hears_of_its_messages_as_they_are_kept(
    shop: Shop, source: ScriptedSource, service: Service, clock: Clock
) -> None:
    heard: list[tuple[str | None, str, Any]] = []

    def hear(connection: Connection, sent: Sequence[Sent]) -> None:
        with service.database.read() as other:
            assert not list(other.scalars(select(messages.c.id)))  # it is the same transaction
        heard.extend((each.step.key, each.message_id, each.about) for each in sent)

    shop.plan("order:1")
    source.said["order:1"] = prospect(about="person 7")
    given = (service.database, service.acceptor, service.secrets, HOURS, source)
    runner = Runner(*given, validity_ms=VALIDITY, on_sent=hear)
    runner.run()
    runner.close()
    with service.database.read() as connection:
        assert heard == [("order:1", connection.scalar(select(messages.c.id)), "person 7")]


@OnSqlite
def test_marketing_is_a_promotion_within_its_hours(shop: Shop, runner: Runner, service: Service) -> None:
    shop.decide("review", delay_ms=0)
    step = shop.plan("order:1", "review")
    runner.run()
    message = message_row(service, row(service, step)["message_id"])
    assert (message["message_type"], message["hours"]) == ("PROMOTIONAL", "promotional")


@OnSqlite
def test_nothing_goes_before_it_is_due(shop: Shop, runner: Runner, service: Service, clock: Clock) -> None:
    shop.decide(delay_ms=HOUR)
    shop.plan("order:1")
    clock.now = NOON + HOUR - 1
    runner.run()
    assert texted(service) == []
    clock.now = NOON + HOUR
    runner.run()
    assert texted(service) == ["order:1"]


# What is different when a review is due, and what becomes of it.
CHANGES: dict[str, tuple[Callable[[Shop, ScriptedSource], Any], str, str]] = {
    "disabled": (lambda shop, source: shop.decide("review", enabled=False), "skipped", "disabled"),
    "consent withdrawn": (
        lambda shop, source: source.said.update({"order:1": prospect(consented=False)}),
        *("skipped", "no_consent"),
    ),
    "opted out": (lambda shop, source: opt_out(shop, Scope.PROMOTIONAL), "skipped", "opted_out"),
    "conditions": (
        lambda shop, source: shop.decide("review", conditions='[{"field":"name","operator":"is","value":"Asha"}]'),
        *("skipped", "conditions"),
    ),
    "text": (lambda shop, source: source.said.update({"order:1": prospect(values={})}), "skipped", "text"),
    "ended": (
        lambda shop, source: source.said.update({"order:1": Ended(StepStatus.SKIPPED, Reason.NO_NUMBER, "None.")}),
        *("skipped", "no_number"),
    ),
    "gone": (lambda shop, source: source.owners.clear(), "stopped", "canceled"),
    "no such trigger": (lambda shop, source: source.triggers.pop("review"), "stopped", "canceled"),
    "account gone": (
        lambda shop, source: source.owners.update({shop.owner.name: replace(shop.owner, account_id=999)}),
        *("stopped", "canceled"),
    ),
    # It may be anywhere from Guam to Newfoundland, and the United States have one hour a day in this service.
    "no hour suits": (
        lambda shop, source: source.said.update({"order:1": prospect(number=read_number("+15551234567"))}),
        *("skipped", "too_late"),
    ),
}


def opt_out(shop: Shop, scope: Scope) -> None:
    service = shop.service
    with service.database.write() as connection:
        opt_outs.add(connection, service.secrets, shop.owner.account_id, number_of(1)[1:], scope, "tests")


@OnSqlite
@pytest.mark.parametrize("case", CHANGES)
def test_what_changed_meanwhile_counts(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, clock: Clock, case: str
) -> None:
    change_it, status, reason = CHANGES[case]
    shop.decide("review")
    step = shop.plan("order:1", "review")
    change_it(shop, source)
    clock.now = NOON + 7 * DAY
    runner.run()
    ended = row(service, step)
    assert (ended["status"], ended["reason"]) == (status, reason)
    assert ended["words"]
    assert number_of(1)[3:] not in ended["words"]
    assert texted(service) == []
    # What was skipped may still be sent, by a later event or a replay.
    assert ended["key"] == (None if status == "skipped" else "order:1")


@OnSqlite
@pytest.mark.parametrize(("scope", "sent"), [(Scope.PROMOTIONAL, True), (Scope.ALL, False)])
def test_who_opted_out_of_promotions_is_told_of_their_order(
    shop: Shop, runner: Runner, service: Service, scope: Scope, sent: bool
) -> None:
    step = shop.plan("order:1")
    opt_out(shop, scope)
    runner.run()
    assert fate(service, step) == (("sent", None) if sent else ("skipped", "opted_out"))


@OnSqlite
@pytest.mark.parametrize(("late_by", "status"), [(0, "sent"), (1, "skipped")])
def test_what_is_too_old_is_never_sent(
    shop: Shop, runner: Runner, service: Service, clock: Clock, late_by: int, status: str
) -> None:
    step = shop.plan("order:1")
    clock.now = NOON + VALIDITY + late_by
    runner.run()
    assert fate(service, step) == (status, "too_late" if late_by else None)


@OnSqlite
def test_at_night_it_waits_for_the_morning_and_can_still_be_stopped(
    shop: Shop, runner: Runner, service: Service, clock: Clock
) -> None:
    shop.decide(hours="day")
    held, stopped = shop.plan("order:1", happened_at=NIGHT), shop.plan("order:2", happened_at=NIGHT)
    clock.now = NIGHT
    runner.run()
    morning = NOON + 15 * HOUR + 30 * MINUTE
    assert [row(service, step)["due_at"] for step in (held, stopped)] == [morning, morning]
    with service.database.write() as connection:
        assert steps.stop(connection, shop.owner, "order:2", words="Cancelled.", now=NIGHT) == [stopped.id]
    clock.now = morning - 1
    runner.run()
    assert texted(service) == []
    clock.now = morning
    runner.run()
    assert texted(service) == ["order:1"]


@OnSqlite
@pytest.mark.parametrize(("hours", "status"), [("any", "sent"), ("day", "waiting"), ("marketing", "sent")])
def test_the_owner_chooses_the_hours(
    shop: Shop, runner: Runner, service: Service, clock: Clock, hours: str, status: str
) -> None:
    shop.decide(hours=hours)
    step = shop.plan("order:1", happened_at=EIGHT)
    clock.now = EIGHT
    runner.run()
    assert fate(service, step)[0] == status


@OnSqlite
@pytest.mark.parametrize(
    ("said", "due_at", "look_at"),
    [
        (NotNow(NOON + HOUR), NOON, NOON + HOUR),
        (NotNow(NOON + HOUR, NOON + HOUR), NOON + HOUR, NOON + HOUR),
        (NotNow(NOON - HOUR), NOON, NOON + SECOND),  # never again and again in one look
    ],
)
def test_what_is_not_known_yet_is_looked_at_again(
    shop: Shop,
    source: ScriptedSource,
    runner: Runner,
    service: Service,
    clock: Clock,
    said: NotNow,
    due_at: int,
    look_at: int,
) -> None:
    step = shop.plan("order:1")
    source.said["order:1"] = said
    runner.run()
    waiting = row(service, step)
    assert (waiting["status"], waiting["due_at"], waiting["look_at"]) == ("waiting", due_at, look_at)
    del source.said["order:1"]
    clock.now = look_at
    runner.run()
    assert fate(service, step) == ("sent", None)


@OnSqlite
def test_a_number_that_is_not_on_trial_is_sent_as_far_as_the_step_goes(
    shop: Shop, source: ScriptedSource, service: Service, clock: Clock
) -> None:
    rules = replace(service.acceptor._rules, trial_numbers=frozenset({"919800000000"}))
    acceptor = Acceptor(service.database, rules, service.endings, service.wakeup, service.router)
    step = shop.plan("order:1")
    runner = Runner(service.database, acceptor, service.secrets, HOURS, source, validity_ms=VALIDITY)
    runner.run()
    runner.close()
    acceptor.close()
    assert message_row(service, row(service, step)["message_id"])["status"] == "suppressed"
    assert fate(service, step) == ("sent", None)


@OnSqlite
def test_the_steps_of_other_connectors_are_left_alone(shop: Shop, runner: Runner, service: Service) -> None:
    step = shop.plan("order:1")
    change(service, step, owner="testsuite:1")
    runner.run()
    assert fate(service, step) == ("waiting", None)


@OnSqlite
def test_a_closed_runner_begins_nothing(shop: Shop, runner: Runner, service: Service) -> None:
    step = shop.plan("order:1")
    runner.close()
    runner.run()
    assert fate(service, step) == ("waiting", None)
