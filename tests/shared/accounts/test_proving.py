"""Messages that wait on credentials nobody has vouched for: sent once proven, failed once refused, never mixed up."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from connectors.sandbox.options import Outage
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.serving.worker import House
from connectors.shared.accounts import api_keys, door, proving, store
from connectors.shared.accounts.store import Login
from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.clock import now_ms
from connectors.shared.messages.tables import messages
from tests.clevertap.customer import (
    Customer,
    accepted,
    customer_of,
    dispatching,
    known_customer,
    ledger,
    refused,
    vendor_of,
)


@pytest.fixture
def vendor(service: Service) -> Iterator[SandboxServer]:
    with vendor_of(service) as running:
        yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "FIRST_PAUSE_MS", 50)
    monkeypatch.setattr(door, "REMEMBERED_SECONDS", 0.0)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in 15 seconds"
        time.sleep(0.02)


def statuses(service: Service) -> list[str]:
    return [row["status"] for row in ledger(service)]


def states(service: Service) -> dict[str, int]:
    with service.database.read() as connection:
        found = list(connection.scalars(select(connections.c.state)))
    return {state: found.count(state) for state in found}


def test_what_waits_is_sent_once_the_vendor_is_back(service: Service, vendor: SandboxServer) -> None:
    vendor.settings(outage=Outage.UNAVAILABLE)
    customer = customer_of(service)
    first = accepted(customer.send())
    assert accepted(customer.send()) == first
    with dispatching(service):
        assert statuses(service) == ["queued"]
        vendor.settings(outage=None)
        vendor.wait_for(lambda server: len(server.messages()) == 1)
        wait_for(lambda: statuses(service) == ["sent"])
    assert accepted(customer.send()) == first
    with service.database.read() as connection:
        assert store.require_account(connection, "C-1")[1] == "C-1"


def test_what_waits_on_a_wrong_password_fails_and_nothing_is_sent(service: Service, vendor: SandboxServer) -> None:
    right = known_customer(service)
    accepted(right.send(mid="right"))
    vendor.settings(outage=Outage.SERVER_ERROR)
    stranger = customer_of(service, password="a guess")
    accepted(stranger.send(mid="stranger", messageText="from a stranger"))
    with dispatching(service):
        vendor.settings(outage=None)
        wait_for(lambda: sorted(statuses(service)) == ["failed", "sent"])
    failed = next(row for row in ledger(service) if row["status"] == "failed")
    assert "customer id" in failed["error_message"]
    assert [message.text for message in vendor.messages()] == ["Your order is on its way"]
    refused(stranger.send(mid="again"), 401, 501)
    assert states(service) == {"active": 1, "refused": 1}


def test_a_customer_never_sees_what_a_stranger_sent_in_its_name(service: Service, vendor: SandboxServer) -> None:
    customer = known_customer(service)
    vendor.settings(outage=Outage.UNAVAILABLE)
    mine = accepted(customer.send())
    theirs = accepted(customer_of(service, password="a guess").send())
    assert mine != theirs
    with service.database.write() as connection:
        key = api_keys.create(connection, store.require_account(connection, "C-1")[0])
    headers = {"Authorization": f"Bearer {key}"}
    listed = customer.client.get("/api/v1/messages", headers=headers).get_json()["items"]
    assert [item["id"] for item in listed] == [mine]
    assert customer.client.get(f"/api/v1/messages/{theirs}", headers=headers).status_code == 404


def test_a_changed_password_takes_what_waits_along(service: Service, vendor: SandboxServer) -> None:
    customer = known_customer(service, country_code="91", sender_id="UTOMOB")
    kept = accepted(customer.send(mid="a"))
    vendor.settings(outage=Outage.UNAVAILABLE, accounts={"C-1": "new"})
    changed = customer_of(service, password="new")
    # The same message came with both passwords: one SMS. The number is national, the sender id the account's.
    accepted(changed.send(mid="a"))
    accepted(changed.send(mid="b", mobileNumber="9816111112", senderId=None))
    vendor.settings(outage=None)
    with dispatching(service):
        vendor.wait_for(lambda server: len(server.messages()) == 2)
        wait_for(lambda: sorted(statuses(service)) == ["canceled", "sent", "sent"])
    assert len(vendor.messages()) == 2
    assert {row["account_id"] for row in ledger(service)} == {ledger(service)[0]["account_id"]}
    assert next(row for row in ledger(service) if row["id"] == kept)["status"] == "sent"
    refused(customer_of(service).send(mid="c"), 401, 501)


def test_what_was_accepted_just_as_its_connection_was_judged_is_settled(
    service: Service, vendor: SandboxServer
) -> None:
    vendor.settings(outage=Outage.UNAVAILABLE)
    guess, late = customer_of(service, password="a guess"), customer_of(service)
    accepted(guess.send(mid="guess"))
    accepted(late.send(mid="early"))
    known_customer(service)
    vendor.settings(outage=None)
    house = House(service)
    wait_for(lambda: prove(house, service) == {"active": 1, "refused": 1, "merged": 1})
    # As another process would that had them in its memory.
    move_back(service, "guess", "refused")
    move_back(service, "early", "merged")
    house.settle()
    house.close()
    rows = {row["external_id"]: row for row in ledger(service)}
    assert rows["guess"]["status"] == "failed"
    assert rows["early"]["status"] == "queued"
    with service.database.read() as connection:
        assert rows["early"]["account_id"] == store.require_account(connection, "C-1")[0]


def prove(house: House, service: Service) -> dict[str, int]:
    house.prove()
    return states(service)


def move_back(service: Service, mid: str, state: str) -> None:
    with service.database.write() as connection:
        row = connection.execute(select(connections).where(connections.c.state == state)).mappings().one()
        connection.execute(
            messages.update()
            .where(messages.c.external_id == mid)
            .values(status="queued", connection_id=row["id"], account_id=row["account_id"], finished_at=None)
        )


def test_guesses_are_forgotten_after_an_hour(service: Service, vendor: SandboxServer) -> None:
    refused(customer_of(service, password="a guess").send(), 401, 501)
    vendor.settings(accounts={"C-1": "other"})
    with service.database.write() as connection:
        proving.settle_leftovers(connection, service.endings, now_ms())
        assert connection.scalar(select(accounts.c.id)) is not None
        proving.settle_leftovers(connection, service.endings, now_ms() + proving.KEPT_MS + 1_000)
        assert connection.scalar(select(accounts.c.id)) is None
        assert connection.scalar(select(connections.c.id)) is None


def test_one_process_tries_at_a_time(service: Service) -> None:
    moment = now_ms()
    with service.database.write() as connection:
        login = Login("C-1", "x")
        connection_id = proving.keep_unproven(connection, service.secrets, login)
        assert proving.keep_unproven(connection, service.secrets, login) == connection_id
        assert proving.lease(connection, connection_id, moment)
        assert not proving.lease(connection, connection_id, moment)
        assert proving.due_for_proof(connection, moment, 10) == []
        assert proving.due_for_proof(connection, moment + proving.LEASE_MS, 10) == [connection_id]
        assert proving.lease(connection, connection_id, moment + proving.LEASE_MS)


def test_a_proof_that_fails_is_tried_ever_more_rarely(service: Service) -> None:
    with service.database.write() as connection:
        connection_id = proving.keep_unproven(connection, service.secrets, Login("C-1", "x"))
        pauses = []
        for _ in range(14):
            proving.postpone_proof(connection, connection_id, 0)
            pauses.append(connection.scalar(select(connections.c.retry_at)))
    assert pauses[:3] == [50, 100, 200]
    assert pauses[-1] == proving.LONGEST_PAUSE_MS


def test_the_first_contact_over_the_endpoint(service: Service, vendor: SandboxServer) -> None:
    refused(customer_of(service, password="wrong").send(), 401, 501)
    refused(Customer(customer_of(service).client, "C-NOBODY").send(), 401, 501)
    with dispatching(service):
        accepted(customer_of(service).send())
        vendor.wait_for(lambda server: len(server.messages()) == 1)
