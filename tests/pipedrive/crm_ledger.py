"""A company's messages, filled in by hand as if sent, and what is written of them into Pipedrive."""

from collections.abc import Sequence
from typing import Any

import uuid_utils
from sqlalchemy import RowMapping, insert, select, update

from connectors.pipedrive.context import Context
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import pipedrive_campaigns, pipedrive_companies, pipedrive_logs, pipedrive_people
from connectors.pipedrive.write_back.budgets import Pacer
from connectors.pipedrive.write_back.writing import Writer
from connectors.sandbox.server import SandboxServer
from connectors.shared.accounts.tables import connections
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import DAY, now_ms
from connectors.shared.messages.tables import messages
from tests.pipedrive.companies import install, set_up
from tests.shared.messages.tenants import wait_for


class CrmLedger:
    """One company with one person; a second one is another ledger."""

    def __init__(self, parts: Context, outside: SandboxServer, company_id: int = 1) -> None:
        self.parts = parts
        self.database = parts.service.database
        self.book = outside.sandbox.pipedrive
        self.key: GrantKey = install(parts, outside, company_id)
        self.company_id = company_id
        self.account_id = set_up(parts, company_id, f"C-{company_id}")
        self.person_id = self.book.add_person(company_id, "Asha", [{"value": "9812345678", "primary": True}])
        self._writers: list[Writer] = []

    def message(self, status: str = "sent", **values: Any) -> str:
        """Insert one message of this status, sent where that is implied; returns its id."""
        return self.messages([{"status": status, **values}])[0]

    def messages(self, given: Sequence[dict[str, Any]]) -> list[str]:
        rows = [self._message(values) for values in given]
        with self.database.write() as connection:
            connection.execute(insert(messages), rows)
        return [row["id"] for row in rows]

    def owe(self, message_id: str | None = None, kind: str = "note", **values: Any) -> str:
        """Have an entry written for a message, a new one that was sent unless given; returns its id."""
        message_id = message_id or self.message()
        row = {
            "message_id": message_id,
            "company_id": self.company_id,
            "user_id": self.key.user_id,
            "person_id": self.person_id,
            "kind": kind,
            "state": "waiting",
            "next_attempt_at": 0,
            "created_at": now_ms(),
        }
        with self.database.write() as connection:
            connection.execute(insert(pipedrive_logs).values(row | values))
        return message_id

    def campaign(self, people: int, status: str = "sent", log_kind: str = "activity", **values: Any) -> str:
        """Insert a campaign to so many people whose messages have this status; returns its id."""
        campaign_id, moment = str(uuid_utils.uuid7()), now_ms()
        common = {"account_id": self.account_id, "created_at": moment}
        row = common | {
            "id": campaign_id,
            "connection_id": self.connection_id(),
            "name": "Diwali <offers>",
            "source": "pipedrive",
            "sender_id": "UTOMOB",
            "channel": "SMS",
            "message_type": "PROMOTION",
            "file_kind": "json",
            "parked": False,
            "imported_at": moment,
        }
        own = common | {
            "campaign_id": campaign_id,
            "company_id": self.company_id,
            "user_id": self.key.user_id,
            "description": "",
            "selection": "{}",
            "log_kind": log_kind,
            "activity_type": "call",
            "logs_open": True,
        }
        person = {"campaign_id": campaign_id, "company_id": self.company_id, "person_id": self.person_id}
        with self.database.write() as connection:
            connection.execute(insert(campaigns).values(row | values))
            connection.execute(insert(pipedrive_campaigns).values(own))
            connection.execute(insert(pipedrive_people), [person | {"row": n} for n in range(1, people + 1)])
        self.messages([{"campaign_id": campaign_id, "campaign_row": n, "status": status} for n in range(1, people + 1)])
        return campaign_id

    def connection_id(self) -> int:
        """Return what its messages travel on."""
        statement = select(connections.c.id).where(connections.c.account_id == self.account_id)
        with self.database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def change_messages(self, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(update(messages).where(messages.c.account_id == self.account_id).values(**values))

    def change_campaign(self, campaign_id: str, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(**values))

    def logs_open(self, campaign_id: str) -> bool:
        statement = select(pipedrive_campaigns.c.logs_open).where(pipedrive_campaigns.c.campaign_id == campaign_id)
        with self.database.read() as connection:
            return bool(connection.scalar(statement))

    def entries(self) -> list[RowMapping]:
        statement = select(pipedrive_logs).where(pipedrive_logs.c.company_id == self.company_id)
        with self.database.read() as connection:
            return list(connection.execute(statement.order_by(pipedrive_logs.c.message_id)).mappings())

    def entry(self) -> RowMapping:
        (found,) = self.entries()
        return found

    def change(self, **values: Any) -> None:
        """Rewrite columns of every entry."""
        with self.database.write() as connection:
            statement = update(pipedrive_logs).where(pipedrive_logs.c.company_id == self.company_id)
            connection.execute(statement.values(**values))

    def rest(self) -> tuple[int, str | None]:
        """Return until when the company rests, and why."""
        company = pipedrive_companies.c
        statement = select(company.writes_rest_until, company.writes_rest_because)
        with self.database.read() as connection:
            row = connection.execute(statement.where(company.company_id == self.company_id)).one()
        return row.writes_rest_until, row.writes_rest_because

    def wake(self) -> None:
        """Have the company's rest be over."""
        company = pipedrive_companies.c
        with self.database.write() as connection:
            statement = update(pipedrive_companies).where(company.company_id == self.company_id)
            connection.execute(statement.values(writes_rest_until=0))

    def writer(self, pacer: Pacer | None = None) -> Writer:
        """Make a writer that is closed with the ledger; without a pace unless one is given."""
        writer = Writer(self.parts, pacer or Pacer(10_000, 1.0))
        self._writers.append(writer)
        return writer

    def write_until(self, *states: str, writer: Writer | None = None, hurry: bool = True) -> None:
        """Write until every entry is in one of these states, with no time lost between tries; then let it end."""
        writer = writer or self.writer()

        def stands() -> bool:
            found = self.entries()
            return bool(found) and all(row["state"] in states for row in found)

        def look() -> bool:
            if hurry:
                self._hurry()
            writer.write_due()
            return stands()

        wait_for(look)
        writer.close()

    def calls(self, method_and_path: str) -> int:
        """Return how many calls of this company began so."""
        asked = [request for request in self.book.requests if request.company_id == self.company_id]
        return sum(f"{request.method} {request.path}".startswith(method_and_path) for request in asked)

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    def _hurry(self) -> None:
        logs = pipedrive_logs.c
        with self.database.write() as connection:
            of_company = (logs.company_id == self.company_id) & logs.state.in_(("waiting", "doubtful"))
            soon = (logs.next_attempt_at > now_ms()) & (logs.next_attempt_at < now_ms() + 50_000)
            connection.execute(update(pipedrive_logs).where(of_company, soon).values(next_attempt_at=0))

    def _message(self, values: dict[str, Any]) -> dict[str, Any]:
        moment = now_ms()
        went = values.get("status") not in ("scheduled", "queued", "failed", "canceled", "suppressed", "unconfirmed")
        return {
            "id": str(uuid_utils.uuid7()),
            "account_id": self.account_id,
            "connection_id": self.connection_id(),
            "source": "pipedrive",
            "country_code": "91",
            "recipient": "919812345678",
            "text": "Hello Asha",
            "sender_id": "UTOMOB",
            "channel": "SMS",
            "message_type": "TRANSACTION",
            "encoding": "GSM-7",
            "segments": 1,
            "priority": 1,
            "created_at": moment,
            "next_attempt_at": moment,
            "expires_at": moment + DAY,
            "sent_at": moment if went else None,
            **values,
        }
