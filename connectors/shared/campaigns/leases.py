"""Who reads which file: a lease on the campaign, so that the import of a process that was killed is taken over."""

import threading
from collections.abc import Collection

import structlog
from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, select, update

from connectors.shared.campaigns.states import HELD_IMPORTING
from connectors.shared.campaigns.tables import IS_HELD, campaigns
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable

LEASE_MS = 10 * SECOND
RENEW_SECONDS = 2.5
MOST_TRIES = 5
"""Times in a row that an import may be taken up without getting a slice further."""

log = structlog.get_logger()
_ids: BindParameter[str] = bindparam("ids", expanding=True)
_is_importing = IS_HELD & (campaigns.c.held_because == HELD_IMPORTING)


def waiting(connection: Connection, moment: int) -> bool:
    """Whether a file is to be read that nobody reads."""
    statement = select(campaigns.c.id).where(_is_importing, campaigns.c.import_leased_until <= moment)
    return connection.execute(statement.limit(1)).first() is not None


def next_waiting(connection: Connection, moment: int, busy_accounts: Collection[int]) -> RowMapping | None:
    """Return the oldest campaign whose file nobody reads, of accounts other than these."""
    statement = (
        select(campaigns)
        .where(_is_importing, campaigns.c.import_leased_until <= moment, campaigns.c.account_id.not_in(busy_accounts))
        .order_by(campaigns.c.id)
        .limit(1)
    )
    return connection.execute(statement).mappings().first()


def take(connection: Connection, campaign_id: str, moment: int) -> bool:
    """Lease a campaign; False where somebody else was first."""
    free = (campaigns.c.id == campaign_id) & (campaigns.c.import_leased_until <= moment)
    values = {"import_leased_until": moment + LEASE_MS, "import_tries": campaigns.c.import_tries + 1}
    return connection.execute(update(campaigns).where(free, _is_importing).values(values)).rowcount == 1


def renew(connection: Connection, campaign_ids: Collection[str], moment: int) -> None:
    """Keep campaigns leased."""
    connection.execute(
        update(campaigns).where(campaigns.c.id.in_(_ids), _is_importing).values(import_leased_until=moment + LEASE_MS),
        {"ids": list(campaign_ids)},
    )


def give_back(connection: Connection, campaign_ids: Collection[str]) -> None:
    """Let others take campaigns at once; being told to stop is no failed try."""
    connection.execute(
        update(campaigns).where(campaigns.c.id.in_(_ids), _is_importing).values(import_leased_until=0, import_tries=0),
        {"ids": list(campaign_ids)},
    )


class Renewal:
    """Keeps leases while a file is read, however long it takes to find the row where an import goes on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
        self._thread.start()

    def hold(self, campaign_ids: Collection[str]) -> None:
        """Keep these from now on, and no others."""
        self._held = frozenset(campaign_ids)

    def close(self) -> None:
        """Renew nothing more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(RENEW_SECONDS):
            held = self._held
            if held:
                try:
                    with self._database.write() as connection:
                        renew(connection, held, now_ms())
                except StoreUnavailable as error:
                    log.warning("database_unavailable", job="leases", error=str(error))
