"""The gateway with its tokens, against a vendor on a real socket."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.shared.gateways.base import Outgoing, Recipient, SendResult, Verdict
from tests.shared.messages.conftest import OpenService, open_service, sending, tenant, vendor
from tests.shared.messages.tenants import Tenant, dispatching, number_of, row, status, wait_for
from tests.shared.messages.vendor import Reply, Vendor

__all__ = ["open_service", "sending", "tenant", "vendor"]

OUTGOING = Outgoing("sale", "UTOMOB", "SMS", "TRANSACTION", None, None)
TO = [Recipient("91", "9816111111")]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def send(tenant: Tenant) -> SendResult:
    return tenant.service.message_central.send(tenant.connection_id, OUTGOING, TO)


def test_threads_share_one_mint(tenant: Tenant, vendor: Vendor, pool: ThreadPoolExecutor) -> None:
    vendor.mint = lambda _: Reply(delay=0.1)
    results = list(pool.map(lambda _: send(tenant), range(32)))
    assert {result.verdict for result in results} == {Verdict.ACCEPTED}
    assert len(vendor.mints) == 1


def test_processes_share_a_token(tenant: Tenant, vendor: Vendor, open_service: OpenService) -> None:
    send(tenant)
    other = open_service()
    assert other.message_central.send(tenant.connection_id, OUTGOING, TO).verdict is Verdict.ACCEPTED
    assert len(vendor.mints) == 1


def test_an_expired_token_is_minted_once_by_all(tenant: Tenant, vendor: Vendor, pool: ThreadPoolExecutor) -> None:
    send(tenant)
    vendor.revoked.add("token-1")
    results = list(pool.map(lambda _: send(tenant), range(32)))
    assert {result.verdict for result in results} == {Verdict.ACCEPTED}
    assert len(vendor.mints) == 2


def test_threads_share_the_failure_of_a_mint(tenant: Tenant, vendor: Vendor, pool: ThreadPoolExecutor) -> None:
    """A vendor that does not answer would else hold one after the other for a whole timeout."""
    vendor.mint = lambda _: Reply(503, 503, delay=0.3)
    results = list(pool.map(lambda _: send(tenant), range(16)))
    assert {result.verdict for result in results} == {Verdict.TRY_AGAIN}
    assert len(vendor.mints) <= 3
    vendor.mint = lambda _: Reply()
    assert send(tenant).verdict is Verdict.ACCEPTED


def test_a_wrong_password_is_the_accounts_fault_and_sends_nothing(tenant: Tenant, vendor: Vendor) -> None:
    vendor.mint = lambda _: Reply(501)
    assert send(tenant).verdict is Verdict.ACCOUNT_REFUSED
    assert not vendor.calls


def test_a_removed_connection_is_told_at_once(tenant: Tenant) -> None:
    result = tenant.service.message_central.prove(tenant.connection_id + 1_000)
    assert result.verdict is Verdict.ACCOUNT_REFUSED


@pytest.mark.parametrize("length", [64, 65, 128])
def test_a_long_id_of_the_vendors_keeps_no_message_from_being_sent(tenant: Tenant, vendor: Vendor, length: int) -> None:
    body = b'{"responseCode": 200, "message": "SUCCESS", "data": {"transactionId": "%s"}}' % (b"x" * length)
    vendor.script = lambda _: Reply(body=body, taken=True)
    message_id = tenant.accept(number_of(1), "sale")
    with dispatching(tenant.service):
        wait_for(lambda: status(tenant.service, message_id) == "sent")
    assert row(tenant.service, message_id)["transaction_id"] == ("x" * 64 if length == 64 else None)
