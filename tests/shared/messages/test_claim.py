import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from connectors.service import Service
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.messages.claim import Lane, claim, lanes, within_rate
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import (
    Tenant,
    add_tenant,
    change,
    change_all,
    dispatching,
    number_of,
    row,
    status,
    statuses,
    wait_for,
    wait_for_ends,
)
from tests.shared.messages.vendor import Reply, Vendor


def lane(service: Service) -> Lane:
    with service.database.read() as connection:
        (found,) = lanes(connection, now_ms())
    return found


def take(service: Service, dispatcher: int, most: int) -> list[str]:
    found = lane(service)
    with service.database.write() as connection:
        return [each.id for each in claim(connection, found, dispatcher, most, now_ms())]


def test_two_dispatchers_never_claim_the_same_row(sending: Service, tenant: Tenant, open_service: OpenService) -> None:
    tenant.accept_all([tenant.new(number_of(n), "sale") for n in range(300)])
    services = [sending, open_service()]
    found = lane(sending)

    def run(index: int) -> list[str]:
        mine: list[str] = []
        while True:
            with services[index % 2].database.write() as connection:
                rows = claim(connection, found, index + 1, 7, now_ms())
            if not rows:
                return mine
            mine.extend(each.id for each in rows)

    with ThreadPoolExecutor(4) as pool:
        claimed = [each for mine in pool.map(run, range(4)) for each in mine]
    assert len(claimed) == len(set(claimed)) == 300


def test_two_running_dispatchers_send_each_message_once(
    sending: Service, tenant: Tenant, open_service: OpenService, vendor: Vendor
) -> None:
    with dispatching(sending), dispatching(open_service()):
        for start in range(0, 300, 50):
            tenant.accept_all([tenant.new(number_of(n), f"text {n % 60}") for n in range(start, start + 50)])
        assert wait_for_ends(sending) == {"sent": 300}
    assert set(vendor.taken.values()) == {1}


def test_codes_come_before_transactions_and_these_before_promotions(sending: Service, tenant: Tenant) -> None:
    kinds = {
        tenant.accept(number_of(n), "text", message_type=kind): kind
        for n, kind in enumerate(["PROMOTIONAL", "TRANSACTION", "OTP"] * 3)
    }
    assert [kinds[each] for each in take(sending, 1, 7)] == ["OTP"] * 3 + ["TRANSACTION"] * 3 + ["PROMOTIONAL"]


@pytest.mark.parametrize("rate", [0.3, 0.5, 1, 1.5, 3, 3.3, 3.7, 4, 7, 30, 333])
def test_any_rate_lets_something_go(rate: float) -> None:
    for moment in range(now_ms(), now_ms() + 50):
        assert within_rate(Lane(1, 1, "active", None, rate, 0, True, ""), moment) >= 1


@pytest.mark.parametrize("rate", [3.0, 20.0])
def test_a_rate_bounds_what_is_claimed_in_any_second(sending: Service, rate: float) -> None:
    tenant = add_tenant(sending, rate=rate)
    tenant.accept_all([tenant.new(number_of(n), "sale") for n in range(400)])
    found, start = lane(sending), now_ms()
    moments: list[int] = []
    for moment in range(start, start + 5_000, 10):
        with sending.database.write() as connection:
            moments += [moment] * len(claim(connection, found, 1, 1_000, moment))
    assert len(moments) >= 5 * rate - 1
    for begin in moments:
        assert sum(begin <= each < begin + 1_000 for each in moments) <= rate * 1.25 + 1


def test_a_rate_delays_and_fails_nothing(sending: Service, vendor: Vendor) -> None:
    tenant = add_tenant(sending, rate=20, bulk=False)
    tenant.accept_all([tenant.new(number_of(n), "sale") for n in range(40)])
    with dispatching(sending):
        assert wait_for_ends(sending) == {"sent": 40}
    took = vendor.calls[-1].at - vendor.calls[0].at
    assert 1.4 < took < 12


def test_one_accounts_flood_does_not_hold_up_another(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    vendor.script = lambda sms: Reply(delay=0.02)
    other = add_tenant(sending, "C-TWO")
    tenant.accept_all([tenant.new(number_of(n), f"flood {n}") for n in range(5_000)])
    with dispatching(sending):
        wait_for(lambda: len(vendor.calls) > 50)
        before = len(vendor.calls)
        message_id = other.accept(number_of(1), "single")
        wait_for(lambda: status(sending, message_id) == "sent")
        assert [call.text for call in vendor.calls].index("single") - before < 500
        assert statuses(sending)["sent"] < 4_000


@pytest.mark.parametrize("kind", ["OTP", "TRANSACTION"])
def test_a_backlog_of_promotions_does_not_hold_up_its_own_accounts_code(
    sending: Service, tenant: Tenant, vendor: Vendor, kind: str
) -> None:
    vendor.script = lambda sms: Reply(delay=0.25)
    promotions = [tenant.new(number_of(n), f"promotion {n}", message_type="PROMOTIONAL") for n in range(900)]
    tenant.accept_all(promotions)
    with dispatching(sending):
        wait_for(lambda: len(vendor.calls) > 20)
        before = len(vendor.calls)
        tenant.accept(number_of(1), "code", message_type=kind)
        wait_for(lambda: vendor.calls_of("code"))
        # Threads that are free take it next; it does not wait for the thousand that are claimed already.
        assert [call.text for call in vendor.calls].index("code") - before < 100


def test_what_is_scheduled_goes_out_when_it_is_due(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    due = now_ms() + 1_500
    message_id = tenant.accept(number_of(1), "later", due_at=due)
    with dispatching(sending):
        wait_for(lambda: status(sending, message_id) == "sent")
    assert due <= row(sending, message_id)["sent_at"] < due + 3_000


def test_nothing_goes_out_past_its_validity(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    late = tenant.accept(number_of(1), "late")
    change(sending, late, expires_at=now_ms() - 1, deadline_at=now_ms() - 1)
    with dispatching(sending):
        wait_for(lambda: status(sending, late) == "failed")
    assert row(sending, late)["error_code"] == "expired_unsent"
    assert not vendor.calls


def test_what_runs_out_while_it_waits_for_a_thread_is_not_sent(
    sending: Service, tenant: Tenant, vendor: Vendor
) -> None:
    vendor.script = lambda _: Reply(silent=True)
    ids = [tenant.accept(number_of(n), f"text {n}") for n in range(200)]
    with dispatching(sending):
        wait_for(lambda: statuses(sending)["sending"] > 50)
        in_flight = {call.text for call in vendor.calls}
        change_all(sending, expires_at=now_ms() - 1, deadline_at=now_ms() - 1)
        vendor.script = lambda _: Reply()
        vendor.closing.set()  # ends the silence
        wait_for(lambda: not statuses(sending).keys() & {"queued", "sending"})
    assert {call.text for call in vendor.calls} <= in_flight | {f"text {n}" for n in range(200)}
    found = statuses(sending)
    assert found["failed"] == 200 - len(vendor.calls)
    assert all(status(sending, each) in ("failed", "unconfirmed", "sent") for each in ids)


def test_a_paused_connection_gives_up_nothing_but_probes(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    tenant.accept_all([tenant.new(number_of(n), f"text {n}") for n in range(20)])
    tenant.set(state="paused", retry_at=now_ms() + HOUR)
    looked = threading.Event()
    with dispatching(sending):
        assert not looked.wait(1.2)  # longer than it takes to look
        assert not vendor.calls
        tenant.set(retry_at=now_ms() - 1)
        assert wait_for_ends(sending) == {"sent": 20}
    with sending.database.read() as connection:
        assert connection.scalar(select(connections.c.state)) == "active"
