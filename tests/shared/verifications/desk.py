"""An account that verifies numbers, and what is in the database about it."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import RowMapping, func, select, update

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shared.gateways.message_central.gateway import NAME
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import IS_UNMATCHED, receipts
from connectors.shared.verifications.checking import Checked
from connectors.shared.verifications.starting import NewVerification
from connectors.shared.verifications.tables import verification_sends, verifications
from tests.shared.messages.tenants import add_tenant

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For tables of the vendor's answers, in which the database plays no part."""

NUMBER = "+919816111111"
DIGITS = NUMBER[1:]


@dataclass(frozen=True)
class Desk:
    """One account on a service."""

    service: Service
    account_id: int

    def start(self, to: str = NUMBER, **values: Any) -> dict[str, Any]:
        return self.service.verifications.starter.start(NewVerification(self.account_id, to, **values))

    def check(self, verification_id: str, code: str) -> Checked:
        return self.service.verifications.checker.check(self.account_id, verification_id, code)

    def resend(self, verification_id: str) -> dict[str, Any]:
        return self.service.verifications.starter.resend(self.account_id, verification_id)

    def show(self, verification_id: str) -> dict[str, Any]:
        return self.service.verifications.show(self.account_id, verification_id)

    def row(self, verification_id: str) -> RowMapping:
        with self.service.database.read() as connection:
            statement = select(verifications).where(verifications.c.id == verification_id)
            return connection.execute(statement).mappings().one()

    def change(self, verification_id: str, **values: Any) -> None:
        """Change a row by hand: time passes."""
        with self.service.database.write() as connection:
            connection.execute(update(verifications).where(verifications.c.id == verification_id).values(values))

    def count(self) -> tuple[int, int]:
        """Return how many verifications there are, and how many codes the limits count."""
        with self.service.database.read() as connection:
            tables = (verifications, verification_sends)
            one, other = (connection.scalar(select(func.count()).select_from(table)) for table in tables)
            return int(one or 0), int(other or 0)

    def unmatched(self) -> int:
        """Return how many receipts fit nothing."""
        with self.service.database.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(receipts).where(IS_UNMATCHED)) or 0)

    def receipt(self, transaction_id: str, outcome: Status = Status.UNDELIVERED, **values: Any) -> bool:
        """Hand in a receipt; returns whether it fitted something."""
        given: dict[str, Any] = {
            "gateway": NAME,
            "account_id": None,
            "vendor_id": transaction_id,
            "recipient": DIGITS,
            "vendor_status": "UNDELIV",
            "outcome": outcome,
            "error_code": "27",
            "explanation": "The phone network could not deliver it.",
            "raw": "{}",
            "received_at": now_ms(),
        }
        return self.service.receipts.run([Receipt(**(given | values))])[0]


def open_desk(service: Service, customer_id: str = "C-ONE") -> Desk:
    """Add an account."""
    return Desk(service, add_tenant(service, customer_id).account_id)
