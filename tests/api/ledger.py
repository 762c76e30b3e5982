"""Tenants with their messages and receipts, put straight into the ledger."""

from dataclasses import dataclass, field
from typing import Any

import uuid_utils
from sqlalchemy import insert

from connectors.service import Service
from connectors.shared.accounts import api_keys
from connectors.shared.accounts.store import Defaults, Login, add_account, main_connection
from connectors.shared.clock import now_ms
from connectors.shared.messages.tables import messages, receipts


@dataclass(frozen=True, slots=True)
class Tenant:
    """One account with a key."""

    service: Service
    customer_id: str
    account_id: int
    connection_id: int
    key: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def message(self, **values: Any) -> str:
        """Add a message, queued unless said otherwise; returns its id."""
        row = _message(self) | values
        with self.service.database.write() as connection:
            connection.execute(insert(messages).values(row))
        return str(row["id"])

    def receipt(self, *, matched_id: str | None = None, account_id: int | None = None) -> None:
        """Add a receipt; `account_id` None: it came on the operator's URL."""
        with self.service.database.write() as connection:
            connection.execute(
                insert(receipts).values(
                    gateway="message-central",
                    account_id=account_id,
                    recipient="919816111111",
                    status="DELIVRD",
                    raw="{}",
                    received_at=now_ms(),
                    matched_id=matched_id,
                )
            )


def add_tenant(service: Service, customer_id: str, **defaults: Any) -> Tenant:
    """Add an account with a key."""
    login = Login(customer_id, f"password-of-{customer_id}", "sms@example.com")
    given = Defaults(**({"sender_id": "UTOMOB", "country_code": "91"} | defaults))
    with service.database.write() as connection:
        account_id = add_account(connection, service.secrets, login, given)
        key = api_keys.create(connection, account_id)
        connection_id = int(main_connection(connection, customer_id)["id"])
    return Tenant(service, customer_id, account_id, connection_id, key)


def _message(tenant: Tenant) -> dict[str, Any]:
    moment = now_ms()
    return {
        "id": str(uuid_utils.uuid7()),
        "account_id": tenant.account_id,
        "connection_id": tenant.connection_id,
        "source": "clevertap",
        "country_code": "91",
        "recipient": "919816111111",
        "text": "Your order has been shipped.",
        "sender_id": "UTOMOB",
        "channel": "SMS",
        "message_type": "TRANSACTION",
        "encoding": "GSM-7",
        "segments": 1,
        "status": "queued",
        "priority": 1,
        "created_at": moment,
        "next_attempt_at": moment,
        "expires_at": moment + 86_400_000,
        "deadline_at": moment + 86_400_000,
    }
