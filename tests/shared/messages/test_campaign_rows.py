"""How the rows of a campaign travel, and the gate before them."""

import gc
from typing import Any

import uuid_utils
from sqlalchemy import insert, update

from connectors.service import Service
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import now_ms
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.grouping import Call
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import (
    Tenant,
    add_tenant,
    dispatching,
    number_of,
    row,
    status,
    statuses,
    wait_for,
    wait_for_ends,
)
from tests.shared.messages.vendor import OK, Reply, Vendor


def add_campaign(tenant: Tenant, **values: Any) -> str:
    """Add a campaign that is imported, unless said otherwise."""
    given: dict[str, Any] = {
        "id": str(uuid_utils.uuid7()),
        "account_id": tenant.account_id,
        "connection_id": tenant.connection_id,
        "name": "Diwali",
        "source": "tests",
        "text": "Dear {{ name }}",
        "pattern": "Dear ##var##",
        "sender_id": "UTOMOB",
        "channel": "SMS",
        "message_type": "PROMOTIONAL",
        "created_at": now_ms(),
        "file_kind": "json",
        "parked": False,
        "imported_at": now_ms(),
        "rows_read": 10_000,
    }
    with tenant.service.database.write() as connection:
        connection.execute(insert(campaigns).values(given | values))
    return str((given | values)["id"])


def hold(tenant: Tenant, campaign_id: str, why: str | None) -> None:
    with tenant.service.database.write() as connection:
        connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(held_because=why))
    tenant.service.wakeup.announce()


def recipient(tenant: Tenant, campaign_id: str, index: int, **values: Any) -> NewMessage:
    given: dict[str, Any] = {"campaign_id": campaign_id, "campaign_row": index + 1, "variables": (f"person {index}",)}
    return tenant.new(number_of(index), f"Dear person {index}", **(given | values))


def test_differing_texts_arrive_by_workbook_each_with_its_own(open_service: OpenService, vendor: Vendor) -> None:
    tenant = add_tenant(open_service(workbook_rows=50))
    campaign_id = add_campaign(tenant)
    tenant.accept_all([recipient(tenant, campaign_id, n) for n in range(120)])
    with dispatching(tenant.service):
        assert wait_for_ends(tenant.service) == {"sent": 120}
    assert {call.workbook for call in vendor.calls} == {True}
    assert sorted(len(call.numbers) for call in vendor.calls) == [20, 50, 50]
    assert vendor.taken == {(number_of(n)[1:], f"Dear person {n}"): 1 for n in range(120)}


def test_one_bad_number_of_a_workbook_fails_alone(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    bad = number_of(77)[1:]
    vendor.script = lambda sms: Reply(400, 400) if bad in sms.numbers else OK
    campaign_id = add_campaign(tenant)
    ids = tenant.accept_all([recipient(tenant, campaign_id, n) for n in range(100)])
    with dispatching(sending):
        assert wait_for_ends(sending) == {"sent": 99, "failed": 1}
    assert row(sending, ids[77].id)["error_code"] == "400"
    assert {number for (number, _), times in vendor.taken.items() if times == 1} == {
        number_of(n)[1:] for n in range(100) if n != 77
    }


def test_a_workbook_that_no_answer_came_to_is_in_doubt(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    vendor.script = lambda _: Reply(500, 500)
    campaign_id = add_campaign(tenant)
    tenant.accept_all([recipient(tenant, campaign_id, n) for n in range(10)])
    with dispatching(sending):
        assert wait_for_ends(sending) == {"unconfirmed": 10}
    assert len(vendor.calls) == 1


def test_what_somebody_waits_for_passes_a_running_campaign(open_service: OpenService, vendor: Vendor) -> None:
    tenant = add_tenant(open_service(dispatch_threads=1, workbook_rows=1))
    campaign_id = add_campaign(tenant, message_type="TRANSACTION", pattern=None)
    tenant.accept_all([recipient(tenant, campaign_id, n, message_type="TRANSACTION") for n in range(600)])
    vendor.script = lambda _: Reply(delay=0.05)
    with dispatching(tenant.service):
        wait_for(lambda: len(vendor.calls) > 20)
        single = tenant.accept(number_of(9_999), "Your order is ready.", message_type="TRANSACTION")
        wait_for(lambda: status(tenant.service, single) == "sent")
        rows = statuses(tenant.service)
        assert rows["queued"] + rows["sending"] > 100


def test_rows_of_a_held_campaign_are_not_claimed(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    held = add_campaign(tenant, held_because="paused")
    tenant.accept_all([recipient(tenant, held, n) for n in range(10)])
    other = tenant.accept(number_of(50), "Hello")
    with dispatching(sending):
        wait_for(lambda: status(sending, other) == "sent")
        assert set(vendor.taken) == {(number_of(50)[1:], "Hello")}
        hold(tenant, held, None)
        assert wait_for_ends(sending) == {"sent": 11}
    assert set(vendor.taken.values()) == {1}


def test_a_pause_holds_what_was_claimed_and_not_begun(open_service: OpenService, vendor: Vendor) -> None:
    """Calls in flight end; nothing begins after the pause is committed; a resume skips and repeats nobody."""
    tenant = add_tenant(open_service(dispatch_threads=2, bulk_size=1), bulk=False)
    campaign_id = add_campaign(tenant)
    vendor.script = lambda _: Reply(delay=0.3)
    tenant.accept_all([recipient(tenant, campaign_id, n) for n in range(200)])
    with dispatching(tenant.service):
        wait_for(lambda: statuses(tenant.service)["sending"] == 200 and len(vendor.calls) >= 2)
        hold(tenant, campaign_id, "paused")
        begun = len(vendor.calls)
        wait_for(lambda: statuses(tenant.service)["sending"] == 0)
        # A call may have begun just before the pause and reached the vendor just after it.
        assert len(vendor.calls) <= begun + 10
        # Looked at once: held rows go from queued to scheduled by themselves, and two looks count some twice.
        rows = statuses(tenant.service)
        assert (rows["sent"], rows["queued"] + rows["scheduled"]) == (len(vendor.calls), 200 - len(vendor.calls))
        vendor.script = lambda _: OK
        hold(tenant, campaign_id, None)
        assert wait_for_ends(tenant.service) == {"sent": 200}
    assert sorted(vendor.taken.values()) == [1] * 200


def test_threads_that_wait_keep_nothing_of_the_calls_they_made(open_service: OpenService, vendor: Vendor) -> None:
    tenant = add_tenant(open_service(workbook_rows=10))
    campaign_id = add_campaign(tenant)
    tenant.accept_all([recipient(tenant, campaign_id, n) for n in range(200)])
    with dispatching(tenant.service):
        wait_for_ends(tenant.service)
        wait_for(lambda: not any(isinstance(each, Call) for each in gc.get_objects()))
    assert len(vendor.calls) == 20
