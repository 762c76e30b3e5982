"""Receipts find their messages by an index, however many there are: what the database says of the statements."""

from typing import Any

from sqlalchemy import insert, select, text

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shared.messages.matching import find_by_id, find_one
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.tables import messages
from tests.api.test_messages_plans import listening, plans
from tests.shared.messages.tenants import add_tenant, number_of

COUNT = 2_000


def crowd(service: Service) -> None:
    tenant = add_tenant(service)
    message = tenant.accept(number_of(0), "sale")
    with service.database.write() as connection:
        first = dict(connection.execute(select(messages).where(messages.c.id == message)).mappings().one())
        sent: dict[str, Any] = {"status": "sent", "begun_at": now_ms() - 1_000}
        rows = [
            first | sent | {"id": f"{n:036}", "recipient": number_of(n)[1:], "transaction_id": f"{n // 100}"}
            for n in range(1, COUNT)
        ]
        connection.execute(insert(messages), rows)
    if not service.database.embedded:
        with service.database.write() as connection:
            connection.execute(text("ANALYZE messages"))


def test_a_receipt_is_matched_by_an_index_alone(service: Service) -> None:
    crowd(service)
    arrived = Receipt("message-central", None, "7", number_of(701)[1:], "DELIVRD", None, None, None, "{}", now_ms())
    by_number = Receipt("message-central", None, None, number_of(701)[1:], "DELIVRD", None, None, None, "{}", now_ms())
    with listening(service) as statements, service.database.read() as connection:
        assert find_by_id(connection, [arrived]) == {0: f"{701:036}"}
        assert find_one(connection, arrived) == find_one(connection, by_number) == f"{701:036}"
    for plan in plans(service, statements):
        assert "ix_messages_transaction" in plan or "ix_messages_recipient" in plan
        assert "SCAN" not in plan
        assert "Seq Scan" not in plan
