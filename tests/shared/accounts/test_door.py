"""Who may come in: first contacts, wrong passwords, guesses, a vendor that is away, and keys that rotate."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from connectors.sandbox.options import Outage
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.accounts import door, store
from connectors.shared.accounts.door import LONGEST_WAIT_SECONDS, TooManyGuesses, WrongPassword
from connectors.shared.accounts.guesses import BURST, REPEATS
from connectors.shared.accounts.senders import Sender
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import Defaults, Login, add_account, update_account
from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.messages import retention
from tests.clevertap.customer import PASSWORD, behind, vendor_of
from tests.shared.messages.tenants import wait_for

RIGHT = Login("C-1", PASSWORD)
WRONG = Login("C-1", "wrong")


@pytest.fixture
def vendor(service: Service) -> Iterator[SandboxServer]:
    with vendor_of(service) as running:
        yield running


@contextmanager
def another_process(service: Service) -> Iterator[Service]:
    """Give a second service on the same database, with nothing in its memory."""
    other = Service(dataclasses.replace(read_settings(), message_central_url=service.settings.message_central_url))
    try:
        yield other
    finally:
        other.close()


def tokens(vendor: SandboxServer) -> int:
    return int(vendor.stats()["calls_by_kind"]["token"])


def states(service: Service) -> list[str]:
    with service.database.read() as connection:
        return list(connection.scalars(select(connections.c.state).order_by(connections.c.id)))


def customer_ids(service: Service) -> list[str | None]:
    with service.database.read() as connection:
        return list(connection.scalars(select(accounts.c.customer_id).order_by(accounts.c.id)))


def add(service: Service, login: Login = RIGHT, **defaults: Any) -> int:
    with service.database.write() as connection:
        return add_account(connection, service.secrets, login, Defaults(**defaults))


def outcome(enter: Callable[[Login], Sender], login: Login) -> str:
    try:
        return str(enter(login).state)
    except (WrongPassword, TooManyGuesses) as error:
        return type(error).__name__


def test_an_unknown_customer_is_proven_once_and_remembered_sealed(service: Service, vendor: SandboxServer) -> None:
    first = service.door.enter(Login("C-1", PASSWORD, "ann@example.com"))
    assert first.state is ConnectionState.ACTIVE
    with another_process(service) as other:
        assert other.door.enter(RIGHT).connection_id == first.connection_id
    assert tokens(vendor) == 1
    assert customer_ids(service) == ["C-1"]
    with service.database.read() as connection:
        row = connection.execute(select(connections)).mappings().one()
    assert row["email"] == "ann@example.com"
    assert row["proven_at"] is not None
    assert not [
        value for value in row.values() if PASSWORD in str(value) or PASSWORD.encode() in bytes(str(value), "utf-8")
    ]


@pytest.mark.parametrize("login", [RIGHT, WRONG])
def test_fifty_first_requests_share_one_attempt(service: Service, vendor: SandboxServer, login: Login) -> None:
    with another_process(service) as other, ThreadPoolExecutor(50) as pool:
        doors = [service.door, other.door]
        found = list(pool.map(lambda index: outcome(doors[index % 2].enter, login), range(50)))
    # A refused password is asked about a few times more by each process: it may have become right.
    assert tokens(vendor) == 1 if login is RIGHT else tokens(vendor) <= 2 * (1 + REPEATS)
    # Where the machine is slow some are let in before the answer is there: kept, and turned away by nobody.
    assert set(found) - {"unproven"} == {"active" if login is RIGHT else "WrongPassword"}
    assert customer_ids(service) == (["C-1"] if login is RIGHT else [None])


@pytest.mark.parametrize("password", ["पासवर्ड é 👩‍👧", "+ &=%/?#", "p" * 1_000])
def test_a_password_may_be_any_text(service: Service, vendor: SandboxServer, password: str) -> None:
    vendor.settings(accounts={"C-1": password})
    assert service.door.enter(Login("C-1", password)).state is ConnectionState.ACTIVE
    with another_process(service) as other:
        other.door.enter(Login("C-1", password))
    assert tokens(vendor) == 1


@pytest.mark.usefixtures("vendor")
def test_a_wrong_password_changes_nothing_for_the_right_one(service: Service) -> None:
    own = service.door.enter(RIGHT)
    with pytest.raises(WrongPassword):
        service.door.enter(WRONG)
    assert service.door.enter(RIGHT) == own
    assert states(service) == ["active", "refused"]


def test_a_new_password_that_the_vendor_accepts_replaces_the_stored_one(
    service: Service, vendor: SandboxServer
) -> None:
    add(service, sender_id="UTOMOB", country_code="91")
    own = service.door.enter(RIGHT)
    vendor.settings(accounts={"C-1": "new"})
    changed = service.door.enter(Login("C-1", "new"))
    assert (changed.connection_id, changed.sender_id, changed.country_code) == (own.connection_id, "UTOMOB", "91")
    with another_process(service) as other, pytest.raises(WrongPassword):
        other.door.enter(RIGHT)
    assert service.door.enter(Login("C-1", "new")).connection_id == own.connection_id
    with service.database.read() as connection:
        assert store.read_login(connection, service.secrets, own.connection_id)[0].password == "new"


def test_a_refused_password_may_become_right(service: Service, vendor: SandboxServer) -> None:
    with pytest.raises(WrongPassword):
        service.door.enter(WRONG)
    vendor.settings(accounts={"C-1": WRONG.password})
    assert service.door.enter(WRONG).state is ConnectionState.ACTIVE


def test_the_same_wrong_password_again_and_again_asks_the_vendor_little(
    service: Service, vendor: SandboxServer
) -> None:
    assert {outcome(service.door.enter, WRONG) for _ in range(50)} == {"WrongPassword"}
    assert tokens(vendor) == 1 + REPEATS
    assert outcome(service.door.enter, RIGHT) == "active"


@pytest.mark.parametrize("known", [True, False])
def test_guesses_are_throttled_and_the_right_password_is_not(
    service: Service, vendor: SandboxServer, known: bool
) -> None:
    if known:
        add(service)
    with ThreadPoolExecutor(8) as pool:
        logins = [Login("C-1", f"guess {index}") for index in range(60)]
        found = list(pool.map(lambda login: outcome(service.door.enter, login), logins))
        if known:
            began = time.monotonic()
            assert outcome(service.door.enter, RIGHT) == "active"
            assert time.monotonic() - began < LONGEST_WAIT_SECONDS
    assert {"TooManyGuesses", "WrongPassword"} <= set(found)
    # Where every seat is taken, one that there is budget for is kept all the same: it may be the right one.
    assert found.count("active") == 0
    assert found.count("unproven") <= 5
    assert tokens(vendor) < BURST + 10
    # A stranger's right password is a guess, too, until there is room for another.
    wait_for(lambda: outcome(service.door.enter, RIGHT) == "active", 60)


def test_a_guess_is_nobodys_until_it_is_proven(service: Service, vendor: SandboxServer) -> None:
    own = add(service)
    vendor.settings(outage=Outage.UNAVAILABLE)
    stranger = service.door.enter(WRONG)
    assert stranger.state is ConnectionState.UNPROVEN
    assert stranger.account_id != own
    assert service.door.enter(RIGHT).account_id == own
    assert customer_ids(service) == ["C-1", None]


@pytest.mark.parametrize(
    "outage", [Outage.UNAVAILABLE, Outage.SERVER_ERROR, Outage.THROTTLED, Outage.HTML, Outage.CLOSE]
)
def test_a_vendor_that_is_unwell_loses_no_message(service: Service, vendor: SandboxServer, outage: Outage) -> None:
    vendor.settings(outage=outage)
    first = service.door.enter(RIGHT)
    assert first.state is ConnectionState.UNPROVEN
    assert service.door.enter(RIGHT).connection_id == first.connection_id
    assert tokens(vendor) == 1
    assert customer_ids(service) == [None]


def test_a_vendor_that_is_not_there_is_not_waited_for(service: Service) -> None:
    behind(service, "http://127.0.0.1:9")
    began = time.monotonic()
    assert service.door.enter(RIGHT).state is ConnectionState.UNPROVEN
    assert time.monotonic() - began < LONGEST_WAIT_SECONDS


def test_a_vendor_that_hangs_is_waited_for_three_seconds_by_few_and_others_pass(
    service: Service, vendor: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(service)
    service.door.enter(RIGHT)
    vendor.settings(outage=Outage.TIMEOUT)
    with ThreadPoolExecutor(12) as pool:
        strangers = [pool.submit(outcome, service.door.enter, Login(f"S-{index}", "x")) for index in range(4)]
        followers = [pool.submit(outcome, service.door.enter, Login("S-0", "x")) for _ in range(4)]
        slowest = 0.0
        while not all(future.done() for future in strangers):
            asked = time.monotonic()
            assert outcome(service.door.enter, RIGHT) == "active"
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.02)
    # Nobody else waited as long as those who wait for the vendor.
    assert slowest < LONGEST_WAIT_SECONDS / 2
    assert {future.result() for future in strangers + followers} == {"unproven"}


def test_what_waits_gets_the_customers_own_defaults(service: Service) -> None:
    add(service, sender_id="UTOMOB", country_code="91", message_type="PROMOTIONAL", entity_id="E")
    behind(service, "http://127.0.0.1:9")
    waiting = service.door.enter(Login("C-1", "changed at the vendor"))
    assert waiting.state is ConnectionState.UNPROVEN
    assert (waiting.sender_id, waiting.country_code, waiting.message_type, waiting.entity_id) == (
        "UTOMOB",
        "91",
        "PROMOTIONAL",
        "E",
    )


def test_the_customers_own_connection_comes_before_the_same_password_unproven(service: Service) -> None:
    behind(service, "http://127.0.0.1:9")
    waiting = service.door.enter(RIGHT)
    own = add(service)
    with another_process(service) as other:
        assert other.door.enter(RIGHT).account_id == own != waiting.account_id


def test_a_paused_account_still_comes_in(service: Service) -> None:
    add(service)
    with service.database.write() as connection:
        connection.execute(connections.update().values(state="paused"))
    assert service.door.enter(RIGHT).state is ConnectionState.PAUSED


def test_what_a_command_changes_is_seen_within_a_second(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "REMEMBERED_SECONDS", 0.05)
    add(service)
    service.door.enter(RIGHT)
    with service.database.write() as connection:
        update_account(connection, service.secrets, "C-1", {"sender_id": "NEW"}, None)
    deadline = time.monotonic() + 2
    while service.door.enter(RIGHT).sender_id != "NEW":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_removed_account_is_proven_anew(
    service: Service, vendor: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "REMEMBERED_SECONDS", 0.0)
    account_id = add(service)
    service.door.enter(RIGHT)
    retention.remove_account(service.database, service.forgetting, account_id)
    with pytest.raises(WrongPassword):
        service.door.enter(WRONG)
    assert service.door.enter(RIGHT).state is ConnectionState.ACTIVE
    assert tokens(vendor) == 2


def test_keys_rotate_without_anybody_noticing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    add(service)
    behind(service, "http://127.0.0.1:9")
    service.door.enter(WRONG)
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a new key,a key for tests")
    with another_process(service) as rotated:
        own = rotated.door.enter(RIGHT)
        assert own.state is ConnectionState.ACTIVE
        assert rotated.door.enter(WRONG).state is ConnectionState.UNPROVEN
        with rotated.database.read() as connection:
            assert store.read_login(connection, rotated.secrets, own.connection_id)[0].password == PASSWORD
    assert len(states(service)) == 2


def test_a_key_that_was_lost_lets_the_right_password_in_again(
    service: Service, vendor: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(service)
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "another key")
    with another_process(service) as other:
        assert other.door.enter(RIGHT).state is ConnectionState.ACTIVE
        with pytest.raises(WrongPassword):
            other.door.enter(WRONG)
    assert tokens(vendor) == 2
    assert customer_ids(service)[0] == "C-1"
