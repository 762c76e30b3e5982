"""The runner: looks at steps that are due, has the connector say who is meant, and hands messages to the ledger.

Nothing is decided before its time: consent, opt-outs, hours and cancellations count as they are when a step is due.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from connectors.shared.automations.asking import Answer, Asking
from connectors.shared.automations.judging import Judge, Rules, Send, Verdict, Wait
from connectors.shared.automations.settling import Listener, due_steps, keep, waiting_steps
from connectors.shared.automations.sources import Ask, Ended, NotNow, Prospect, Source
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Step
from connectors.shared.clock import HOUR, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.accept import Acceptor
from connectors.shared.messages.hours import PromotionalHours
from connectors.shared.secrets import SecretBox

__all__ = ["Ask", "Ended", "NotNow", "Prospect", "Runner", "Source"]

MOST_IN_LOOK: Final = 1_000
SLICE: Final = 100
"""Steps in one transaction: others wait for their turn to write."""
FIRST_PAUSE_MS: Final = 10 * SECOND
LONGEST_PAUSE_MS: Final = HOUR
MOST_TRIES: Final = 6
"""With pauses that grow fourfold about an hour in all."""

log = structlog.get_logger()

_FAULT: Final = Ended(
    StepStatus.SKIPPED,
    Reason.TEXT,
    "It could not be prepared: something is wrong with this service. Its log says more.",
)
_UNAVAILABLE: Final = (StoreUnavailable, OperationalError, InterfaceError, PoolTimeout)


class Runner:
    """One for a connector and process."""

    def __init__(
        self,
        database: Database,
        acceptor: Acceptor,
        secrets: SecretBox,
        hours: PromotionalHours,
        source: Source,
        *,
        validity_ms: int,
        on_sent: Listener | None = None,
    ) -> None:
        """`on_sent` hears of messages in the transaction that keeps them."""
        self._database = database
        self._acceptor = acceptor
        self._source = source
        self._on_sent = on_sent
        self._rules = Rules(secrets, hours, validity_ms)
        self._asking = Asking(source)
        self._closing = threading.Event()

    def run(self) -> None:
        """Look at everything that is due. Raises StoreUnavailable."""
        self._take_answers()
        more = True
        while more and not self._closing.is_set():
            more = self._look()

    def close(self) -> None:
        """Begin nothing more."""
        self._closing.set()
        self._asking.close()

    def _look(self) -> bool:
        """Work off what is due, as far as one look reads; True where more may be."""
        with self._database.read() as connection:
            steps = due_steps(connection, self._source.connector, now_ms(), MOST_IN_LOOK)
        kept = sum(self._work_off(steps[start : start + SLICE]) for start in range(0, len(steps), SLICE))
        # Where others have them all, the next look is early enough.
        return kept > 0 and len(steps) == MOST_IN_LOOK

    def _work_off(self, steps: Sequence[Step]) -> int:
        """Judge steps and keep what was decided; returns for how many."""
        if self._closing.is_set():
            return 0
        now = now_ms()
        with self._database.read() as connection:
            judge = Judge(self._rules, self._source, connection, now)
            judged = [(step, self._judge(judge, step)) for step in steps]
        return len(self._keep(judged, now))

    def _judge(self, judge: Judge, step: Step, asked: Any = None) -> Verdict:
        """Judge one step; one that cannot be judged must not hold up the others."""
        try:
            verdict = judge.judge(step, asked)
        except _UNAVAILABLE:
            raise
        except Exception:
            log.exception("automation_step_failed", step_id=step.id)
            return _put_off(step, judge.now)
        if isinstance(verdict, Ask):
            return Wait(self._asking.ask(step, judge.now), tries=step.tries)  # asking may fail by a fault of ours, too
        return verdict

    def _keep(self, judged: Sequence[tuple[Step, Verdict]], now: int) -> list[Step]:
        """Keep what was decided; returns the steps that it was kept for. Raises StoreUnavailable."""
        try:
            return self._keep_as_one(judged, now)
        except StoreUnavailable:
            raise
        except Exception:
            if len(judged) > 1:  # one of them is at fault
                return [step for each in judged for step in self._keep([each], now)]
            step = judged[0][0]
            log.exception("automation_step_failed", step_id=step.id)
            return self._keep_as_one([(step, _put_off(step, now))], now)

    def _keep_as_one(self, judged: Sequence[tuple[Step, Verdict]], now: int) -> list[Step]:
        if not judged:
            return []
        with self._database.write() as connection:
            kept = keep(connection, self._acceptor, judged, now, self._on_sent)
        if any(isinstance(verdict, Send) for _, verdict in judged):
            self._acceptor.announce()
        return kept

    def _take_answers(self) -> None:
        """Judge the steps that the tool was asked about, whatever they were to wait for."""
        answers = self._asking.answers()
        helped: set[str] = set()
        try:
            if answers:
                helped = self._use(answers)
        finally:
            for answer in answers:
                self._asking.settle(answer, helped=answer.step.id in helped)

    def _use(self, answers: Iterable[Answer]) -> set[str]:
        """Judge steps by their answers; returns the ids of those that the tool was of help for."""
        by_id = {answer.step.id: answer for answer in answers}
        now = now_ms()
        with self._database.read() as connection:
            judge = Judge(self._rules, self._source, connection, now)
            waiting = waiting_steps(connection, list(by_id))
            judged = [(step, self._judge_answered(judge, step, by_id[step.id])) for step in waiting.values()]
        self._keep(judged, now)
        return (by_id.keys() - waiting.keys()) | {step.id for step, verdict in judged if not _is_overdue(verdict)}

    def _judge_answered(self, judge: Judge, step: Step, answer: Answer) -> Verdict:
        return _put_off(step, judge.now) if answer.failed else self._judge(judge, step, answer.value)


def _put_off(step: Step, now: int) -> Verdict:
    """Return when to try again what failed by a fault of ours, or that it was tried often enough."""
    if step.tries >= MOST_TRIES:
        return _FAULT
    pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4**step.tries)
    return Wait(now + pause, tries=step.tries + 1)


def _is_overdue(verdict: Verdict) -> bool:
    """Whether it still waits for something to be known, and not for its time."""
    return isinstance(verdict, Wait) and verdict.due_at is None
