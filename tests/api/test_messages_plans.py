"""Lists go by an index, however many messages there are: what the database says of the very statements that run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import uuid_utils
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, insert, select, text

from connectors.service import Service
from connectors.shared.messages import queries
from connectors.shared.messages.tables import messages
from tests.api.ledger import Tenant

NUMBERS = 300
Statements = list[tuple[str, Any]]


@contextmanager
def listening(service: Service) -> Iterator[Statements]:
    """Collect what is asked of the messages meanwhile."""
    heard: Statements = []

    def hear(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM messages" in statement:
            heard.append((statement, parameters))

    event.listen(service.database.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(service.database.engine, "before_cursor_execute", hear)


def plans(service: Service, statements: Sequence[tuple[str, Any]]) -> list[str]:
    """How the database goes about them."""
    found = []
    with service.database.write() as connection:
        if not service.database.embedded:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # these tables are too small to be worth it
        for statement, parameters in statements:
            explain = "EXPLAIN QUERY PLAN" if service.database.embedded else "EXPLAIN"
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            found.append("\n".join(str(row[-1]) for row in rows))
    return found


@pytest.fixture
def crowded(tenant: Tenant) -> Tenant:
    """A tenant with messages enough for statistics to tell one index from another."""
    with tenant.service.database.read() as connection:
        first = connection.execute(select(messages).where(messages.c.id == tenant.message())).mappings().one()
    rows = [
        dict(first)
        | {
            "id": str(uuid_utils.uuid7()),
            "recipient": f"9198{n:08}",
            "status": "failed" if n % 50 == 0 else "delivered",
            "campaign_id": f"campaign {n % 10}" if n % 3 == 0 else None,
        }
        for n in range(NUMBERS)
    ]
    with tenant.service.database.write() as connection:
        connection.execute(insert(messages), rows)
    with tenant.service.database.write() as connection:
        if not tenant.service.database.embedded:
            connection.execute(text("ANALYZE messages"))
    return tenant


def asked(client: FlaskClient, tenant: Tenant, **query: str) -> list[str]:
    with listening(tenant.service) as statements:
        response = client.get("/api/v1/messages", query_string=query, headers=tenant.headers)
    assert response.status_code == 200
    assert statements
    return plans(tenant.service, statements)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        *(({"status": status}, "ix_messages_ended_badly") for status in ("failed", "rejected", "suppressed")),
        ({"status": "queued"}, "ix_messages_queue"),
        ({"status": "scheduled"}, "ix_messages_scheduled"),
        ({"status": "sending"}, "ix_messages_claimed"),
        ({"to": "+919800000077"}, "ix_messages_recipient"),
        ({"to": "+919800000077", "status": "delivered"}, "ix_messages_recipient"),
        ({"campaign_id": "campaign 3"}, "ix_messages_campaign"),
        ({"campaign_id": "campaign 3", "status": "failed"}, "ix_messages_campaign"),
    ],
)
def test_a_condition_has_an_index(client: FlaskClient, crowded: Tenant, query: dict[str, str], index: str) -> None:
    first = asked(client, crowded, **query)[0]
    assert index in first
    # Among those in dispatchers' hands every one is looked at: they are few, whoever's they are.
    assert "SCAN messages" not in first or ("status" in query and query["status"] == "sending")


@pytest.mark.parametrize("query", [{}, {"status": "delivered"}, {"source": "clevertap"}])
def test_without_one_it_walks_from_the_newest_on(client: FlaskClient, crowded: Tenant, query: dict[str, str]) -> None:
    (plan,) = asked(client, crowded, **query)
    assert "ix_messages_account" in plan or "Index Scan Backward using pk_messages" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("status", ["queued", "scheduled", "sending"])
@pytest.mark.parametrize("few", [2, 1_000])
def test_few_or_many_the_list_is_the_same(
    client: FlaskClient, tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch, status: str, few: int
) -> None:
    monkeypatch.setattr(queries, "FEW", few)
    made = [tenant.message(status=status) for _ in range(4)]
    tenant.message(status="sent")
    stranger.message(status=status)
    cursor: str | None = None
    found: list[str] = []
    for _ in range(2):
        query = {"status": status, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/messages", query_string=query, headers=tenant.headers).get_json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert found == made[::-1]
    assert cursor is None
