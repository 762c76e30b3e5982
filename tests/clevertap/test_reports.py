"""Which ends are written down as reports, and for whom."""

from typing import Any

import pytest
from sqlalchemy import select

from connectors.clevertap import reports
from connectors.shared.clock import now_ms
from connectors.shared.messages import retention
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.resolve import Resolution, resolve
from connectors.shared.messages.states import Status
from connectors.shared.messages.sweep import Sweeper
from connectors.shared.messages.tables import messages
from tests.clevertap.ledger import FINISHED_MS, Ledger

URL = "https://in1.cb.wzrkt.com/sms/generic?account=CT-1"


@pytest.mark.parametrize("mid", ["919816000001.1200000000.1654002362.20220531.0.wzrk_default.-1.", " ünï‑✓ |", "0"])
def test_a_report_names_the_message_as_clevertap_did(ledger: Ledger, mid: str) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    message_id = ledger.message(account_id, external_id=mid)
    ledger.end([message_id])
    (report,) = ledger.reports()
    assert report["meta"] == mid
    assert report["ts"] == FINISHED_MS // 1_000
    assert (report["message_id"], report["account_id"], report["clevertap_account"]) == (message_id, account_id, "CT-1")
    assert (report["state"], report["attempts"]) == ("pending", 0)


@pytest.mark.parametrize(
    "values",
    [
        {"source": "api"},
        {"external_id": None},
        {"source_account": "CT-2"},
        {"status": "sent"},
        {"status": "queued"},
        {"status": "unconfirmed", "deadline_at": 1},
    ],
)
def test_nothing_is_owed(ledger: Ledger, values: dict[str, Any]) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    ledger.owe(account_id, 1, **values)
    assert ledger.reports() == []
    ledger.owe(account_id, 1)
    assert len(ledger.reports()) == 1


def test_without_a_destination_nothing_is_written(ledger: Ledger) -> None:
    ledger.owe(ledger.account(), 3)
    assert ledger.reports() == []


def test_a_message_without_an_account_belongs_to_the_only_one(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    ledger.owe(account_id, 1, source_account=None)
    assert [row["clevertap_account"] for row in ledger.reports()] == ["CT-1"]


def test_a_message_without_an_account_belongs_to_none_of_several(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    ledger.destination(account_id, URL, "CT-2")
    ledger.owe(account_id, 1, source_account=None)
    assert ledger.reports() == []


def test_another_customers_destinations_neither_get_it_nor_count(ledger: Ledger) -> None:
    own, other = ledger.account("C-1"), ledger.account("C-2")
    for clevertap_account in ("CT-1", "CT-2"):
        ledger.destination(other, URL, clevertap_account)
    ledger.owe(own, 1)
    ledger.owe(own, 1, source_account=None)
    assert ledger.reports() == []
    ledger.destination(own, URL, "CT-1")
    ledger.owe(own, 1)
    ledger.owe(own, 1, source_account=None)
    assert {(row["account_id"], row["clevertap_account"]) for row in ledger.reports()} == {(own, "CT-1")}


def test_a_message_is_told_once(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    (message_id,) = ledger.owe(account_id, 1)
    ledger.end((message_id, message_id))
    ledger.end([message_id])
    assert len(ledger.reports()) == 1


def test_delivered_after_undelivered_is_not_told(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    message_id = ledger.message(account_id, "sent", transaction_id="T-1")
    for outcome in (Status.UNDELIVERED, Status.DELIVERED):
        assert ledger.service.receipts.run([_receipt(account_id, outcome)]) == [True]
    (report,) = ledger.reports()
    assert (report["event"], report["code"]) == ("failed", "914")
    assert _status(ledger, message_id) == "delivered"


def test_unconfirmed_is_told_at_its_deadline(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    moment = now_ms()
    ledger.message(account_id, "unconfirmed", deadline_at=moment, error_code="no_answer")
    sweeper = Sweeper(ledger.service.endings, receipt_deadline_ms=1_000)
    with ledger.database.write() as connection:
        sweeper.sweep(connection, moment - 1)
    assert ledger.reports() == []
    with ledger.database.write() as connection:
        sweeper.sweep(connection, moment)
    (report,) = ledger.reports()
    assert (report["event"], report["code"]) == ("failed", "900")


def test_unconfirmed_is_told_when_a_person_resolves_it(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    moment = now_ms()
    message_id = ledger.message(account_id, "unconfirmed", deadline_at=moment + 1_000)
    with ledger.database.write() as connection:
        resolve(
            connection,
            ledger.service.endings,
            message_id,
            Resolution.FAILED,
            moment,
            receipt_deadline_ms=1_000,
            validity_ms=1_000,
        )
    (report,) = ledger.reports()
    assert (report["code"], report["ts"]) == ("900", moment // 1_000)


def test_many_ends_at_once_are_all_written(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    ids = ledger.owe(account_id, 2 * reports.SLICE + 1)
    assert {row["message_id"] for row in ledger.reports()} == set(ids)


def test_an_end_that_is_rolled_back_is_not_told(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    message_id = ledger.message(account_id)
    with ledger.database.write() as connection:
        ledger.service.endings.tell(connection, [message_id], now_ms())
        connection.rollback()
    assert ledger.reports() == []


def test_forgetting_reaches_the_reports_of_these_messages_alone(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    gone, kept = ledger.owe(account_id, 2)
    with ledger.database.write() as connection:
        ledger.service.forgetting.tell(connection, [gone])
    assert [row["message_id"] for row in ledger.reports()] == [kept]


def test_erasing_a_number_leaves_nothing_of_it_and_tells_nothing_later(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, URL)
    number = "919816111111"
    ended = ledger.owe(account_id, 1, recipient=number, external_id=f"{number}.1.")
    waiting = ledger.messages(account_id, 1, "queued", recipient=number, external_id=f"{number}.2.")
    service = ledger.service
    retention.erase_number(ledger.database, service.endings, service.forgetting, number)
    ledger.end([*ended, *waiting])
    assert ledger.reports() == []


def test_the_reports_of_a_removed_account_go_with_it(ledger: Ledger) -> None:
    account_id, other = ledger.account("C-1"), ledger.account("C-2")
    for owner in (account_id, other):
        ledger.destination(owner, URL)
        ledger.owe(owner, 1)
    retention.remove_account(ledger.database, ledger.service.forgetting, account_id)
    assert [row["account_id"] for row in ledger.reports()] == [other]


def _receipt(account_id: int, outcome: Status) -> Receipt:
    return Receipt(
        gateway="message-central",
        account_id=account_id,
        vendor_id="T-1",
        recipient="919816000000",
        vendor_status=outcome.value,
        outcome=outcome,
        error_code=outcome.value,
        explanation=None,
        raw="{}",
        received_at=now_ms(),
    )


def _status(ledger: Ledger, message_id: str) -> Any:
    with ledger.database.read() as connection:
        return connection.scalar(select(messages.c.status).where(messages.c.id == message_id))
