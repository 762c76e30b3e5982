"""Messages that the first gateway is known not to have taken go on to the other, once; all others never."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import insert

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.messages import outcomes
from connectors.shared.messages.falling_back import divert
from connectors.shared.messages.outcomes import Finish, OutcomeWriter
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.states import Status
from connectors.shared.messages.sweep import Sweeper
from connectors.shared.messages.tables import dispatchers
from connectors.shared.opt_outs import store as opt_outs
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import (
    Tenant,
    add_tenant,
    change,
    dispatching,
    number_of,
    row,
    status,
    wait_for,
    wait_for_ends,
)
from tests.shared.messages.two_gateways import add_pair, connect_other, install_other, route
from tests.shared.messages.vendor import HTML, OK, UNAVAILABLE, Reply, Vendor

REFUSED = Reply(511)
NO_CREDIT = Reply(508)
DEAD = 999_999
"""A dispatcher that is no more."""


@dataclass(frozen=True)
class Case:
    """How the first gateway's calls are answered, then the other's, and what must come of it."""

    name: str
    first: tuple[Reply, ...]
    ends: str
    calls: tuple[int, int]
    other: tuple[Reply, ...] = (OK,)
    error_code: str | None = None


CASES = [
    Case("refused", (REFUSED,), "sent", (1, 1)),
    Case("refused by HTTP", (Reply(400, 400),), "sent", (1, 1)),
    Case("account refused", (NO_CREDIT,), "sent", (1, 1)),
    Case("away three times", (UNAVAILABLE,), "sent", (3, 1)),
    Case("away twice", (UNAVAILABLE, UNAVAILABLE, OK), "sent", (3, 0)),
    Case("no answer", (Reply(silent=True),), "unconfirmed", (1, 0)),
    Case("hangs up", (Reply(hang_up=True),), "unconfirmed", (1, 0)),
    Case("garbage", (Reply(200, 200, HTML),), "unconfirmed", (1, 0)),
    Case("garbage on a second try", (UNAVAILABLE, Reply(502, 502, HTML)), "unconfirmed", (2, 0)),
    Case("both refuse", (Reply(400, 400),), "failed", (1, 1), (REFUSED,), "511"),
    Case("the other is away a while", (REFUSED,), "sent", (1, 5), (*(UNAVAILABLE,) * 4, OK)),
    Case("the other does not answer", (REFUSED,), "unconfirmed", (1, 1), (Reply(silent=True),)),
]


@pytest.fixture
def other_vendor() -> Iterator[Vendor]:
    vendor = Vendor()
    yield vendor
    vendor.close()


@pytest.fixture
def both(open_service: OpenService, other_vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with two gateways, of which either is tried again soon."""
    monkeypatch.setattr(outcomes, "LONGEST_PAUSE_MS", 50)
    service = open_service(message_central_timeout=1.0)
    install_other(service, other_vendor)
    return service


def refused(code: str = "511") -> SendResult:
    return SendResult(Verdict.REFUSED, Fault.RECIPIENT, code, "It is refused.")


def finish(service: Service, tenant: Tenant, message_id: str, result: SendResult) -> None:
    ended = Finish((message_id,), tenant.connection_id, 0, result, 1_000, may_fall_back=True)
    with service.database.write() as connection:
        OutcomeWriter(service.endings).apply(connection, [ended])


def begun(service: Service, message_id: str, **values: object) -> None:
    change(service, message_id, status="sending", claimed_by=DEAD, begun_at=now_ms(), attempts=1, **values)


def test_what_is_known_not_to_have_gone_out_goes_by_the_other_and_nothing_else(
    both: Service, vendor: Vendor, other_vendor: Vendor
) -> None:
    ids = {}
    for index, case in enumerate(CASES):
        tenant, _ = add_pair(both, f"C-{index}")
        vendor.plan(case.name, *case.first)
        other_vendor.plan(case.name, *case.other)
        both.router._read_until = 0.0
        ids[case.name] = tenant.accept(number_of(index), case.name)
    with dispatching(both):
        wait_for_ends(both)
    found = {name: row(both, each) for name, each in ids.items()}
    assert {name: each["status"] for name, each in found.items()} == {case.name: case.ends for case in CASES}
    calls = {case.name: (len(vendor.calls_of(case.name)), len(other_vendor.calls_of(case.name))) for case in CASES}
    assert calls == {case.name: case.calls for case in CASES}
    assert max((vendor.taken + other_vendor.taken).values()) == 1
    assert found["both refuse"]["error_code"] == "511"
    assert found["refused"]["error_code"] is None
    assert {call.params["senderId"] for call in vendor.calls} == {"UTOMOB"}
    assert {call.params["senderId"] for call in other_vendor.calls} == {"OTHERS"}


def test_one_bad_number_of_a_hundred_goes_by_the_other_alone(
    both: Service, vendor: Vendor, other_vendor: Vendor
) -> None:
    tenant, other = add_pair(both)
    bad = number_of(37)[1:]
    vendor.script = lambda sms: REFUSED if bad in sms.numbers else OK
    ids = [each.id for each in tenant.accept_all([tenant.new(number_of(n), "sale") for n in range(100)])]
    with dispatching(both):
        assert wait_for_ends(both) == {"sent": 100}
    assert [call.numbers for call in other_vendor.calls] == [(bad,)]
    assert {row(both, each)["connection_id"] for each in ids} == {tenant.connection_id, other.connection_id}
    assert max((vendor.taken + other_vendor.taken).values()) == 1


def test_while_the_first_is_paused_what_waits_goes_by_the_other_and_one_asks(
    both: Service, vendor: Vendor, other_vendor: Vendor
) -> None:
    tenant, _ = add_pair(both)
    tenant.set(state="paused", reason="No credit.", retry_at=now_ms() + 60_000)
    tenant.accept_all([tenant.new(number_of(n), "sale") for n in range(30)])
    later = tenant.accept(number_of(99), "sale")
    change(both, later, next_attempt_at=now_ms() + 60_000)  # for its next try here; there it is new
    with dispatching(both):
        assert wait_for_ends(both) == {"sent": 31}
        assert vendor.calls == []
        tenant.set(retry_at=now_ms())
        probe = tenant.accept(number_of(100), "are you back")
        wait_for(lambda: status(both, probe) == "sent")
        wait_for(lambda: tenant.connection()["state"] == "active")
    assert len(vendor.calls) == 1
    assert set(other_vendor.taken.values()) == {1}


def test_while_the_first_is_held_what_waits_goes_by_the_other(
    both: Service, vendor: Vendor, other_vendor: Vendor
) -> None:
    tenant, _ = add_pair(both)
    vendor.script = lambda _: UNAVAILABLE
    tenant.accept_all([tenant.new(number_of(n), f"text {n}") for n in range(40)])
    with dispatching(both):
        assert wait_for_ends(both) == {"sent": 40}
    assert set(other_vendor.taken.values()) == {1}
    assert set(vendor.taken.values()) == {0}


def test_what_both_have_no_use_for_now_waits_at_the_second(both: Service, vendor: Vendor, other_vendor: Vendor) -> None:
    tenant, other = add_pair(both)
    vendor.script = other_vendor.script = lambda _: NO_CREDIT
    message = tenant.accept(number_of(1), "sale")
    with dispatching(both):
        wait_for(lambda: other.connection()["state"] == "paused" and status(both, message) == "queued")
    kept = row(both, message)
    assert (kept["connection_id"], kept["fallback_id"], kept["error_code"]) == (other.connection_id, None, "508")
    assert (len(vendor.calls), len(other_vendor.calls)) == (1, 1)


def test_while_both_are_paused_all_but_a_probe_stays_for_whichever_is_back_sooner(
    both: Service, vendor: Vendor, other_vendor: Vendor
) -> None:
    tenant, other = add_pair(both)
    later = now_ms() + 60_000
    for each in (tenant, other):
        each.set(state="paused", reason="No credit.", retry_at=later)
    ids = [each.id for each in tenant.accept_all([tenant.new(number_of(n), f"text {n}") for n in range(5)])]
    refused_here, asked_thrice, unwanted = ids[:3]
    for message in (refused_here, asked_thrice, unwanted):
        begun(both, message)
    change(both, asked_thrice, attempts=3)
    finish(both, tenant, refused_here, SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "508"))
    finish(both, tenant, asked_thrice, SendResult(Verdict.TRY_AGAIN, Fault.VENDOR, "503"))
    finish(both, tenant, unwanted, refused())  # by the first it can go no more

    def at_the_other() -> set[str]:
        return {each for each in ids if row(both, each)["connection_id"] == other.connection_id}

    def diverted() -> int:
        with both.database.write() as connection:
            return divert(connection, tenant.connection_id, now_ms())

    assert (diverted(), at_the_other()) == (0, {unwanted})
    other.set(retry_at=now_ms())
    assert diverted() == 0  # it has one to be probed by
    change(both, unwanted, status="canceled")
    assert (diverted(), diverted()) == (1, 0)
    tenant.set(state="active", retry_at=None)
    with dispatching(both):
        wait_for_ends(both)
    assert {len(vendor.calls), len(other_vendor.calls)} == {3, 1}


def test_a_kill_leaves_nothing_to_be_sent_twice(both: Service, vendor: Vendor, other_vendor: Vendor) -> None:
    tenant, other = add_pair(both)
    claimed, called, moved = (tenant.accept(number_of(n), f"text {n}") for n in range(3))
    with both.database.write() as connection:
        connection.execute(insert(dispatchers).values(id=DEAD, started_at=1, heartbeat_at=1))
    change(both, claimed, status="sending", claimed_by=DEAD)
    begun(both, called)
    begun(both, moved)
    finish(both, tenant, moved, refused())  # killed right after this was committed
    with both.database.write() as connection:
        Sweeper(both.endings, 60_000).sweep(connection, now_ms())
    with dispatching(both):
        assert wait_for_ends(both) == {"sent": 2, "unconfirmed": 1}
    assert status(both, called) == "unconfirmed"
    assert [call.text for call in vendor.calls] == ["text 0"]
    assert [call.text for call in other_vendor.calls] == ["text 2"]
    assert row(both, moved)["connection_id"] == other.connection_id


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.ACCOUNT_REFUSED, Verdict.TRY_AGAIN, Verdict.IN_DOUBT])
def test_an_end_that_is_recorded_twice_touches_nothing_at_the_other(both: Service, verdict: Verdict) -> None:
    tenant, other = add_pair(both)
    message = tenant.accept(number_of(1), "sale")
    begun(both, message, connection_id=other.connection_id, fallback_id=None)  # by now the other is sending it
    finish(both, tenant, message, SendResult(verdict, Fault.VENDOR, "x"))
    assert status(both, message) == "sending"


def test_past_its_validity_a_refused_message_is_refused(both: Service) -> None:
    tenant, _ = add_pair(both)
    message = tenant.accept(number_of(1), "sale")
    expires_at = row(both, message)["expires_at"]
    begun(both, message, expires_at=now_ms())
    finish(both, tenant, message, refused())
    assert (status(both, message), row(both, message)["error_code"]) == ("failed", "511")
    in_time = tenant.accept(number_of(2), "sale")
    begun(both, in_time)
    finish(both, tenant, in_time, refused())
    kept = row(both, in_time)
    assert kept["status"] == "queued"
    assert expires_at <= kept["expires_at"] == kept["deadline_at"] <= expires_at + 60_000


def test_opt_outs_and_the_day_s_limit_count_at_the_other_as_well(open_service: OpenService, vendor: Vendor) -> None:
    service = open_service(daily_limit=2)
    other_vendor = Vendor()
    install_other(service, other_vendor)
    tenant, _ = add_pair(service)
    gone = tenant.accept(number_of(9), "sale")
    begun(service, gone)
    finish(service, tenant, gone, refused())
    with service.database.write() as connection:
        opt_outs.add(connection, service.secrets, tenant.account_id, number_of(9)[1:], opt_outs.Scope.ALL, "tests")
    vendor.script = lambda _: REFUSED
    with dispatching(service):
        wait_for(lambda: status(service, gone) == "suppressed")
        for n in range(3):
            tenant.accept(number_of(n), f"text {n}")
        wait_for(lambda: len(other_vendor.calls) == 2)
    with service.database.read() as connection:
        kept = [dict(each) for each in connection.exec_driver_sql("SELECT status FROM messages").mappings()]
    assert sorted(each["status"] for each in kept) == ["scheduled", "sent", "sent", "suppressed"]
    assert set(other_vendor.taken.values()) == {1}
    other_vendor.close()


def test_receipts_of_one_gateway_never_move_what_the_other_carried(both: Service, other_vendor: Vendor) -> None:
    tenant, _ = add_pair(both)
    message = tenant.accept(number_of(1), "sale")
    begun(both, message)
    finish(both, tenant, message, refused())
    with dispatching(both):
        wait_for_ends(both)
    transaction = str(row(both, message)["transaction_id"])

    def arrives(gateway: str, vendor_id: str | None) -> None:
        number = number_of(1)[1:]
        both.receipts.run(
            [Receipt(gateway, None, vendor_id, number, "DELIVRD", Status.DELIVERED, None, None, "{}", now_ms())]
        )

    for vendor_id in (transaction, "another", None):
        arrives("message-central", vendor_id)
        assert status(both, message) == "sent"
    arrives("other", None)
    assert status(both, message) == "delivered"


def test_the_same_id_of_two_accounts_is_told_apart_or_left_alone(both: Service) -> None:
    one, two = add_tenant(both, "C-1"), add_tenant(both, "C-2")
    same = {"status": "sent", "transaction_id": "7", "begun_at": now_ms() - 1_000}
    first, second = one.accept(number_of(1), "a"), two.accept(number_of(1), "b")
    for each in (first, second):
        change(both, each, **same)

    def arrives(account_id: int | None) -> None:
        number = number_of(1)[1:]
        both.receipts.run(
            [
                Receipt(
                    "message-central", account_id, "7", number, "DELIVRD", Status.DELIVERED, None, None, "{}", now_ms()
                )
            ]
        )

    arrives(None)
    assert {status(both, first), status(both, second)} == {"sent"}
    arrives(two.account_id)
    assert (status(both, first), status(both, second)) == ("sent", "delivered")
    arrives(None)  # which of the two it is, nobody can tell
    assert status(both, first) == "sent"


def test_what_was_routed_to_the_other_falls_back_to_the_first(
    both: Service, vendor: Vendor, other_vendor: Vendor
) -> None:
    tenant = add_tenant(both)
    connect_other(tenant)
    route(tenant, "9198", "other", "message-central")
    other_vendor.script = lambda _: REFUSED
    tenant.accept(number_of(1), "sale")
    with dispatching(both):
        assert wait_for_ends(both) == {"sent": 1}
    assert [call.params["senderId"] for call in vendor.calls] == ["UTOMOB"]


def test_a_vendor_with_a_name_of_its_own_is_told_no_other_s_default(both: Service) -> None:
    tenant = add_tenant(both)
    connect_other(tenant, "smsc", sender_id=None)
    route(tenant, "", "message-central", "smsc")
    usual, asked = tenant.accept(number_of(1), "sale"), tenant.accept(number_of(2), "sale", sender_id="BRAND")
    for each in (usual, asked):
        begun(both, each)
        finish(both, tenant, each, refused())
    assert (row(both, usual)["sender_id"], row(both, asked)["sender_id"]) == ("", "BRAND")
