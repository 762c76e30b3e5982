"""Working events off: a company's in the order in which they came, by one at a time, each with its steps as one.

Killed at any moment, what was not committed still waits, and is worked off once more.
"""

import threading
from typing import Final

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from connectors.pipedrive.automations import inbox, planning
from connectors.pipedrive.automations.owners import find_owner
from connectors.pipedrive.tables import pipedrive_companies
from connectors.shared.automations.definitions import Owner
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable

BATCH: Final = 20
"""Events in one transaction: what accepts webhooks waits for it to write."""

log = structlog.get_logger()


class Worker:
    """One for a process; several processes share the companies."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._closing = threading.Event()

    def run(self) -> None:
        """Work off what waits, a batch of each company in turn. Raises StoreUnavailable."""
        with self._database.read() as connection:
            companies = inbox.waiting_companies(connection)
        while companies and not self._closing.is_set():
            companies = [company_id for company_id in companies if self._go_on(company_id)]

    def close(self) -> None:
        """Begin nothing more."""
        self._closing.set()

    def _go_on(self, company_id: int) -> bool:
        """Work off the next batch; False when no more waits, or another is at it. One company holds up no other."""
        try:
            with self._database.write() as connection:
                return self._work_off(connection, company_id)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("pipedrive_events_failed", company_id=company_id)
        return False

    def _work_off(self, connection: Connection, company_id: int) -> bool:
        if not _hold(connection, company_id):
            return False
        events = inbox.waiting(connection, company_id, BATCH)
        owner = find_owner(connection, company_id)
        for event in events:
            if owner is not None:
                self._take(connection, owner, event)
            inbox.finish(connection, event.id, now_ms())
        return len(events) == BATCH

    def _take(self, connection: Connection, owner: Owner, event: inbox.Event) -> None:
        """Plan what an event means; where that fails nothing of it is kept, and the others go on."""
        try:
            with connection.begin_nested():
                planning.take(connection, owner, event, now_ms())
        except (OperationalError, InterfaceError, StoreUnavailable):
            raise  # the database's fault, not the event's: all of the batch once more
        except Exception:
            log.exception("pipedrive_event_failed", event_id=event.id, kind=event.kind)


def _hold(connection: Connection, company_id: int) -> bool:
    """Have a company's events to oneself until the transaction ends; False where somebody else has them."""
    company = pipedrive_companies.c.company_id
    statement = pipedrive_companies.select().with_only_columns(company).where(company == company_id)
    return connection.execute(statement.with_for_update(skip_locked=True, key_share=True)).first() is not None
