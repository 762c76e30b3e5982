"""Watching a campaign from the first row to the last receipt: bars on a terminal, a line at each change elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from connectors.commands.dispatchers import NOBODY_SENDS
from connectors.commands.terminal import legible, say
from connectors.shared.campaigns.states import OPEN, CampaignState
from connectors.shared.messages.states import Status

LOOK_SECONDS: Final = 0.4
LOOKING_SHARE: Final = 4
"""Counting a million messages takes a while: so many times longer than a look is the pause after it."""
GONE_SECONDS: Final = 10.0
"""A service that is started again is back before."""
LINE_SECONDS: Final = 2.0
SILENT_SECONDS: Final = 2.0
"""Nothing has moved for so long: somebody may wonder why."""

AWAITING: Final = (Status.SENT, Status.UNCONFIRMED)
RECEIVED: Final = (Status.DELIVERED, Status.UNDELIVERED, Status.EXPIRED, Status.REJECTED, Status.UNKNOWN)
NEVER_SENT: Final = (Status.FAILED, Status.CANCELED, Status.SUPPRESSED)

_OVER = (CampaignState.FINISHED, CampaignState.CANCELED, CampaignState.FAILED)


class Ending(Enum):
    """Why the watching ended."""

    OVER = auto()
    """Nothing more will happen."""
    LATER = auto()
    """What is left goes at another time: it is not due yet, or is held."""
    NOBODY_SENDS = auto()
    NO_CHANGE = auto()
    LEFT = auto()
    """By Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Phase:
    """How far something is; `total` None while nobody knows."""

    done: int
    total: int | None
    detail: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether nothing of it is left."""
        return self.done == self.total


def phases_of(campaign: dict[str, Any]) -> dict[str, Phase]:
    """Return how far the reading, the sending and the receipts of a campaign are."""
    counts = campaign["counts"]
    is_read = campaign["imported_at"] is not None or campaign["state"] in _OVER
    messages = sum(counts.values())
    gone = messages - count(counts, *OPEN)
    received = count(counts, *RECEIVED)
    return {
        "Reading": Phase(campaign["total"], campaign["total"] if is_read else _expected(campaign), _skips(campaign)),
        "Sending": Phase(gone if is_read else 0, messages if is_read else None, _listed(counts, *NEVER_SENT)),
        "Receipts": Phase(
            received, received + count(counts, *AWAITING) if is_read else None, _listed(counts, *RECEIVED)
        ),
    }


def count(counts: dict[str, int], *states: Status) -> int:
    """Return how many messages are in any of these states."""
    return sum(counts[state] for state in states)


def ending_of(campaign: dict[str, Any]) -> Ending | None:
    """Return why there is nothing more to watch; None where there is."""
    counts, state = campaign["counts"], campaign["state"]
    if count(counts, *AWAITING):
        return None
    if state in _OVER:
        return None if count(counts, *OPEN) else Ending.OVER
    if state == CampaignState.SCHEDULED:
        return Ending.LATER
    waiting = count(counts, *OPEN)
    held = sum(campaign["held"].values())
    return Ending.LATER if state == CampaignState.RUNNING and 0 < waiting <= held else None


class Show(Protocol):
    """Shows how far a campaign is."""

    def __call__(self, campaign: dict[str, Any], /) -> None: ...

    def say(self, words: str) -> None: ...


def watch(
    look: Callable[[], dict[str, Any]], why_waiting: Callable[[], str | None], show: Show, patience: float
) -> tuple[dict[str, Any], Ending]:
    """Look at a campaign until nothing more is to be seen, or nothing has changed for `patience` seconds."""
    try:
        return _watch(look, why_waiting, show, patience)
    except KeyboardInterrupt:
        return look(), Ending.LEFT


def _watch(
    look: Callable[[], dict[str, Any]], why_waiting: Callable[[], str | None], show: Show, patience: float
) -> tuple[dict[str, Any], Ending]:
    seen: object = None
    changed = alive = time.monotonic()
    said: str | None = None
    while True:
        began = time.monotonic()
        campaign = look()
        show(campaign)
        ending = ending_of(campaign)
        if ending is not None:
            return campaign, ending
        now = time.monotonic()
        figures = (campaign["state"], campaign["rows_read"], campaign["counts"])
        if figures != seen:
            seen, changed = figures, now
        why = why_waiting()
        if why != NOBODY_SENDS:
            alive = now
        elif now - alive > GONE_SECONDS:
            return campaign, Ending.NOBODY_SENDS
        if why != said and now - changed > SILENT_SECONDS:
            said = why
            show.say(why or "It goes on.")
        if now - changed > patience:
            return campaign, Ending.NO_CHANGE
        time.sleep(max(LOOK_SECONDS, LOOKING_SHARE * (now - began)))


@contextmanager
def shown_on(console: Console) -> Iterator[Show]:
    """Give what shows the progress: bars on a terminal, else lines."""
    if not console.is_terminal:
        lines = Lines(console)
        yield lines
        lines.finish()
        return
    columns = (
        TextColumn("{task.description:<8}", markup=False),
        BarColumn(24),
        TextColumn("{task.fields[figures]}", markup=False),
        TextColumn("{task.fields[detail]}", markup=False, style="dim"),
    )
    with Progress(*columns, console=console, refresh_per_second=4) as progress:
        yield Bars(progress)


class Bars:
    """A bar for each phase."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, campaign: dict[str, Any], /) -> None:
        for name, phase in phases_of(campaign).items():
            if name not in self._tasks:
                self._tasks[name] = self._progress.add_task(name, total=1, figures="", detail="")
            began = phase.total is not None or name == "Reading"
            self._progress.update(
                self._tasks[name],
                # A bar without end moves by itself, one that is full stands.
                total=phase.total if began else 1,
                completed=phase.done,
                figures=_figures(phase) if began else "",
                detail=phase.detail,
            )

    def say(self, words: str) -> None:
        """Print words above the bars."""
        say(self._progress.console, legible(words))


class Lines:
    """A line where something has changed, not more often than anybody reads them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._printed: dict[str, str] = {}
        self._latest: dict[str, str] = {}
        self._at: float | None = None

    def __call__(self, campaign: dict[str, Any], /) -> None:
        now = time.monotonic()
        is_time = self._at is None or now - self._at >= LINE_SECONDS
        for name, phase in phases_of(campaign).items():
            if not phase.total and name != "Reading":
                continue
            self._latest[name] = f"{name}: {_figures(phase)}{f' ({phase.detail})' if phase.detail else ''}"
            if is_time or phase.is_complete:
                self._print(name)
                self._at = now

    def say(self, words: str) -> None:
        """Print words."""
        say(self._console, legible(words))

    def finish(self) -> None:
        """Print what has not been printed yet."""
        for name in self._latest:
            self._print(name)

    def _print(self, name: str) -> None:
        if self._printed.get(name) != self._latest[name]:
            self._printed[name] = self._latest[name]
            say(self._console, self._latest[name])


def _expected(campaign: dict[str, Any]) -> int | None:
    expected: int | None = campaign["rows_expected"]
    return None if expected is None else max(expected, campaign["total"])


def _figures(phase: Phase) -> str:
    return f"{phase.done:,}" if phase.total is None else f"{phase.done:,}/{phase.total:,}"


def _skips(campaign: dict[str, Any]) -> str:
    skipped = sum(campaign["skipped"].values())
    return f"{skipped:,} left out" if skipped else ""


def _listed(counts: dict[str, int], *states: Status) -> str:
    return ", ".join(f"{counts[state]:,} {state}" for state in states if counts[state])
