"""A service with its ledger, filled by hand, and what became of its reports."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import uuid_utils
from sqlalchemy import RowMapping, insert, select, update

from connectors.clevertap import reports
from connectors.clevertap.destinations import Destination, store
from connectors.clevertap.posting import Poster
from connectors.clevertap.tables import clevertap_reports
from connectors.service import Service
from connectors.shared.accounts.store import Defaults, Login, add_account, main_connection
from connectors.shared.clock import now_ms
from connectors.shared.messages.tables import messages
from connectors.shared.outbound import AllowedHosts

FINISHED_MS = 1_732_171_200_123


class Ledger:
    """What a test needs of a service to have messages end."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.database = service.database
        self._connections: dict[int, int] = {}
        self._posters: list[Poster] = []
        reports.listen(service)

    def account(self, customer_id: str = "C-1") -> int:
        """Add a customer; returns its account's id."""
        with self.database.write() as connection:
            account_id = add_account(connection, self.service.secrets, Login(customer_id, "x"), Defaults())
            self._connections[account_id] = main_connection(connection, customer_id)["id"]
        return account_id

    def destination(self, account_id: int, url: str, clevertap_account: str = "CT-1") -> Destination:
        """Store a callback URL."""
        destination = Destination(account_id, clevertap_account)
        with self.database.write() as connection:
            store(connection, self.service.secrets, destination, url)
        return destination

    def message(self, account_id: int, status: str = "delivered", **values: Any) -> str:
        """Insert one message that has this status; returns its id."""
        return self.messages(account_id, 1, status, **values)[0]

    def messages(self, account_id: int, count: int, status: str = "delivered", **values: Any) -> list[str]:
        """Insert messages that have this status, each with a mid of its own; returns their ids."""
        rows = [self._row(account_id, index, status) | values for index in range(count)]
        with self.database.write() as connection:
            connection.execute(insert(messages), rows)
        return [str(row["id"]) for row in rows]

    def end(self, ids: Sequence[str]) -> None:
        """Tell everybody that these messages have ended."""
        with self.database.write() as connection:
            self.service.endings.tell(connection, ids, now_ms())

    def owe(self, account_id: int, count: int, **values: Any) -> list[str]:
        """Have messages end; returns their ids."""
        ids = self.messages(account_id, count, **values)
        self.end(ids)
        return ids

    def reports(self) -> list[RowMapping]:
        """Return every report."""
        statement = select(clevertap_reports).order_by(clevertap_reports.c.message_id)
        with self.database.read() as connection:
            return list(connection.execute(statement).mappings())

    def states(self) -> set[str]:
        """Return the states that reports are in."""
        return {row["state"] for row in self.reports()}

    def change_reports(self, **values: Any) -> None:
        """Rewrite columns of every report."""
        with self.database.write() as connection:
            connection.execute(update(clevertap_reports).values(values))

    def poster(self, hosts: Sequence[str] = ("127.0.0.1",)) -> Poster:
        """Make a poster, closed with the ledger."""
        poster = Poster(self.database, self.service.secrets, AllowedHosts(tuple(hosts)))
        self._posters.append(poster)
        return poster

    def close(self) -> None:
        """Close everything."""
        for poster in self._posters:
            poster.close()
        self.service.close()

    def _row(self, account_id: int, index: int, status: str) -> dict[str, Any]:
        moment = now_ms()
        return {
            "id": str(uuid_utils.uuid7()),
            "account_id": account_id,
            "connection_id": self._connections[account_id],
            "source": "clevertap",
            "source_account": "CT-1",
            "external_id": f"919816{index:06d}.1200000000.{account_id}.20221121.0.wzrk_default.-1.",
            "country_code": "91",
            "recipient": f"919816{index:06d}",
            "text": "Your order is on its way",
            "sender_id": "UTOMOB",
            "channel": "SMS",
            "message_type": "TRANSACTION",
            "encoding": "GSM-7",
            "segments": 1,
            "status": status,
            "priority": 1,
            "created_at": moment,
            "next_attempt_at": moment,
            "expires_at": moment + 86_400_000,
            "finished_at": FINISHED_MS,
        }


def wait_until(condition: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Return once the condition holds; does something again and again meanwhile. Fails after 20 seconds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in 20 seconds"
        meanwhile()
        time.sleep(0.01)
