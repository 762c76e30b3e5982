"""The threads that make the calls: begin is committed, the call is made, its end is committed."""

import threading
import time
from collections.abc import Callable, Mapping

import structlog

from connectors.shared.clock import SECOND, now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.gateways.base import Fault, Gateway, SendResult, Verdict
from connectors.shared.messages.falling_back import may_fall_back
from connectors.shared.messages.grouping import Call, halves, with_rows
from connectors.shared.messages.holds import Holds
from connectors.shared.messages.outcomes import Begin, Finish, Release, Restart, Write
from connectors.shared.messages.schedule import Schedule
from connectors.shared.messages.shared_commits import SharedCommits, WriteRefused
from connectors.shared.metrics import CALLS

PAUSE_SECONDS = 0.5

log = structlog.get_logger()


class SenderThreads:
    """Takes calls from the schedule until it closes."""

    def __init__(
        self,
        dispatcher: int,
        gateways: Mapping[str, Gateway],
        schedule: Schedule,
        writer: SharedCommits[Write, frozenset[str]],
        holds: Holds,
        *,
        receipt_deadline_ms: int,
        on_room: Callable[[], None],
        on_moved: Callable[[], None],
    ) -> None:
        """`on_room`: there is room for more calls. `on_moved`: messages may have been queued at their other gateway."""
        self._dispatcher = dispatcher
        self._gateways = gateways
        self._schedule = schedule
        self._writer = writer
        self._holds = holds
        self._receipt_deadline_ms = receipt_deadline_ms
        self._on_room = on_room
        self._on_moved = on_moved
        self._threads: list[threading.Thread] = []

    def start(self, count: int) -> None:
        """Start the threads."""
        for number in range(count):
            thread = threading.Thread(target=self._run, name=f"sender-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def join(self) -> None:
        """Wait until every call in flight has ended and is recorded."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        call = self._schedule.take()
        ended: list[Write] = []
        while call is not None:
            self._on_room()
            ended = self._begin_and_make(call, ended)
            self._schedule.done(call)
            # The end of one call and the beginning of the next share a commit. While it waits for the next, a thread
            # keeps nothing of the last: a workbook's thousand messages each would be a hundred megabytes.
            call = self._schedule.take_now()
            if call is None:
                if ended:
                    self._record(ended)
                    ended = []
                call = self._schedule.take()
        if ended:
            self._record(ended)

    def _begin_and_make(self, call: Call, ended: list[Write]) -> list[Write]:
        ready = self._begin(call, ended)
        return self._make(ready) if ready is not None else []

    def _begin(self, call: Call, ended: list[Write]) -> Call | None:
        """Commit that the call begins; returns it with the rows that may still go, None where none may."""
        held_for = self._holds.seconds_left(call.lane.id)
        if held_for and not call.probing:
            self._record([*ended, Release(call.ids, now_ms() + int(held_for * SECOND))])
            return None
        allowed = self._record([*ended, Begin(call.ids, self._dispatcher)])[-1]
        if len(allowed) == len(call.rows):
            return call
        rows = tuple(row for row in call.rows if row.id in allowed)
        lost = tuple(row.id for row in call.rows if row.id not in allowed)
        self._record([Release(lost)])
        return with_rows(call, rows) if rows else None

    def _make(self, call: Call) -> list[Write]:
        """Make the call; returns what is to be recorded of its end."""
        gateway = self._gateways[call.lane.gateway]
        try:
            result = gateway.send(call.lane.id, call.outgoing, call.recipients)
        except StoreUnavailable:
            # Only a token is looked up in the database, and that is before anything goes out.
            result = SendResult(
                Verdict.TRY_AGAIN, Fault.NOBODY, "database_unavailable", "Our database was not available."
            )
        except Exception:
            log.exception("send_failed", gateway=gateway.name)
            result = SendResult(Verdict.IN_DOUBT, Fault.NOBODY, "internal_error", "We had an error while sending.")
        CALLS.labels(gateway.name, result.verdict.value).inc()
        return self._judge(call, result)

    def _judge(self, call: Call, result: SendResult) -> list[Write]:
        if result.verdict is not Verdict.TRY_AGAIN:
            self._holds.succeeded(call.lane.id)
        elif result.fault is not Fault.NOBODY or result.retry_after is None:
            self._holds.failed(call.lane.id)  # one that only waits for its turn says nothing of the vendor
        if result.split and len(call.rows) > 1 and not result.exceptions:  # else some may have gone out
            self._record([Restart(call.ids)])
            self._schedule.put(halves(call))
            return []
        otherwise = {call.rows[place].id: other for place, other in result.exceptions if 0 <= place < len(call.rows)}
        alike = [row for row in call.rows if row.id not in otherwise]
        ended: list[Write] = [self._finish(with_rows(call, alike), result)] if alike else []
        alone = [row for row in call.rows if row.id in otherwise]
        return ended + [self._finish(with_rows(call, [row]), otherwise[row.id]) for row in alone]

    def _finish(self, call: Call, result: SendResult) -> Finish:
        return Finish(
            ids=call.ids,
            connection_id=call.lane.id,
            attempts=call.rows[0].attempts,
            result=result,
            receipt_deadline_ms=self._receipt_deadline_ms,
            probing=call.probing,
            recipients=tuple(row.recipient for row in call.rows),
            may_fall_back=may_fall_back(result) and any(row.fallback_id is not None for row in call.rows),
        )

    def _record(self, writes: list[Write]) -> list[frozenset[str]]:
        """Commit; what has happened is written however long the database is away."""
        while True:
            try:
                allowed = self._writer.run(writes)
            except WriteRefused:
                # It would be refused for ever. The sweeper settles the rows; this thread has others to send.
                return [frozenset() for _ in writes]
            except StoreUnavailable as error:
                log.warning("outcome_not_recorded_yet", error=str(error))
                time.sleep(PAUSE_SECONDS)
            else:
                if any(isinstance(write, Finish) and write.may_fall_back for write in writes):
                    self._on_moved()
                return allowed
