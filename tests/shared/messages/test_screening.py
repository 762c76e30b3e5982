"""What keeps a claimed message from going: an opt-out, the hour where the phone is, the account's limit for the day."""

import pytest

from connectors.shared.clock import DAY, HOUR, now_ms
from connectors.shared.messages.accept import PROMOTIONAL_HOURS
from connectors.shared.messages.hours import read_hours
from connectors.shared.messages.tables import messages
from connectors.shared.opt_outs import store as opt_outs
from connectors.shared.opt_outs.store import Scope
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
from tests.shared.messages.vendor import Vendor

NEVER_NOW = "IN=00:00-00:01"


def opt_out(tenant: Tenant, number: str, scope: Scope) -> None:
    with tenant.service.database.write() as connection:
        opt_outs.add(connection, tenant.service.secrets, tenant.account_id, number[1:], scope, source="tests")


def hours_closed_now() -> str:
    """Hours of India that open in two to three hours from now."""
    india = (now_ms() + 5 * HOUR + HOUR // 2) % DAY // HOUR
    opens = (india + 3) % 24
    return f"IN={opens:02}:00-{opens:02}:59"


@pytest.mark.parametrize(
    ("scope", "message_type", "ends"),
    [
        (Scope.PROMOTIONAL, "PROMOTIONAL", "suppressed"),
        (Scope.PROMOTIONAL, "TRANSACTION", "sent"),
        (Scope.ALL, "PROMOTIONAL", "suppressed"),
        (Scope.ALL, "TRANSACTION", "suppressed"),
        (Scope.ALL, "OTP", "sent"),
    ],
)
def test_an_opt_out_suppresses_what_it_covers(
    open_service: OpenService, vendor: Vendor, scope: Scope, message_type: str, ends: str
) -> None:
    tenant = add_tenant(open_service())
    opt_out(tenant, number_of(1), scope)
    theirs = tenant.accept(number_of(1), "Sale!", message_type=message_type)
    other = tenant.accept(number_of(2), "Sale!", message_type=message_type)
    with dispatching(tenant.service):
        wait_for_ends(tenant.service)
    assert (status(tenant.service, theirs), status(tenant.service, other)) == (ends, "sent")
    assert len(vendor.taken) == 1 + (ends == "sent")
    assert row(tenant.service, theirs)["error_code"] == ("opted_out" if ends == "suppressed" else None)


def test_an_opt_out_is_one_accounts_own(open_service: OpenService) -> None:
    service = open_service()
    one, another = add_tenant(service, "C-ONE"), add_tenant(service, "C-TWO")
    opt_out(one, number_of(1), Scope.ALL)
    ids = [tenant.accept(number_of(1), "Sale!", message_type="PROMOTIONAL") for tenant in (one, another)]
    with dispatching(service):
        wait_for_ends(service)
    assert [status(service, each) for each in ids] == ["suppressed", "sent"]


def test_promotions_wait_for_the_hours_and_say_so(open_service: OpenService, vendor: Vendor) -> None:
    tenant = add_tenant(open_service(promotional_hours=read_hours(hours_closed_now())))
    held = tenant.accept(number_of(1), "Sale!", message_type="PROMOTIONAL", hours=PROMOTIONAL_HOURS)
    free = tenant.accept(number_of(2), "Sale!", message_type="PROMOTIONAL")
    with dispatching(tenant.service):
        wait_for(lambda: status(tenant.service, held) == "scheduled" and status(tenant.service, free) == "sent")
        waiting = row(tenant.service, held)
        assert waiting["error_code"] == "outside_hours"
        assert now_ms() + HOUR < waiting["next_attempt_at"] <= now_ms() + 3 * HOUR
        # The window opens.
        change(tenant.service, held, next_attempt_at=now_ms(), deadline_at=now_ms(), hours=None)
        wait_for(lambda: status(tenant.service, held) == "sent")
    assert row(tenant.service, held)["error_code"] is None
    assert sorted(vendor.taken.values()) == [1, 1]


def test_a_promotion_is_not_sent_after_its_validity(open_service: OpenService, vendor: Vendor) -> None:
    service = open_service(promotional_hours=read_hours(hours_closed_now()), validity_ms=HOUR)
    tenant = add_tenant(service)
    held = tenant.accept(number_of(1), "Sale!", message_type="PROMOTIONAL", hours=PROMOTIONAL_HOURS)
    with dispatching(service):
        wait_for(lambda: status(service, held) == "scheduled")
        assert row(service, held)["deadline_at"] == row(service, held)["expires_at"]
        change(service, held, expires_at=now_ms(), deadline_at=now_ms())
        wait_for(lambda: status(service, held) == "failed")
    assert row(service, held)["error_code"] == "expired_unsent"
    assert not vendor.calls


def test_the_daily_limit_holds_what_is_above_it_until_tomorrow(open_service: OpenService, vendor: Vendor) -> None:
    service = open_service(daily_limit=5)
    tenant, other = add_tenant(service, "C-ONE"), add_tenant(service, "C-TWO")
    ids = [answer.id for answer in tenant.accept_all([tenant.new(number_of(n), "Hello") for n in range(8)])]
    others = other.accept(number_of(50), "Hello")
    with dispatching(service):
        wait_for(lambda: statuses(service) == {"sent": 6, "scheduled": 3})
        assert status(service, others) == "sent"
        held = [row(service, each) for each in ids if status(service, each) == "scheduled"]
        assert {each["error_code"] for each in held} == {"daily_limit"}
        assert {each["next_attempt_at"] for each in held} == {(now_ms() // DAY + 1) * DAY}
        # A one-time code is of no use tomorrow.
        code = tenant.accept(number_of(60), "1234 is your code.", message_type="OTP")
        wait_for(lambda: status(service, code) == "sent")
    assert len(vendor.taken) == 7


def test_a_message_counts_once_a_day_however_often_it_is_claimed(open_service: OpenService) -> None:
    service = open_service(daily_limit=2)
    tenant = add_tenant(service)
    first = tenant.accept(number_of(1), "Hello")
    change(service, first, counted_day=now_ms() // DAY)
    ids = [tenant.accept(number_of(n), "Hello") for n in (2, 3)]
    with dispatching(service):
        assert wait_for_ends(service) == {"sent": 3}
    with service.database.read() as connection:
        assert set(connection.scalars(messages.select().with_only_columns(messages.c.counted_day))) == {now_ms() // DAY}
    assert [status(service, each) for each in ids] == ["sent", "sent"]
