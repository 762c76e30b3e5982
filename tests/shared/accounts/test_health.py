from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from connectors.shared.accounts.health import account_health, default_country
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import (
    Defaults,
    Login,
    add_account,
    add_gateway_account,
    connect,
    insert_account,
    insert_connection,
)
from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.clock import DAY, now_ms, to_rfc3339
from connectors.shared.database import Database, metadata
from connectors.shared.errors import NotFound
from connectors.shared.gateways.logins import GatewayLogin
from connectors.shared.messages.receipts import GIVEN_UP
from connectors.shared.messages.tables import messages, receipts
from connectors.shared.secrets import SecretBox

SECRETS = SecretBox(["a key for tests"])


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    database = Database(f"sqlite:///{tmp_path / 'connectors.sqlite3'}")
    metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        yield connection
    database.dispose()


@pytest.fixture
def account_id(connection: Connection) -> int:
    defaults = Defaults("UTOMOB", "91", "PROMOTIONAL", entity_id="1101", template_id="1107", rate=2.5, bulk=False)
    return add_account(connection, SECRETS, Login("C-ONE", "hunter2", "sms@example.com"), defaults)


def add(connection: Connection, customer_id: str) -> int:
    return add_account(connection, SECRETS, Login(customer_id, "hunter2"), Defaults())


def add_message(connection: Connection, connection_id: int, account_id: int, status: str) -> None:
    count = connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one()
    row: dict[str, Any] = {
        "id": f"{count:036}",
        "account_id": account_id,
        "connection_id": connection_id,
        "source": "clevertap",
        "country_code": "91",
        "sender_id": "UTOMOB",
        "channel": "SMS",
        "message_type": "TRANSACTION",
        "encoding": "GSM-7",
        "segments": 1,
        "status": status,
        "priority": 1,
        "created_at": 1,
        "next_attempt_at": 1,
        "expires_at": 2,
    }
    connection.execute(insert(messages).values(row))


def add_receipt(connection: Connection, account_id: int | None, matched_id: str | None) -> None:
    connection.execute(
        insert(receipts).values(
            gateway="message-central",
            account_id=account_id,
            status="DELIVRD",
            raw="{}",
            received_at=1,
            matched_id=matched_id,
        )
    )


def test_what_is_told_of_a_new_account(connection: Connection, account_id: int) -> None:
    health = dict(account_health(connection, account_id))
    assert str(health.pop("created_at")).endswith("Z")
    assert health == {
        "customer_id": "C-ONE",
        "sender_id": "UTOMOB",
        "country_code": "91",
        "message_type": "PROMOTIONAL",
        "entity_id": "1101",
        "template_id": "1107",
        "rate": 2.5,
        "bulk": False,
        "email": "sms@example.com",
        "state": "active",
        "reason": None,
        "retry_at": None,
        "last_receipt_at": None,
        "unmatched_receipts": 0,
        "waiting": 0,
        "daily_limit": None,
        "gateway": "message-central",
        "connections": [
            {
                "gateway": "message-central",
                "state": "active",
                "reason": None,
                "retry_at": None,
                "sender_id": "UTOMOB",
                "waiting": 0,
                "last_receipt_at": None,
            }
        ],
    }


def test_neither_password_nor_token_is_told(connection: Connection, account_id: int) -> None:
    connection.execute(update(connections).values(token_sealed="sealed-token"))
    told = str(account_health(connection, account_id))
    assert "hunter2" not in told
    assert "sealed" not in told


def test_why_and_until_when_it_is_paused(connection: Connection, account_id: int) -> None:
    moment = 1_795_248_000_000
    connection.execute(
        update(connections).values(
            state="paused", reason_code="508", reason="No credit.", retry_at=moment, last_receipt_at=moment
        )
    )
    health = account_health(connection, account_id)
    assert health["state"] == "paused"
    assert health["reason"] == {"code": "508", "message": "No credit."}
    assert health["retry_at"] == health["last_receipt_at"] == "2026-11-21T08:00:00Z"


def test_what_the_day_leaves(connection: Connection, account_id: int) -> None:
    today = now_ms() // DAY
    for day, counted, shown in ((today - 1, 9, 0), (today, 4, 4), (today, 5, 5)):
        connection.execute(update(accounts).values(counted_day=day, counted=counted))
        held_until = to_rfc3339((today + 1) * DAY) if shown == 5 else None
        limit = account_health(connection, account_id, daily_limit=5)["daily_limit"]
        assert limit == {"limit": 5, "counted": shown, "held_until": held_until}


def test_what_waits_is_what_is_queued_or_scheduled(connection: Connection, account_id: int) -> None:
    for status in ("queued", "queued", "scheduled", "sending", "sent", "delivered", "unconfirmed", "failed"):
        add_message(connection, 1, account_id, status)
    assert account_health(connection, account_id)["waiting"] == 3
    assert account_health(connection, add(connection, "C-TWO"))["waiting"] == 0


def test_receipts_that_fit_nothing_are_counted_while_looked_for_and_after(
    connection: Connection, account_id: int
) -> None:
    for matched_id in (None, GIVEN_UP, "0197a3c2"):
        add_receipt(connection, account_id, matched_id)
    assert account_health(connection, account_id)["unmatched_receipts"] == 2


def test_those_of_the_operator_s_url_are_an_only_account_s(connection: Connection, account_id: int) -> None:
    add_receipt(connection, None, None)
    add_receipt(connection, None, "0197a3c2")
    # A stranger's unproven guess is no second account.
    insert_account(connection, None)
    assert account_health(connection, account_id)["unmatched_receipts"] == 1


def test_with_several_accounts_they_are_nobody_s(connection: Connection, account_id: int) -> None:
    other = add(connection, "C-TWO")
    add_receipt(connection, None, None)
    add_receipt(connection, other, None)
    assert account_health(connection, account_id)["unmatched_receipts"] == 0
    assert account_health(connection, other)["unmatched_receipts"] == 1


def test_a_later_connection_does_not_stand_for_the_account(connection: Connection, account_id: int) -> None:
    insert_connection(
        connection, SECRETS, account_id, Login("C-OLD", "x"), ConnectionState.MERGED, Defaults(country_code="44")
    )
    assert account_health(connection, account_id)["state"] == "active"
    assert default_country(connection, account_id) == "91"


def test_each_connection_says_how_it_is_and_the_first_stands_for_the_account(connection: Connection) -> None:
    login = GatewayLogin("smsc", "shop", {"api_key": "hunter2"}, {"any": "option"})
    account_id = add_gateway_account(connection, SECRETS, "shop", login, Defaults("SHOP", "7"))
    central = connect(
        connection, SECRETS, account_id, GatewayLogin("message-central", "shop", {"password": "x"}), Defaults()
    )
    connection.execute(
        update(connections).where(connections.c.id == central).values(state="paused", reason="No credit.")
    )
    for connection_id in (1, central, central):
        add_message(connection, connection_id, account_id, "queued")
    health = account_health(connection, account_id)
    assert (health["gateway"], health["state"], health["country_code"], health["waiting"]) == ("smsc", "active", "7", 3)
    told = [(each["gateway"], each["state"], each["sender_id"], each["waiting"]) for each in health["connections"]]
    assert told == [("smsc", "active", "SHOP", 1), ("message-central", "paused", None, 2)]
    assert health["connections"][1]["reason"] == {"code": None, "message": "No credit."}
    assert "hunter2" not in str(health) + repr(login)
    assert default_country(connection, account_id) == "7"


def test_there_is_no_such_account(connection: Connection, account_id: int) -> None:
    with pytest.raises(NotFound):
        account_health(connection, account_id + 1)
