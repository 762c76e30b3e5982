"""Which events are written down, and for whom."""

from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from connectors.shared.clock import now_ms
from connectors.shared.messages import retention
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.states import Status
from connectors.shared.webhooks.deliveries import clear_unwanted
from connectors.shared.webhooks.events import EVENTS, MESSAGE_EVENTS
from connectors.shared.webhooks.outbox import SLICE, announce
from connectors.shared.webhooks.subscriptions import remove_webhook
from tests.api.ledger import Tenant
from tests.shared.webhooks.house import House

URL = "https://hooks.shop.example/sms"


def told(house: House) -> list[tuple[str, str]]:
    return [(row["event"], row["subject_id"]) for row in house.owed()]


@pytest.mark.parametrize("event", MESSAGE_EVENTS)
def test_every_end_is_told_to_who_wants_it(house: House, tenant: Tenant, event: str) -> None:
    wanting = house.webhook(tenant, URL, [event])
    house.webhook(tenant, f"{URL}/others", [other for other in EVENTS if other != event])
    (message_id,) = house.ended(tenant, status=event.partition(".")[2], finished_at=1_795_248_000_123)
    (row,) = house.owed()
    assert (row["webhook_id"], row["event"], row["subject_id"]) == (wanting["id"], event, message_id)
    assert (row["happened_at"], row["next_attempt_at"], row["attempts"]) == (1_795_248_000_123, house.moment, 0)


def test_the_ends_are_these() -> None:
    ends = "delivered undelivered expired rejected unknown failed canceled suppressed unconfirmed"
    assert {event.removeprefix("message.") for event in MESSAGE_EVENTS} == set(ends.split())


def test_a_message_that_ends_twice_is_told_twice_and_each_end_once(house: House, tenant: Tenant) -> None:
    house.webhook(tenant, URL)
    message_id = tenant.message(status="sent", transaction_id="T-1")
    for outcome in (Status.UNDELIVERED, Status.UNDELIVERED, Status.DELIVERED, Status.DELIVERED):
        assert house.service.receipts.run([_receipt(tenant, outcome)]) == [True]
    assert told(house) == [("message.undelivered", message_id), ("message.delivered", message_id)]
    house.end([message_id, message_id])
    assert len(told(house)) == 2


def test_tenants_are_strangers(house: House, tenant: Tenant) -> None:
    stranger = house.tenant("C-TWO")
    house.webhook(tenant, URL)
    theirs = house.webhook(stranger, URL)
    (message_id,) = house.ended(stranger)
    with house.database.write() as connection:
        announce(connection, stranger.account_id, "campaign.finished", "c1", house.moment)
    assert {row["webhook_id"] for row in house.owed()} == {theirs["id"]}
    assert told(house) == [("message.delivered", message_id), ("campaign.finished", "c1")]


def test_an_event_is_announced_once_and_only_where_it_is_wanted(house: House, tenant: Tenant) -> None:
    house.webhook(tenant, URL, ["campaign.failed", "message.delivered"])
    for event in ("campaign.failed", "campaign.finished", "campaign.failed"):
        with house.database.write() as connection:
            announce(connection, tenant.account_id, event, "c1", house.moment)
    assert told(house) == [("campaign.failed", "c1")]


def test_many_ends_at_once_are_all_told(house: House, tenant: Tenant) -> None:
    house.webhook(tenant, URL, ["message.delivered"])
    ids = [tenant.message(status="delivered") for _ in range(3)]
    house.end([*ids, *["no message's id"] * (2 * SLICE), ids[0]])
    assert sorted(told(house)) == sorted(("message.delivered", message_id) for message_id in ids)


def test_an_end_that_is_rolled_back_is_not_told(house: House, tenant: Tenant) -> None:
    house.webhook(tenant, URL)
    message_id = tenant.message(status="delivered")
    with house.database.write() as connection:
        house.service.endings.tell(connection, [message_id], now_ms())
        connection.rollback()
    assert house.owed() == []


def test_where_nobody_listens_an_end_costs_one_look(house: House, tenant: Tenant) -> None:
    ids = [tenant.message(status="delivered") for _ in range(3)]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sqlalchemy_event.listen(house.database.engine, "before_cursor_execute", note)
    house.end(ids)
    assert len([statement for statement in statements if "webhook" in statement]) == 1
    house.webhook(tenant, URL)
    house.end(ids)
    assert len(house.owed()) == 3


def test_what_is_owed_to_a_webhook_that_is_gone_is_cleared_away(house: House, tenant: Tenant) -> None:
    gone, kept = house.webhook(tenant, URL), house.webhook(tenant, f"{URL}/kept")
    house.ended(tenant, 2)
    with house.database.write() as connection:
        remove_webhook(connection, tenant.account_id, gone["id"])
        assert not clear_unwanted(connection)
    assert [row["webhook_id"] for row in house.owed()] == [kept["id"]] * 2


def test_a_removed_account_leaves_nothing(house: House, tenant: Tenant) -> None:
    stranger = house.tenant("C-TWO")
    for owner in (tenant, stranger):
        house.webhook(owner, URL)
        house.ended(owner)
    retention.remove_account(house.database, house.service.forgetting, tenant.account_id)
    house.poster().clear()
    (row,) = house.owed()
    assert house.shown(stranger, {"id": row["webhook_id"]})["pending"] == 1


def _receipt(tenant: Tenant, outcome: Status) -> Receipt:
    return Receipt(
        gateway="message-central",
        account_id=tenant.account_id,
        vendor_id="T-1",
        recipient="919816111111",
        vendor_status=outcome.value,
        outcome=outcome,
        error_code=None,
        explanation=None,
        raw="{}",
        received_at=now_ms(),
    )
