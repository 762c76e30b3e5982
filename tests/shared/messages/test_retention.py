"""What is erased or purged is gone: from every table, and from every byte of the data folder."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.service import Service
from connectors.shared.accounts.store import account_ids
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import DAY, now_ms
from connectors.shared.database import metadata
from connectors.shared.messages import retention
from connectors.shared.messages.tables import receipts
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import (
    Tenant,
    add_tenant,
    change,
    dispatching,
    number_of,
    row,
    status,
    statuses,
    wait_for,
    wait_for_ends,
)
from tests.shared.messages.test_receipts import Callbacks, receipt
from tests.shared.messages.vendor import Reply, Vendor

NUMBER = number_of(4711)
SECRET_TEXT = "A very private appointment"


def erase(service: Service, number: str = NUMBER) -> int:
    return retention.erase_number(service.database, service.endings, service.forgetting, number[1:])


def purge(service: Service, days: int) -> None:
    retention.purge(service.database, service.forgetting, now_ms() - days * DAY)


def aged(service: Service, message_id: str, days: int, **values: object) -> str:
    """Make a message as old as this; its id tells its age."""
    moment = now_ms() - days * DAY
    start = f"{moment:012x}"
    older = f"{start[:8]}-{start[8:]}{message_id[13:]}"
    change(service, message_id, id=older, created_at=moment, **values)
    return older


def rows_with(service: Service, needle: str) -> list[str]:
    """The tables in which a word stands."""
    found = []
    with service.database.read() as connection:
        for table in metadata.sorted_tables:
            if any(needle in str(value) for each in connection.execute(select(table)) for value in each):
                found.append(table.name)
    return found


def files_with(folder: Path, *needles: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and any(n in path.read_bytes() for n in needles)]


def test_an_erased_number_is_in_no_table(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    waiting = tenant.accept(NUMBER, SECRET_TEXT, due_at=now_ms() + DAY, external_id=f"mid-{NUMBER}")
    other = tenant.accept(number_of(2), "another")
    sent = tenant.accept(NUMBER, SECRET_TEXT)
    callbacks = Callbacks(sending)
    with dispatching(sending):
        wait_for(lambda: status(sending, sent) == "sent")
    callbacks.receipt("DELIVRD", NUMBER[1:], messageId="t-1")
    callbacks.receipt("DELIVRD", NUMBER[3:], messageId="unheard-of")
    assert erase(sending) == 2
    assert rows_with(sending, NUMBER[3:]) == []
    assert rows_with(sending, SECRET_TEXT) == []
    assert (status(sending, waiting), row(sending, waiting)["error_code"]) == ("canceled", "erased")
    assert row(sending, other)["text"] == "another"


def test_an_erased_number_is_in_no_byte_of_the_data_folder(
    sending: Service, tenant: Tenant, tmp_path: Path, database_url: str
) -> None:
    """Many rows around it that come, change and go: pages split, and copies of rows are left where nobody looks."""
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's files are its own")
    numbers = [number_of(4711 + n) for n in range(5)]
    for start in range(0, 1_500, 50):
        new = [tenant.new(number_of(n), f"text {n} " + "x" * (n % 150)) for n in range(start, start + 50)]
        new += [tenant.new(number, SECRET_TEXT, external_id=number) for number in numbers]
        ids = [answer.id for answer in tenant.accept_all(new)]
        change(sending, ids[-2], status="sent", transaction_id="t", begun_at=1, error_message="y" * 100)
        change(sending, ids[7], text="z" * 400)
        Callbacks(sending).receipt("UNKNOWN", numbers[2][1:], messageId=f"m-{start}")
    needles = [SECRET_TEXT.encode(), *(number[3:].encode() for number in numbers)]
    assert files_with(tmp_path, *needles)
    for number in numbers:
        erase(sending, number)
    assert files_with(tmp_path, *needles) == []


def test_what_is_with_the_vendor_is_erased_and_not_tried_again(
    sending: Service, tenant: Tenant, vendor: Vendor
) -> None:
    vendor.script = lambda _: Reply(503, 503, delay=0.6)
    message_id = tenant.accept(NUMBER, SECRET_TEXT)
    with dispatching(sending):
        wait_for(lambda: vendor.calls)
        erase(sending)
        wait_for(lambda: status(sending, message_id) == "failed", 5.0)
    assert len(vendor.calls) == 1
    assert rows_with(sending, SECRET_TEXT) == []


def test_what_waits_for_a_thread_is_not_sent_once_erased(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    vendor.script = lambda _: Reply(delay=0.3)
    ids = [tenant.accept(number_of(n), f"text {n}") for n in range(120)]
    with dispatching(sending):
        wait_for(lambda: statuses(sending)["sending"] > 60)
        last = next(each for each in reversed(ids) if row(sending, each)["begun_at"] is None)
        number = f"+{row(sending, last)['recipient']}"
        erase(sending, number)
        assert status(sending, last) == "canceled"
        wait_for_ends(sending)
    assert number[1:] not in {each for each, _ in vendor.seen}
    assert status(sending, last) == "canceled"


def test_a_late_receipt_does_not_bring_an_erased_number_back(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    message_id = tenant.accept(NUMBER, SECRET_TEXT)
    with dispatching(sending):
        wait_for(lambda: status(sending, message_id) == "sent")
    erase(sending)
    code, _ = Callbacks(sending).post(receipt("DELIVRD", NUMBER[1:], messageId="t-1"))
    assert code == 200
    assert status(sending, message_id) == "delivered"
    assert rows_with(sending, NUMBER[3:]) == []


def test_old_numbers_and_texts_are_purged_and_the_fate_is_kept(sending: Service, tenant: Tenant) -> None:
    old = aged(sending, tenant.accept(NUMBER, SECRET_TEXT, external_id="mid"), 91, status="delivered")
    young = aged(sending, tenant.accept(NUMBER, "young"), 89, status="delivered")
    purge(sending, 90)
    found = row(sending, old)
    assert (found["recipient"], found["text"], found["external_id"], found["status"]) == (None, None, None, "delivered")
    assert row(sending, young)["text"] == "young"


def test_an_open_message_keeps_its_text_and_holds_up_nobody_elses(sending: Service, tenant: Tenant) -> None:
    first, scheduled, last = (
        aged(sending, tenant.accept(number_of(n), f"text {n}"), 100 - n, status=state)
        for n, state in enumerate(["delivered", "scheduled", "failed"])
    )
    for _ in range(2):
        purge(sending, 90)
        texts = [row(sending, each)["text"] for each in (first, scheduled, last)]
        assert texts == [None, "text 1", None]
    change(sending, scheduled, status="canceled")
    purge(sending, 90)
    assert row(sending, scheduled)["text"] is None


def test_old_receipts_are_purged(sending: Service, tenant: Tenant) -> None:
    Callbacks(sending).receipt("DELIVRD", NUMBER[1:], messageId="t-1")
    retention.purge(sending.database, sending.forgetting, now_ms() + 1)
    with sending.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(receipts)) == 0


def test_purged_bytes_are_gone_too(sending: Service, tenant: Tenant, tmp_path: Path, database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's files are its own")
    aged(sending, tenant.accept(NUMBER, SECRET_TEXT), 91, status="delivered")
    purge(sending, 90)
    assert files_with(tmp_path, SECRET_TEXT.encode(), NUMBER[3:].encode()) == []


def test_a_removed_account_leaves_nothing(sending: Service, tenant: Tenant) -> None:
    stranger = add_tenant(sending, "C-TWO")
    kept = stranger.accept(NUMBER, "kept")
    tenant.accept_all([tenant.new(number_of(n), SECRET_TEXT) for n in range(2_500)])
    Callbacks(sending).post(receipt("DELIVRD"), sending.callback_tokens.of_account(tenant.account_id))
    retention.remove_account(sending.database, sending.forgetting, tenant.account_id)
    assert rows_with(sending, SECRET_TEXT) == []
    with sending.database.read() as connection:
        assert account_ids(connection) == [stranger.account_id]
        assert list(connection.scalars(select(connections.c.login))) == ["C-TWO"]
    assert status(sending, kept) == "queued"


def test_an_account_may_be_removed_while_it_sends(
    sending: Service, tenant: Tenant, vendor: Vendor, open_service: OpenService
) -> None:
    vendor.script = lambda _: Reply(delay=0.05)
    tenant.accept_all([tenant.new(number_of(n), f"text {n}") for n in range(300)])
    other = open_service()
    with dispatching(sending):
        wait_for(lambda: len(vendor.calls) > 10)
        retention.remove_account(other.database, other.forgetting, tenant.account_id)
        stranger = add_tenant(other, "C-TWO")
        message_id = stranger.accept(NUMBER, "next")
        wait_for(lambda: status(sending, message_id) == "sent")
    assert max(vendor.taken.values()) == 1
