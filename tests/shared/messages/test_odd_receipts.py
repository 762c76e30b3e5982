"""What else may come to the callback: wrong tokens, junk, odd values, floods."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import select

from connectors.service import Service
from connectors.serving.worker import House
from connectors.shared.clock import now_ms
from connectors.shared.messages.tables import messages, receipts
from tests.shared.messages.tenants import (
    Tenant,
    change,
    dispatching,
    number_of,
    row,
    status,
    wait_for_ends,
)
from tests.shared.messages.test_receipts import NUMBER, Callbacks, Send, callbacks, receipt, sent
from tests.shared.messages.vendor import Reply, Vendor


@pytest.mark.parametrize("token", ["wrong", "1-wrong", "0", "-", "999999999-0", "%00", "é", "1" * 300, "9" * 30 + "-x"])
def test_a_wrong_token_is_404(callbacks: Callbacks, tenant: Tenant, token: str) -> None:
    assert callbacks.post(receipt("DELIVRD"), token)[0] == 404


__all__ = ["callbacks", "sent"]
DEEP = '{"status": "DELIVRD", "messageId": "t-1", "more": ' + "[" * 900 + "]" * 900 + "}"
JUNK = [b"", b"{", b"\xff\xfe", b"nan", "[" * 100_000, "[]", "{}", "[1, null, []]", '"DELIVRD"', "7"]


@pytest.mark.parametrize("body", JUNK, ids=repr)
def test_junk_is_4xx(callbacks: Callbacks, tenant: Tenant, body: str | bytes) -> None:
    assert callbacks.post(body)[0] in (400, 413, 422)


@pytest.mark.parametrize(
    "values",
    [
        {"status": None},
        {"status": ["DELIVRD"]},
        {"status": True},
        {"mobile": None, "messageId": None},
        {"mobile": {"a": 1}},
        {"mobile": "x", "messageId": ""},
        {"mobile": "1" * 200},
    ],
    ids=str,
)
def test_what_is_no_receipt_is_4xx(callbacks: Callbacks, tenant: Tenant, values: dict[str, Any]) -> None:
    assert callbacks.post(receipt("DELIVRD") | values)[0] == 422


@pytest.mark.parametrize(
    "values",
    [
        {"errorCode": "9" * 5_000},
        {"status": "D" * 32},
        {"messageId": 2**62},
        {"messageId": 1e300},
        {"messageId": "\u0000"},
        {"extra": "\u0000"},
        {"mobile": 10**300},
        {"errorCode": "\ud83d\ude00"},
        {"countryCode": "x" * 5_000},
    ],
    ids=lambda values: repr(values)[:40],
)
def test_odd_values_are_kept_and_answered_200(callbacks: Callbacks, tenant: Tenant, values: dict[str, Any]) -> None:
    assert callbacks.post(receipt("DELIVRD", messageId="t-1") | values)[0] == 200


def test_a_deeply_nested_receipt_is_no_fault_of_ours(callbacks: Callbacks, tenant: Tenant) -> None:
    assert callbacks.post(DEEP)[0] == 200


def test_junk_in_a_list_costs_no_receipt(sending: Service, sent: Send, callbacks: Callbacks) -> None:
    (message_id,) = sent(NUMBER)
    payload = [None, 7, {"status": "DELIVRD"}, receipt("DELIVRD", messageId="t-1"), [receipt("UNDELIV")], "x"]
    assert callbacks.post(payload) == (200, {"received": 1, "matched": 1, "ignored": 5})
    assert status(sending, message_id) == "delivered"


def test_a_huge_list_is_taken_and_a_larger_one_told_so(sending: Service, sent: Send, callbacks: Callbacks) -> None:
    (message_id,) = sent(NUMBER)
    many = [receipt("DELIVRD", number_of(n)[1:], messageId=f"x-{n}") for n in range(2, 10_001)]
    assert callbacks.post([*many[:4_000], receipt("DELIVRD", messageId="t-1")])[1]["matched"] == 1
    assert status(sending, message_id) == "delivered"
    assert callbacks.post([*many, *many[:100]])[0] == 413
    assert callbacks.post(b"[" + b" " * (11 * 1024 * 1024) + b"]")[0] == 413


@pytest.mark.parametrize(("word", "ends"), [("DELIVRD", "delivered"), ("UNDELIV", "undelivered"), ("UNKNOWN", "sent")])
def test_a_receipt_settles_what_was_in_doubt(
    sending: Service, tenant: Tenant, callbacks: Callbacks, vendor: Vendor, word: str, ends: str
) -> None:
    vendor.script = lambda _: Reply(hang_up=True)
    message_id = tenant.accept(NUMBER, "sale")
    with dispatching(sending):
        assert wait_for_ends(sending) == {"unconfirmed": 1}
    assert callbacks.receipt(word, messageId="t-1")["matched"] == 1
    found = row(sending, message_id)
    assert (found["status"], found["sent_at"]) == (ends, found["begun_at"])
    assert (found["deadline_at"] is not None) == (ends == "sent")


def test_nobody_said_so_it_is_unknown_and_delivered_may_still_come(
    sending: Service, sent: Send, callbacks: Callbacks
) -> None:
    (message_id,) = sent(NUMBER)
    told: list[str] = []
    sending.endings.register(lambda _connection, ids, _moment: told.extend(ids))
    change(sending, message_id, deadline_at=now_ms() - 1)
    house = House(sending)
    house.sweep()
    house.close()
    assert (status(sending, message_id), row(sending, message_id)["error_code"]) == ("unknown", "no_receipt")
    assert told == [message_id]
    callbacks.receipt("DELIVRD", messageId="t-1")
    assert (status(sending, message_id), row(sending, message_id)["error_code"]) == ("delivered", None)
    assert told == [message_id] * 2


def test_what_arrives_is_kept_as_it_came(sending: Service, sent: Send, callbacks: Callbacks) -> None:
    (message_id,) = sent(NUMBER)
    payload = receipt("DELIVRD", messageId="t-1", brand="ü", shortDlr=[1, 2])
    callbacks.post(payload)
    with sending.database.read() as connection:
        kept = connection.execute(select(receipts)).mappings().one()
    assert json.loads(kept["raw"]) == payload
    assert (kept["matched_id"], kept["vendor_id"], kept["status"]) == (message_id, "t-1", "DELIVRD")


def test_receipts_at_the_same_moment_are_all_counted(sending: Service, sent: Send, callbacks: Callbacks) -> None:
    ids = sent(*(number_of(n) for n in range(24)))

    clients = [Callbacks(sending) for _ in ids]

    def post(index: int) -> None:
        clients[index].receipt("DELIVRD", number_of(index)[1:], messageId="t-1")

    threads = [threading.Thread(target=post, args=(index,)) for index in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with sending.database.read() as connection:
        assert set(connection.scalars(select(messages.c.status).where(messages.c.id.in_(ids)))) == {"delivered"}
