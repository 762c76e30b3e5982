"""A code whose receipt says that it did not arrive is followed by one on the next channel, once for each channel."""

from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy import RowMapping, or_, select, update

from connectors.shared.clock import SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import ConnectorsError
from connectors.shared.gateways.verifier import StartVerdict
from connectors.shared.verifications import store
from connectors.shared.verifications.starting import LEASE_MS, Starter
from connectors.shared.verifications.store import PENDING, columns
from connectors.shared.verifications.tables import IS_TO_MOVE, verifications

MOST_AT_ONCE = 4
SLICE = 50
PAUSE_MS = 5 * SECOND

_LATER = frozenset({StartVerdict.EXISTS, StartVerdict.TOO_MANY, StartVerdict.UNAVAILABLE, StartVerdict.ACCOUNT_REFUSED})

log = structlog.get_logger()


class Mover:
    """What the dispatcher's process does for receipts that marked a verification."""

    def __init__(self, database: Database, starter: Starter) -> None:
        self._database = database
        self._starter = starter
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="verification")

    def run(self) -> None:
        """Move what is due; those that have ended are let be."""
        moment = now_ms()
        with self._database.read() as connection:
            marked = select(verifications).where(IS_TO_MOVE, columns.move_at <= moment).order_by(columns.move_at)
            rows = connection.execute(marked.limit(SLICE)).mappings().all()
        if not rows:
            return
        list(self._pool.map(self._move, rows))
        self._let_be()

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _move(self, row: RowMapping) -> None:
        order = range(row["channel_index"] + 1, len(store.channels_of(row)))
        if not order or not self._claim(row):
            return
        try:
            refused = self._starter.move(row, order)
        except ConnectorsError as error:  # a limit of ours, or the database: nothing has gone out
            log.info("verification_not_moved", verification=row["id"], error=type(error).__name__)
            self._postpone(row)
            return
        if refused is not None:
            log.info("verification_not_moved", verification=row["id"], verdict=refused.result.verdict.value)
            if refused.result.verdict in _LATER:
                self._postpone(row)

    def _claim(self, row: RowMapping) -> bool:
        """Take the mark off before the call: what is killed in it is not sent again by itself.

        Without its transaction the code's other receipts mark nothing any more.
        """
        moment = now_ms()
        with self._database.write() as connection:
            won = connection.execute(
                update(verifications)
                .where(
                    columns.id == row["id"],
                    PENDING,
                    columns.move_at == row["move_at"],
                    columns.expires_at > moment,
                    columns.leased_until <= moment,
                )
                .values(move_at=None, transaction_id=None, leased_until=moment + LEASE_MS)
            )
        return won.rowcount == 1

    def _postpone(self, row: RowMapping) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(verifications)
                .where(columns.id == row["id"], PENDING, columns.channel_index == row["channel_index"])
                .values(move_at=now_ms() + PAUSE_MS)
            )

    def _let_be(self) -> None:
        ended = or_(~PENDING, columns.expires_at <= now_ms())
        with self._database.write() as connection:
            connection.execute(update(verifications).where(IS_TO_MOVE, ended).values(move_at=None))
