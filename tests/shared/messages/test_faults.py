"""What a vendor can do wrong: where its messages end, and how often they went out."""

from dataclasses import dataclass

import pytest

from connectors.service import Service
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
from tests.shared.messages.vendor import HTML, OK, UNAVAILABLE, Reply, Sms, Vendor


@dataclass(frozen=True)
class Fault:
    """How calls are answered, one after the other, and what must come of it."""

    name: str
    replies: tuple[Reply, ...]
    ends: str
    calls: int
    recipients: int = 1
    error_code: str | None = None


FAULTS = [
    Fault("503, then fine", (UNAVAILABLE, OK), "sent", 2),
    Fault("503 in the envelope of a 200", (Reply(503), OK), "sent", 2),
    Fault("429 with Retry-After", (Reply(429, 429, headers=(("Retry-After", "2"),)), OK), "sent", 2),
    Fault("500 envelope for one", (Reply(500, 500), OK), "sent", 2),
    Fault("500 for many", (Reply(500, 500), OK), "unconfirmed", 1, recipients=3),
    Fault("503 for many, then fine", (UNAVAILABLE, OK), "sent", 2, recipients=3),
    Fault("HTML 502", (Reply(502, 502, HTML), OK), "unconfirmed", 1),
    Fault("HTML 500", (Reply(500, 500, HTML), OK), "unconfirmed", 1),
    Fault("HTML 503", (Reply(503, 503, HTML), OK), "sent", 2),
    Fault("HTML 200", (Reply(200, 200, HTML), OK), "unconfirmed", 1),
    Fault("empty 200", (Reply(200, 200, b""), OK), "unconfirmed", 1),
    Fault("half an answer", (Reply(200, 200, b'{"responseCode": 200'), OK), "unconfirmed", 1),
    Fault("closed without an answer", (Reply(hang_up=True), OK), "unconfirmed", 1),
    Fault("closed without an answer to many", (Reply(hang_up=True), OK), "unconfirmed", 1, recipients=3),
    Fault("no answer in time", (Reply(silent=True), OK), "unconfirmed", 1),
    Fault("refused", (Reply(400, 400), OK), "failed", 1, error_code="400"),
    Fault("refused in a 200", (Reply(511), OK), "failed", 1, error_code="511"),
    Fault("409 at first", (Reply(409, 409), OK), "failed", 1, error_code="409"),
    Fault("506 at first", (Reply(506), OK), "failed", 1, error_code="506"),
    Fault("409 on a second try", (UNAVAILABLE, Reply(409, 409), OK), "unconfirmed", 2, error_code="409"),
    Fault("506 on a second try", (UNAVAILABLE, Reply(506), OK), "unconfirmed", 2, error_code="506"),
    Fault("506 to many on a second try", (UNAVAILABLE, Reply(506), OK), "unconfirmed", 2, recipients=3),
    Fault("redirected", (Reply(302, 302, b"", (("Location", "http://127.0.0.1:9/"),)), OK), "unconfirmed", 1),
]


def accept_for(service: Service, vendor: Vendor, faults: list[Fault]) -> dict[str, list[str]]:
    accepted: dict[str, list[str]] = {}
    for index, fault in enumerate(faults):
        tenant = add_tenant(service, f"C-{index}")
        vendor.plan(fault.name, *fault.replies)
        new = [tenant.new(number_of(index * 10 + n), fault.name) for n in range(fault.recipients)]
        accepted[fault.name] = [answer.id for answer in tenant.accept_all(new)]
    return accepted


def test_each_fault_ends_where_it_must_and_nothing_goes_out_twice(open_service: OpenService, vendor: Vendor) -> None:
    service = open_service(message_central_timeout=1.0)
    accepted = accept_for(service, vendor, FAULTS)
    with dispatching(service):
        wait_for_ends(service)
    found = {name: {status(service, each) for each in ids} for name, ids in accepted.items()}
    assert found == {fault.name: {fault.ends} for fault in FAULTS}
    assert {fault.name: len(vendor.calls_of(fault.name)) for fault in FAULTS} == {f.name: f.calls for f in FAULTS}
    assert max(vendor.taken.values()) == 1
    codes = {name: row(service, ids[0])["error_code"] for name, ids in accepted.items()}
    assert {f.name: codes[f.name] for f in FAULTS if f.error_code} == {
        f.name: f.error_code for f in FAULTS if f.error_code
    }
    assert all(row(service, accepted[f.name][0])["error_code"] is None for f in FAULTS if f.ends == "sent")


def test_the_pause_that_the_vendor_asks_for_is_kept(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    vendor.plan("slow down", Reply(429, 429, headers=(("Retry-After", "3"),)), OK)
    tenant.accept(number_of(1), "slow down")
    with dispatching(sending):
        wait_for(lambda: len(vendor.calls) == 2)
    assert vendor.calls[1].at - vendor.calls[0].at >= 2.9


def test_a_vendor_that_is_gone_is_noticed_when_it_is_back(open_service: OpenService, vendor: Vendor) -> None:
    port = vendor.port
    vendor.close()
    service = open_service()
    tenant = add_tenant(service, bulk=False)
    ids = [answer.id for answer in tenant.accept_all([tenant.new(number_of(n), f"{n}") for n in range(20)])]
    with dispatching(service):
        wait_for(lambda: any(row(service, each)["attempts"] for each in ids))
        back = Vendor(port)
        try:
            assert wait_for_ends(service, 30.0) == {"sent": 20}
        finally:
            back.close()
    assert set(back.taken.values()) == {1}


def test_an_expired_token_is_minted_anew_and_the_message_sent_once(
    sending: Service, tenant: Tenant, vendor: Vendor
) -> None:
    first = tenant.accept(number_of(1), "one")
    with dispatching(sending):
        wait_for(lambda: status(sending, first) == "sent")
        vendor.revoked.add("token-1")
        ids = [tenant.accept(number_of(n), f"text {n}") for n in range(2, 12)]
        wait_for(lambda: all(status(sending, each) == "sent" for each in ids))
    assert len(vendor.mints) == 2
    assert set(vendor.taken.values()) == {1}


@pytest.mark.parametrize("code", [401, 501, 508, 800, 805])
def test_a_refused_account_is_paused_probed_and_goes_on(
    sending: Service, tenant: Tenant, vendor: Vendor, code: int
) -> None:
    vendor.script = lambda _: Reply(code, 401 if code == 401 else 400)
    ids = [tenant.accept(number_of(n), f"text {n}") for n in range(5)]
    with dispatching(sending):
        wait_for(lambda: tenant.connection()["state"] == "paused")
        wait_for(lambda: statuses(sending) == {"queued": 5})
        paused = tenant.connection()
        assert paused["reason_code"] == str(code)
        assert paused["reason"]
        before = len(vendor.calls)
        tenant.set(retry_at=0)  # the pause is over
        wait_for(lambda: tenant.connection()["failures"] == 2)
        wait_for(lambda: statuses(sending) == {"queued": 5})
        assert len(vendor.calls) - before == (2 if code == 401 else 1)
        assert tenant.connection()["retry_at"] - paused["retry_at"] > 4_000
        vendor.script = lambda _: OK
        tenant.set(retry_at=0)
        wait_for(lambda: all(status(sending, each) == "sent" for each in ids))
        assert tenant.connection()["state"] == "active"
        assert tenant.connection()["reason"] is None
    assert set(vendor.taken.values()) == {1}


@pytest.mark.parametrize("code", [400, 511, 409, 506])
def test_one_bad_recipient_is_found_and_the_others_are_sent_once(
    sending: Service, tenant: Tenant, vendor: Vendor, code: int
) -> None:
    bad = {number_of(3)[1:], number_of(17)[1:]}
    vendor.script = lambda sms: Reply(code, 400) if bad & set(sms.numbers) else OK
    tenant.accept_all([tenant.new(number_of(n), "sale") for n in range(30)])
    with dispatching(sending):
        assert wait_for_ends(sending) == {"sent": 28, "failed": 2}
    assert vendor.calls[0].many
    assert {number: vendor.taken[number, "sale"] for number in bad} == dict.fromkeys(bad, 0)
    assert all(times == 1 for (number, _), times in vendor.taken.items() if number not in bad)


def test_a_vendor_silent_at_the_token_neither_doubts_nor_hangs(open_service: OpenService, vendor: Vendor) -> None:
    service = open_service(message_central_timeout=1.0)
    tenant = add_tenant(service, bulk=False)
    vendor.mint = lambda _: Reply(silent=True)
    tenant.accept_all([tenant.new(number_of(n), f"text {n}") for n in range(30)])
    with dispatching(service):
        wait_for(lambda: statuses(service)["queued"] == 30 and len(vendor.mints) > 0, 8.0)
        assert len(vendor.mints) < 8
        vendor.mint = lambda _: OK
        assert wait_for_ends(service, 30.0) == {"sent": 30}
    assert set(vendor.taken.values()) == {1}


def test_a_vendor_that_says_no_number_twice_hears_none_twice(open_service: OpenService, vendor: Vendor) -> None:
    """Ten messages in one account fail in turn in every way at once, and each number is taken at most once."""
    service = open_service(message_central_timeout=1.0)
    tenant = add_tenant(service)
    ways = [UNAVAILABLE, Reply(429, 429), Reply(500, 500), Reply(hang_up=True, taken=True), OK]

    def script(sms: Sms) -> Reply:
        return ways[len(vendor.calls) % len(ways)]

    vendor.script = script
    tenant.accept_all([tenant.new(number_of(n), f"text {n % 5}") for n in range(20)])
    with dispatching(service):
        assert set(wait_for_ends(service, 40.0)) <= {"sent", "unconfirmed"}
    assert max(vendor.taken.values()) == 1
