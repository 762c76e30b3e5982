"""Writes into Pipedrive what is due: a company's entries one after the other, and no company holds up another.

Pipedrive knows no request that may be repeated safely: what may have been written is looked for before it is written
again, and left out where that cannot be told.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import (
    Disconnected,
    Gone,
    InDoubt,
    NotAllowed,
    PipedriveError,
    RateLimited,
    Refused,
    Unreachable,
)
from connectors.pipedrive.platform.answers import Budget
from connectors.pipedrive.tables import LogState
from connectors.pipedrive.write_back.budgets import FLOOR_REACHED, FLOOR_REST_MS, Pacer, Rests, is_at_floor, rest
from connectors.pipedrive.write_back.entries import CrmEntry, body_of, path_of
from connectors.pipedrive.write_back.finding import CannotTell, find, read_crm_id
from connectors.pipedrive.write_back.queue import (
    Claimed,
    claim,
    close_unwritten,
    close_written,
    due_companies,
    give_back,
    have_written,
    put_in_doubt,
    put_off_user,
    renew,
)
from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.outbound import Turns

THREADS: Final = 8
BATCH_SECONDS: Final = 10.0
LONGEST_TURN_REST_SECONDS: Final = 60.0
RENEW_MS: Final = 10 * SECOND
UNREACHED_PAUSE_MS: Final = 10 * SECOND
DISCONNECTED_PAUSE_MS: Final = 10 * MINUTE
FIRST_DOUBT_MS: Final = 5 * SECOND
"""Before it is looked for: what was written a moment ago may not be listed yet."""
LONGEST_DOUBT_MS: Final = 10 * MINUTE
MOST_DOUBTS: Final = 10
"""Calls that left doubt, writes and looks together: about forty minutes."""
NEVER_TAKEN: Final = "Pipedrive did not take it, and gave no answer that makes sense, ten times. It is not there."

log = structlog.get_logger()


class Writer:
    """Writes what is due. One for a process."""

    def __init__(self, parts: Context, pacer: Pacer | None = None) -> None:
        self._parts = parts
        self._database = parts.service.database
        self._pacer = pacer or Pacer()
        self._rests = Rests()
        self._turns: Turns[int] = Turns(longest_rest_seconds=LONGEST_TURN_REST_SECONDS)
        self._pool = ThreadPoolExecutor(THREADS, "pipedrive-writes")
        self._closing = False
        self._holding = threading.Lock()
        self._held: dict[str, Claimed] = {}
        self._renewed_at = now_ms()

    def write_due(self) -> None:
        """Begin to write wherever something is due; returns at once. Raises StoreUnavailable."""
        self._renew()
        with self._database.read() as connection:
            due = due_companies(connection, now_ms())
        for company_id in due:
            self._begin(company_id)

    def close(self) -> None:
        """Begin nothing more and wait for the calls in flight."""
        self._closing = True
        self._pool.shutdown()

    def _begin(self, company_id: int) -> None:
        if not self._stopping() and self._pacer.room(company_id) and self._turns.take(company_id):
            self._pool.submit(self._run, company_id)

    def _stopping(self) -> bool:
        # A process that ends waits for the calls in flight, whose answers must be kept, and for no others.
        return self._closing or not threading.main_thread().is_alive()

    def _run(self, company_id: int) -> None:
        """Write one batch and go to the end of the line for the next, so that each company has its turn."""
        more = failed = False
        try:
            more = self._write_batch(company_id)
        except StoreUnavailable as error:
            log.warning("database_unavailable", job="pipedrive-writes", error=str(error))
        except PipedriveError as error:
            failed = True
            log.warning("pipedrive_writes_wait", company_id=company_id, kind=type(error).__name__)
        except Exception as error:  # its text may hold what is written
            failed = True
            log.error("pipedrive_writes_failed", company_id=company_id, kind=type(error).__name__)
        finally:
            self._turns.end(company_id, failed=failed)
        if more:
            self._begin(company_id)

    def _write_batch(self, company_id: int) -> bool:
        """Write as many as the pace allows; True where more may be due.

        Raises Unreachable and InDoubt, after keeping what they mean: the company rests a moment.
        """
        until = time.monotonic() + BATCH_SECONDS
        while self._pacer.room(company_id) and time.monotonic() < until and not self._stopping():
            with self._database.write() as connection:
                look = claim(connection, company_id, now_ms())
            if look.claimed is not None and not self._do(look.claimed):
                return False
            if not look.more:
                return False
        return True

    def _do(self, claimed: Claimed) -> bool:
        """Write an entry, or look for it; False where the company rests now."""
        self._pacer.count(claimed.key.company_id)
        self._hold(claimed)
        try:
            budget = self._look_for(claimed) if claimed.entry is None else self._write(claimed, claimed.entry)
        except RateLimited as error:
            self._rest(claimed, error)
            return False
        except Disconnected as error:
            self._put_off(claimed, error)
            return True
        except (Refused, NotAllowed, Gone, CannotTell) as error:
            self._leave_out(claimed, str(error))
            return True
        except Unreachable as error:
            self._settle(give_back, claimed, now_ms() + UNREACHED_PAUSE_MS, str(error))
            raise
        except InDoubt as error:
            self._doubt(claimed, error)
            raise
        finally:
            self._let_go(claimed)
        self._rests.over(claimed.key.company_id)
        return not self._rest_at_floor(claimed.key.company_id, budget)

    def _write(self, claimed: Claimed, entry: CrmEntry) -> Budget | None:
        self._get_token(claimed)
        answer = self._parts.pipedrive.post(claimed.key, path_of(entry.kind), body_of(entry))
        self._settle(close_written, claimed, read_crm_id(answer.data))
        return answer.budget

    def _get_token(self, claimed: Claimed) -> None:
        """Have an access token that is good: whatever goes wrong with that, nothing was written."""
        try:
            self._parts.grants.access(claimed.key)
        except InDoubt as error:
            raise Unreachable(str(error)) from None

    def _look_for(self, claimed: Claimed) -> Budget | None:
        found = find(self._parts.pipedrive, claimed)
        if found.crm_id is not None:
            self._settle(close_written, claimed, found.crm_id)
        elif claimed.attempts > MOST_DOUBTS:
            self._settle(close_unwritten, claimed, NEVER_TAKEN)
        else:
            self._settle(have_written, claimed, now_ms())
        return found.budget

    def _doubt(self, claimed: Claimed, error: InDoubt) -> None:
        if claimed.state is LogState.DOUBTFUL and claimed.attempts > MOST_DOUBTS:
            self._leave_out(claimed, str(error))
        else:
            pause = min(LONGEST_DOUBT_MS, FIRST_DOUBT_MS * 2 ** (claimed.attempts - 1))
            self._settle(put_in_doubt, claimed, now_ms() + pause, str(error))

    def _leave_out(self, claimed: Claimed, reason: str) -> None:
        if claimed.state is LogState.DOUBTFUL:
            reason = f"It may be in Pipedrive or not, so it was not written again. {reason}"
        self._settle(close_unwritten, claimed, reason)
        log.warning("pipedrive_entry_left_out", company_id=claimed.key.company_id, message_id=claimed.message_id)

    def _put_off(self, claimed: Claimed, error: Disconnected) -> None:
        moment = now_ms()
        until = moment + DISCONNECTED_PAUSE_MS
        self._settle(give_back, claimed, until, str(error))
        more = True
        while more:  # all of that user's: each would be asked for in vain
            with self._database.write() as connection:
                more = put_off_user(connection, claimed.key, moment, until, str(error))

    def _rest(self, claimed: Claimed, error: RateLimited) -> None:
        company_id, moment = claimed.key.company_id, now_ms()
        until = moment + self._rests.after(company_id, error.seconds)
        with self._database.write() as connection:
            # The company first, as an uninstallation locks them: else each may wait for the other.
            rest(connection, company_id, until, str(error))
            give_back(connection, claimed, moment, str(error))
        log.warning("pipedrive_writes_rest", company_id=company_id, seconds=(until - moment) // SECOND)

    def _rest_at_floor(self, company_id: int, budget: Budget | None) -> bool:
        if not is_at_floor(budget):
            return False
        with self._database.write() as connection:
            rest(connection, company_id, now_ms() + FLOOR_REST_MS, FLOOR_REACHED)
        log.warning("pipedrive_writes_rest", company_id=company_id, seconds=FLOOR_REST_MS // SECOND)
        return True

    def _settle(self, settle: Callable[..., bool], claimed: Claimed, *values: object) -> None:
        with self._database.write() as connection:
            held = settle(connection, claimed, *values)
        if not held:
            log.warning("pipedrive_entry_lost", company_id=claimed.key.company_id, message_id=claimed.message_id)

    def _hold(self, claimed: Claimed) -> None:
        with self._holding:
            self._held[claimed.message_id] = claimed

    def _let_go(self, claimed: Claimed) -> None:
        with self._holding:
            self._held.pop(claimed.message_id, None)

    def _renew(self) -> None:
        moment = now_ms()
        with self._holding:
            held = list(self._held.values())
        if held and moment - self._renewed_at >= RENEW_MS:
            with self._database.write() as connection:
                renew(connection, held, moment)
            self._renewed_at = moment
