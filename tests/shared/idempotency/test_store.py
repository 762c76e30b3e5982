"""A key is claimed once, completed with what was made, and free again where nothing was."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from connectors.service import Service
from connectors.shared.clock import DAY, SECOND, now_ms
from connectors.shared.errors import WrongState
from connectors.shared.idempotency import store
from connectors.shared.idempotency.store import Answer, Asked, Claim, KeyInFlight, KeyReused
from connectors.shared.idempotency.tables import idempotency_keys
from connectors.shared.secrets import SecretBox
from tests.shared.messages.tenants import Tenant, add_tenant

PATH = "/api/v1/messages"
NOW = now_ms()
ANSWER = Answer(201, '{"id":"m-1","text":"private"}', "m-1")


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


@pytest.fixture
def connection(service: Service, tenant: Tenant) -> Iterator[Connection]:
    with service.database.write() as connection:
        yield connection


def asked(tenant: Tenant, key: str = "k", body: str = "b", path: str = PATH, box: SecretBox | None = None) -> Asked:
    return store.asked(box or tenant.service.secrets, tenant.account_id, path, key, body)


def claimed(connection: Connection, request: Asked, moment: int = NOW) -> Claim:
    found = store.claim(connection, request, moment)
    assert isinstance(found, Claim)
    return found


def count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(idempotency_keys)) or 0


def test_the_first_answer_is_kept_for_a_day(connection: Connection, tenant: Tenant) -> None:
    store.complete(connection, claimed(connection, asked(tenant)), ANSWER)
    assert store.claim(connection, asked(tenant), NOW + DAY - 1) == ANSWER
    assert isinstance(store.claim(connection, asked(tenant, body="other"), NOW + DAY), Claim)


@pytest.mark.parametrize("completed", [True, False])
def test_a_key_is_good_for_one_request(connection: Connection, tenant: Tenant, completed: bool) -> None:
    claim = claimed(connection, asked(tenant))
    if completed:
        store.complete(connection, claim, ANSWER)
    with pytest.raises(KeyReused):
        store.claim(connection, asked(tenant, body="other"), NOW + 1)


@pytest.mark.parametrize("other", [{"key": "l"}, {"path": "/api/v1/campaigns"}])
def test_its_scope_is_account_and_path(connection: Connection, tenant: Tenant, other: dict[str, Any]) -> None:
    store.complete(connection, claimed(connection, asked(tenant)), ANSWER)
    claimed(connection, asked(tenant, **other))


def test_one_in_flight_is_waited_for_as_long_as_a_request_lives(connection: Connection, tenant: Tenant) -> None:
    first = claimed(connection, asked(tenant))
    with pytest.raises(KeyInFlight):
        store.claim(connection, asked(tenant), NOW + 60 * SECOND - 1)
    second = claimed(connection, asked(tenant), NOW + 60 * SECOND)
    # The first was slow, not dead: it must not leave a second message behind, nor free the second's key.
    with pytest.raises(KeyInFlight):
        store.complete(connection, first, ANSWER)
    store.give_up(connection, first)
    store.complete(connection, second, ANSWER)
    assert store.claim(connection, asked(tenant), NOW) == ANSWER


def test_a_key_that_is_given_up_is_free(connection: Connection, tenant: Tenant) -> None:
    store.give_up(connection, claimed(connection, asked(tenant)))
    claimed(connection, asked(tenant, body="corrected"))


def test_what_is_completed_is_not_given_up(connection: Connection, tenant: Tenant) -> None:
    claim = claimed(connection, asked(tenant))
    store.complete(connection, claim, ANSWER)
    store.give_up(connection, claim)
    assert store.claim(connection, asked(tenant), NOW) == ANSWER


def test_keys_outlive_a_rotation_of_the_secret_key(connection: Connection, tenant: Tenant) -> None:
    before, after = SecretBox(("old",)), SecretBox(("new", "old"))
    store.complete(connection, claimed(connection, asked(tenant, box=before)), ANSWER)
    assert store.claim(connection, asked(tenant, box=after), NOW) == ANSWER
    assert isinstance(store.claim(connection, asked(tenant, box=after, body="other"), NOW + DAY), Claim)
    assert count(connection) == 1


def test_what_is_forgotten_is_neither_shown_nor_done_again(connection: Connection, tenant: Tenant) -> None:
    store.complete(connection, claimed(connection, asked(tenant)), ANSWER)
    store.forget(connection, ["m-0", "m-1"])
    assert "private" not in str(connection.execute(select(idempotency_keys)).all())
    with pytest.raises(WrongState, match="erased"):
        store.claim(connection, asked(tenant), NOW)


def test_a_redacted_text_is_gone_from_the_answer_alone(connection: Connection, tenant: Tenant) -> None:
    store.complete(connection, claimed(connection, asked(tenant)), ANSWER)
    store.forget_text(connection, tenant.account_id + 1, "m-1")
    assert store.claim(connection, asked(tenant), NOW) == ANSWER
    store.forget_text(connection, tenant.account_id, "m-1")
    assert store.claim(connection, asked(tenant), NOW) == Answer(201, '{"id":"m-1","text":null}', "m-1")


def test_old_keys_are_purged_slice_by_slice(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PURGE_SLICE", 2)
    for age in range(3):
        claimed(connection, asked(tenant, key=f"old {age}"), NOW - DAY - age)
    claimed(connection, asked(tenant, key="young"), NOW - DAY + 1)
    assert [store.purge(connection, NOW) for _ in range(2)] == [True, False]
    assert count(connection) == 1
