"""What is in doubt, what a dead or forgetful dispatcher left, and that no state is without a deadline."""

import pytest
from sqlalchemy import func, select

from connectors.service import Service
from connectors.serving.worker import House
from connectors.shared.clock import DAY, now_ms
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.messages import retention
from connectors.shared.messages.resolve import Resolution, resolve
from connectors.shared.messages.tables import messages
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
from tests.shared.messages.test_receipts import Callbacks
from tests.shared.messages.vendor import UNAVAILABLE, Reply, Vendor

NUMBER = number_of(4711)
SECRET_TEXT = "A very private appointment"


def erase(service: Service) -> None:
    retention.erase_number(service.database, service.endings, service.forgetting, NUMBER[1:])


def settle(service: Service, message_id: str, resolution: Resolution, account_id: int | None = None) -> None:
    with service.database.write() as connection:
        resolve(
            connection,
            service.endings,
            message_id,
            resolution,
            now_ms(),
            account_id=account_id,
            receipt_deadline_ms=DAY,
            validity_ms=DAY,
        )


@pytest.fixture
def doubtful(sending: Service, tenant: Tenant, vendor: Vendor) -> str:
    vendor.script = lambda _: Reply(hang_up=True)
    message_id = tenant.accept(NUMBER, SECRET_TEXT)
    with dispatching(sending):
        assert wait_for_ends(sending) == {"unconfirmed": 1}
    vendor.script = lambda _: Reply()
    return message_id


def test_what_is_resent_goes_out_once_more(sending: Service, vendor: Vendor, doubtful: str) -> None:
    settle(sending, doubtful, Resolution.RESEND)
    with dispatching(sending):
        assert wait_for_ends(sending) == {"sent": 1}
    assert len(vendor.calls) == 2


def test_taken_for_sent_it_waits_for_its_receipt(sending: Service, vendor: Vendor, doubtful: str) -> None:
    settle(sending, doubtful, Resolution.SENT)
    found = row(sending, doubtful)
    assert (found["status"], found["finished_at"], found["error_code"]) == ("sent", None, None)
    assert found["deadline_at"] > now_ms()
    Callbacks(sending).receipt("DELIVRD", NUMBER[1:])
    assert status(sending, doubtful) == "delivered"


def test_taken_for_failed_it_is_told(sending: Service, vendor: Vendor, doubtful: str) -> None:
    told: list[str] = []
    sending.endings.register(lambda _connection, ids, _moment: told.extend(ids))
    settle(sending, doubtful, Resolution.FAILED)
    assert (status(sending, doubtful), told) == ("failed", [doubtful])
    with dispatching(sending):
        assert wait_for_ends(sending) == {"failed": 1}
    assert len(vendor.calls) == 1


def test_another_tenants_doubt_is_not_there(sending: Service, doubtful: str) -> None:
    stranger = add_tenant(sending, "C-TWO")
    with pytest.raises(NotFound):
        settle(sending, doubtful, Resolution.RESEND, stranger.account_id)
    assert status(sending, doubtful) == "unconfirmed"


def test_an_erased_doubt_cannot_be_resent(sending: Service, doubtful: str) -> None:
    erase(sending)
    with pytest.raises(WrongState):
        settle(sending, doubtful, Resolution.RESEND)


def test_a_doubt_past_its_deadline_stays_one_and_is_told(sending: Service, doubtful: str) -> None:
    told: list[str] = []
    sending.endings.register(lambda _connection, ids, _moment: told.extend(ids))
    change(sending, doubtful, deadline_at=now_ms() - 1)
    house = House(sending)
    house.sweep()
    house.sweep()
    house.close()
    assert (status(sending, doubtful), told) == ("unconfirmed", [doubtful])


def test_nothing_is_lost_by_a_dispatcher_that_died(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    begun, claimed = tenant.accept(NUMBER, "begun"), tenant.accept(number_of(2), "claimed")
    change(sending, begun, status="sending", claimed_by=77, begun_at=now_ms())
    change(sending, claimed, status="sending", claimed_by=77)
    with dispatching(sending):
        wait_for_ends(sending)
    assert (status(sending, begun), row(sending, begun)["error_code"]) == ("unconfirmed", "interrupted")
    assert status(sending, claimed) == "sent"
    assert [call.text for call in vendor.calls] == ["claimed"]


def test_what_a_living_dispatcher_lost_track_of_has_a_deadline(sending: Service, tenant: Tenant) -> None:
    """No state that is no end is without one; a fault of ours must not leave a row between two states."""
    begun, claimed = (tenant.accept(number_of(n), "text", due_at=now_ms() + DAY) for n in range(2))
    past = now_ms() - 1
    with dispatching(sending):
        with sending.database.read() as connection:
            living = connection.exec_driver_sql("SELECT max(id) FROM dispatchers").scalar_one()
        change(
            sending, begun, status="sending", claimed_by=living, begun_at=past - DAY, expires_at=past, deadline_at=past
        )
        change(sending, claimed, status="sending", claimed_by=living, expires_at=past, deadline_at=past)
        wait_for_ends(sending)
    assert (status(sending, begun), status(sending, claimed)) == ("unconfirmed", "failed")


def test_every_open_state_has_a_deadline(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    vendor.script = lambda sms: {"b": Reply(hang_up=True), "c": UNAVAILABLE}.get(sms.text, Reply())
    for number, text in enumerate("abc"):
        tenant.accept(number_of(number), text)
    tenant.accept(NUMBER, "d", due_at=now_ms() + DAY)
    with dispatching(sending):
        wait_for(lambda: statuses(sending).keys() >= {"sent", "unconfirmed", "scheduled"})
        with sending.database.read() as connection:
            assert (
                connection.scalar(select(func.count()).select_from(messages).where(messages.c.deadline_at.is_(None)))
                == 0
            )
