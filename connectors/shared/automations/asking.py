"""Asking the tool itself, beside the looks: a slow answer holds up no other step, and no owner asks two at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from connectors.shared.automations.sources import Source
from connectors.shared.automations.steps import Step
from connectors.shared.clock import MINUTE, SECOND
from connectors.shared.outbound import Turns

THREADS: Final = 8
PATIENCE_MS: Final = MINUTE
"""When a step whose answer never came, since a process died, is looked at again."""
PACE_MS: Final = 300
LONGEST_REST_SECONDS: Final = 60.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tool said about a step; nothing where asking failed by a fault of ours."""

    step: Step
    value: Any = field(default=None, repr=False)
    failed: bool = False


class Asking:
    """The questions of a process. An owner whose question brought nothing rests, longer each time."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pool = ThreadPoolExecutor(THREADS, f"{source.connector}-automations")
        self._turns: Turns[str] = Turns(longest_rest_seconds=LONGEST_REST_SECONDS)
        self._lock = threading.Lock()
        self._answers: list[Answer] = []
        self._line: dict[str, int] = {}
        self._closing = False

    def ask(self, step: Step, now: int) -> int:
        """Ask about a step, if it is its owner's turn; returns when to look at it again."""
        with self._lock:  # or the threads may be closed between the two
            if not self._closing and self._turns.take(step.owner):
                self._pool.submit(self._run, step)
                return now + PATIENCE_MS
        return self._line_up(step.owner, now)

    def answers(self) -> list[Answer]:
        """Return what came since; `settle` each."""
        with self._lock:
            answers, self._answers = self._answers, []
        return answers

    def settle(self, answer: Answer, *, helped: bool) -> None:
        """Let the owner ask on, at once or after a rest."""
        self._turns.end(answer.step.owner, failed=not helped)

    def close(self) -> None:
        """Ask nothing more. Questions that are under way change nothing: nobody waits for them."""
        with self._lock:
            self._closing = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, step: Step) -> None:
        try:
            answer = Answer(step, self._source.ask(step))
        except Exception:
            log.exception("automation_question_failed", step_id=step.id)
            answer = Answer(step, failed=True)
        with self._lock:
            self._answers.append(answer)

    def _line_up(self, owner: str, now: int) -> int:
        """Give a step a moment of its own, so that a thousand are not looked at again and again for each answer."""
        if len(self._line) > 1_000:
            self._line = {name: moment for name, moment in self._line.items() if moment > now}
        self._line[owner] = max(self._line.get(owner, 0), now + SECOND) + PACE_MS
        return self._line[owner]
