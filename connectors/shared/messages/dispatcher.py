"""The dispatcher: claims due rows, groups them, has threads send them, and keeps everything moving.

One foreman claims; sender threads make the calls; writes of all threads share commits; a heart says that it lives.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from connectors.shared.accounts.pausing import postpone, take_probe
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.gateways.base import Gateway
from connectors.shared.messages.claim import PRIORITIES, Lane, claim, lanes, patterns, within_rate
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.falling_back import divert
from connectors.shared.messages.grouping import group
from connectors.shared.messages.holds import Holds
from connectors.shared.messages.liveness import Liveness
from connectors.shared.messages.outcomes import OutcomeWriter, Release, Write
from connectors.shared.messages.schedule import Schedule
from connectors.shared.messages.screening import Screening
from connectors.shared.messages.sender import SenderThreads
from connectors.shared.messages.shared_commits import SharedCommits
from connectors.shared.messages.sweep import heartbeat, record_ended, register_dispatcher
from connectors.shared.wakeup import Wakeup

CLAIM_ROWS = 1_000
MOST_ROWS = 8_000
"""Of one connection in memory at once, a thousand in each workbook."""
LONGEST_IDLE_SECONDS = 1.0
RATED_LOOK_SECONDS = 0.05
HEARTBEAT_SECONDS = 2.0
JOIN_SECONDS = 15.0
COMMITTING_THREADS = 8
"""Threads beyond the calls in flight, since each also waits for the commits before and after its call."""
SPARE_THREADS = 8
"""Threads beyond what one connection, or all promotions, may take: others find one free."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done again and again beside sending."""

    name: str
    every_seconds: float
    run: Callable[[], None]
    close: Callable[[], None] | None = None
    """Called when the dispatcher stops, to end what `run` left going."""
    hint: threading.Event | None = None
    """Set by whoever has something for it: it is done at once then."""


class Dispatcher:
    """One a process. `start()` returns at once; `stop()` finishes the calls in flight and puts the rest back."""

    def __init__(
        self,
        database: Database,
        gateways: Mapping[str, Gateway],
        endings: Endings,
        wakeup: Wakeup,
        screening: Screening,
        *,
        threads: int,
        receipt_deadline_ms: int,
        jobs: Sequence[Job] = (),
    ) -> None:
        self._database = database
        self._gateways = gateways
        self._wakeup = wakeup
        self._screening = screening
        self._threads = threads + COMMITTING_THREADS
        self._jobs = jobs
        self._look = threading.Event()
        self._stop = threading.Event()
        self._holds = Holds()
        self._liveness = Liveness(database)
        self._schedule = Schedule(self._threads, {name: each.most_at_once for name, each in gateways.items()})
        self._writer: SharedCommits[Write, frozenset[str]] = SharedCommits(
            "outcomes", database, OutcomeWriter(endings).apply
        )
        self._id = 0
        self._more = False
        self._running: list[threading.Thread] = []
        self._senders: SenderThreads | None = None
        self._receipt_deadline_ms = receipt_deadline_ms

    def start(self) -> None:
        """Begin to send."""
        with self._database.write() as connection:
            self._id = register_dispatcher(connection, now_ms())
        self._liveness.hold(self._id)
        self._senders = SenderThreads(
            self._id,
            self._gateways,
            self._schedule,
            self._writer,
            self._holds,
            receipt_deadline_ms=self._receipt_deadline_ms,
            on_room=self._room_for_more,
            on_moved=self._look.set,
        )
        self._senders.start(self._threads + SPARE_THREADS)
        self._spawn("foreman", self._run_foreman)
        self._spawn("wakeup", self._run_wakeup)
        self._spawn("heart", partial(self._repeat, Job("heartbeat", HEARTBEAT_SECONDS, self._heartbeat)))
        for job in self._jobs:
            self._spawn(job.name, partial(self._repeat, job))

    def stop(self) -> None:
        """Stop claiming, put back what was not begun, wait for the calls in flight."""
        self._stop.set()
        self._look.set()
        self._wakeup.announce()  # ends our own wait too
        for job in self._jobs:
            if job.close is not None:
                job.close()
            if job.hint is not None:
                job.hint.set()
        for thread in self._running:
            thread.join(timeout=JOIN_SECONDS)
        left = self._schedule.close()
        if left:
            self._writer.run([Release(call.ids) for call in left])
        if self._senders is not None:
            self._senders.join()
        self._writer.close()
        with self._database.write() as connection:
            record_ended(connection, [self._id])
        self._liveness.release(self._id)
        self._wakeup.close()

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._running.append(thread)
        thread.start()

    def _run_foreman(self) -> None:
        while not self._stop.is_set():
            self._look.clear()
            pause = LONGEST_IDLE_SECONDS
            try:
                pause = self._claim_due()
            except StoreUnavailable as error:
                log.warning("database_unavailable", error=str(error))
            except Exception:
                log.exception("claim_failed")
            self._look.wait(pause)

    def _claim_due(self) -> float:
        """Claim for every connection in turn; returns how long to wait for the next look, in seconds."""
        moment = now_ms()
        with self._database.read() as connection:
            due = lanes(connection, moment)
        self._more = False
        pause = LONGEST_IDLE_SECONDS
        for lane in due:
            claimed, most = self._claim_lane(lane)
            if claimed and claimed >= most and not lane.rate:
                self._more = True
                if self._schedule.pending(lane.id) < self._threads:
                    pause = 0.0
            elif lane.rate:
                pause = min(pause, RATED_LOOK_SECONDS)
        return pause

    def _claim_lane(self, lane: Lane) -> tuple[int, int]:
        # A backlog of promotions keeps no one-time code of the same account from being claimed.
        wanted = [priority for priority in PRIORITIES if self._has_room(lane, priority)]
        if len(wanted) < len(PRIORITIES):
            self._more = True
        if not wanted:
            return 0, CLAIM_ROWS
        most = self._most_for(lane)
        if most == 0:
            return 0, 0
        moment = now_ms()
        probing = lane.state == "paused"
        with self._database.write() as connection:
            if probing and not take_probe(connection, lane.id, moment):
                return 0, 0
            rows = claim(connection, lane, self._id, most, moment, wanted)
            ready = self._screening.screen(connection, lane, rows, moment)
            texts = patterns(connection, ready)
            if probing and not ready:
                postpone(connection, lane.id, moment)  # nothing was asked: the next one asks
        if ready:
            gateway = self._gateways[lane.gateway]
            self._schedule.put(group(lane, gateway, ready, patterns=texts, probing=probing))
        return len(rows), most

    def _has_room(self, lane: Lane, priority: int) -> bool:
        # A whole claim or none: half of one would leave calls for many half empty.
        rows = self._schedule.rows(lane.id, priority)
        return self._schedule.pending(lane.id, priority) < self._threads and rows <= MOST_ROWS - CLAIM_ROWS

    def _most_for(self, lane: Lane) -> int:
        if lane.gateway not in self._gateways:
            return 0
        probes = lane.state == "paused" and (lane.retry_at or 0) <= now_ms()
        # Before a probe everything stays: something has to tell whether the vendor is back.
        if lane.diverts and not probes and (lane.state == "paused" or self._holds.seconds_left(lane.id)):
            self._divert(lane)
        if lane.state == "paused":
            return 1 if probes else 0
        return self._holds.allowed(lane.id, min(CLAIM_ROWS, within_rate(lane, now_ms())))

    def _divert(self, lane: Lane) -> None:
        with self._database.write() as connection:
            moved = divert(connection, lane.id, now_ms())
        if moved:
            self._look.set()  # somebody waits for it, and there may be more

    def _room_for_more(self) -> None:
        if self._more:
            self._look.set()

    def _run_wakeup(self) -> None:
        while not self._stop.is_set():
            try:
                self._wakeup.wait(LONGEST_IDLE_SECONDS, self._stop)
            except Exception:  # without hints the dispatcher still looks by itself; they come back when they can
                log.exception("wakeup_failed")
                self._stop.wait(LONGEST_IDLE_SECONDS)
            self._look.set()

    def _heartbeat(self) -> None:
        with self._database.write() as connection:
            heartbeat(connection, self._id, now_ms())

    def _repeat(self, job: Job) -> None:
        while not self._rest(job):
            try:
                job.run()
            except StoreUnavailable as error:
                log.warning("database_unavailable", job=job.name, error=str(error))
            except Exception:
                log.exception("job_failed", job=job.name)

    def _rest(self, job: Job) -> bool:
        """Wait until it is time for a job, or somebody hints at it; True where there is no more time."""
        if job.hint is None:
            return self._stop.wait(job.every_seconds)
        job.hint.wait(job.every_seconds)
        job.hint.clear()
        return self._stop.is_set()
