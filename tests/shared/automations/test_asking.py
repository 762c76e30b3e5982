"""Asking the tool: beside the looks, one question of an owner at a time."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.service import Service
from connectors.shared.automations import steps
from connectors.shared.automations.running import Ask, NotNow, Prospect, Runner
from connectors.shared.clock import HOUR, MINUTE, SECOND
from tests.shared.automations.conftest import Clock, OnSqlite
from tests.shared.automations.shops import NOON, ScriptedSource, Shop, fate, prospect, row, texted
from tests.shared.messages.tenants import add_tenant, wait_for

pytestmark = OnSqlite


def once_asked(asked: Any) -> Prospect | Ask:
    return Ask() if asked is None else prospect()


@pytest.fixture
def may_answer(source: ScriptedSource) -> Iterator[threading.Event]:
    """The tool answers once this is set, with the step's key."""
    may_answer = threading.Event()

    def answer(step: steps.Step) -> str | None:
        may_answer.wait(20)
        return step.key

    source.answer = answer
    yield may_answer
    may_answer.set()


def run_until_sent(runner: Runner, service: Service, keys: list[str]) -> None:
    def is_sent() -> bool:
        runner.run()
        return texted(service) == sorted(keys)

    wait_for(is_sent)


def test_a_slow_answer_holds_up_no_other_step(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, may_answer: threading.Event
) -> None:
    slow, quick = shop.plan("order:slow"), shop.plan("order:quick")
    source.said["order:slow"] = once_asked
    runner.run()
    wait_for(lambda: source.asked_for == ["order:slow"])
    assert (fate(service, slow)[0], fate(service, quick)[0]) == ("waiting", "sent")
    # Should this process die now, another asks anew.
    assert (row(service, slow)["due_at"], row(service, slow)["look_at"]) == (NOON, NOON + MINUTE)
    may_answer.set()
    run_until_sent(runner, service, ["order:quick", "order:slow"])
    assert source.asked_for == ["order:slow"]


def test_an_owner_asks_one_question_at_a_time(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, clock: Clock, may_answer: threading.Event
) -> None:
    other = source.add(add_tenant(service, "C-TWO"), "2")
    waiting = [shop.plan(f"order:{n}") for n in range(3)]
    other.plan("order:other")
    source.said = dict.fromkeys(["order:0", "order:1", "order:2", "order:other"], once_asked)
    runner.run()
    wait_for(lambda: sorted(source.asked_for) == ["order:0", "order:other"])
    # The others have a moment each of their own.
    looks = [row(service, step)["look_at"] for step in waiting]
    assert looks == [NOON + MINUTE, NOON + 1_300, NOON + 1_600]
    clock.now = NOON + 2 * SECOND
    runner.run()
    assert sorted(source.asked_for) == ["order:0", "order:other"]
    may_answer.set()
    run_until_sent(runner, service, ["order:0", "order:other"])
    clock.now = NOON + MINUTE
    run_until_sent(runner, service, ["order:0", "order:1", "order:other"])


def test_what_is_cancelled_while_the_tool_is_asked_is_not_sent(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, clock: Clock, may_answer: threading.Event
) -> None:
    step = shop.plan("order:1")
    source.said["order:1"] = once_asked
    runner.run()
    with service.database.write() as connection:
        steps.stop(connection, shop.owner, "order:1", words="Cancelled.", now=NOON)
    may_answer.set()
    shop.plan("order:2")
    source.said["order:2"] = once_asked
    clock.now = NOON + HOUR
    wait_for(lambda: runner._asking._answers)
    run_until_sent(runner, service, ["order:2"])
    assert fate(service, step) == ("stopped", "canceled")


def test_an_owner_whose_question_brought_nothing_rests(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, clock: Clock
) -> None:
    first, second = shop.plan("order:1"), shop.plan("order:2")
    source.said["order:1"] = lambda asked: Ask() if asked is None else NotNow(NOON + HOUR)
    source.said["order:2"] = once_asked
    runner._asking._turns._clock = lambda: float(clock.now // SECOND)

    def has_waited() -> bool:
        runner.run()
        return bool(row(service, first)["look_at"] == NOON + HOUR)

    wait_for(has_waited)
    clock.now = row(service, second)["look_at"]
    runner._asking._turns._clock = lambda: NOON / SECOND  # it rests still
    runner.run()
    assert source.asked_for == ["order:1"]
    runner._asking._turns._clock = lambda: NOON / SECOND + 60
    clock.now = row(service, second)["look_at"]
    run_until_sent(runner, service, ["order:2"])


def test_a_question_that_fails_is_tried_again_later(
    shop: Shop, source: ScriptedSource, runner: Runner, service: Service, clock: Clock, log: list[Any]
) -> None:
    step = shop.plan("order:1")
    source.said["order:1"] = once_asked

    def fail(_: steps.Step) -> Any:
        raise RuntimeError("+919816111111")

    source.answer = fail

    def has_failed() -> bool:
        runner.run()
        return bool(row(service, step)["tries"])

    wait_for(has_failed)
    assert row(service, step)["look_at"] == NOON + 10 * SECOND
    assert [(entry["event"], entry["step_id"]) for entry in log] == [("automation_question_failed", step.id)]
    runner._asking._turns._clock = lambda: NOON / SECOND  # later than any rest

    def has_failed_again() -> bool:
        clock.now = NOON + 10 * SECOND
        runner.run()
        return bool(row(service, step)["tries"] == 2)

    wait_for(has_failed_again)
    assert row(service, step)["look_at"] == clock.now + 40 * SECOND
