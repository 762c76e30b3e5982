import multiprocessing
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from connectors.service import Service
from connectors.settings import Settings
from connectors.shared import database as databases
from connectors.shared.clock import HOUR, MINUTE, now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages import retention
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.tables import messages
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import Tenant, add_tenant, change, number_of, row, status, statuses

TEXT = "Your order is on its way."


def copy(tenant: Tenant, mid: str | None = "m1.", number: str = number_of(1), text: str = TEXT) -> NewMessage:
    return tenant.new(number, text, external_id=mid, deduplicate=mid is not None)


def count(service: Service) -> int:
    with service.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(messages)) or 0


def test_what_is_accepted_is_there_for_another_process(
    sending: Service, tenant: Tenant, open_service: OpenService
) -> None:
    message_id = tenant.accept(number_of(1), TEXT)
    found = row(open_service(), message_id)
    assert (found["status"], found["text"], found["recipient"]) == ("queued", TEXT, number_of(1)[1:])


@pytest.mark.parametrize(("message_type", "validity_ms"), [("OTP", 10 * MINUTE), ("TRANSACTION", 24 * HOUR)])
def test_a_message_is_valid_from_when_it_is_due(tenant: Tenant, message_type: str, validity_ms: int) -> None:
    due = now_ms() + HOUR
    message_id = tenant.accept(number_of(1), TEXT, message_type=message_type, due_at=due)
    found = row(tenant.service, message_id)
    assert (found["status"], found["next_attempt_at"], found["expires_at"]) == ("scheduled", due, due + validity_ms)


def test_the_same_mid_number_and_text_is_the_same_message(tenant: Tenant) -> None:
    first, again = (tenant.accept_all([copy(tenant)])[0] for _ in range(2))
    assert not first.duplicate
    assert again.duplicate
    assert again.id == first.id
    assert count(tenant.service) == 1


@pytest.mark.parametrize(
    "change", [{"mid": "m2."}, {"number": number_of(2)}, {"text": "Another text."}, {"mid": None}], ids=str
)
def test_another_mid_number_or_text_is_another_message(tenant: Tenant, change: dict[str, Any]) -> None:
    answers = tenant.accept_all([copy(tenant), copy(tenant, **change)])
    assert not any(answer.duplicate for answer in answers)
    assert count(tenant.service) == 2


def test_without_a_mid_nothing_is_a_duplicate(tenant: Tenant) -> None:
    tenant.accept_all([copy(tenant, mid=None), copy(tenant, mid=None)])
    assert count(tenant.service) == 2


def test_another_tenants_copy_is_another_message(tenant: Tenant) -> None:
    stranger = add_tenant(tenant.service, "C-TWO")
    assert tenant.accept_all([copy(tenant)])[0].id != stranger.accept_all([copy(stranger)])[0].id


def test_copies_in_one_batch_are_one_message(tenant: Tenant) -> None:
    answers = tenant.accept_all([copy(tenant), copy(tenant, "m2."), copy(tenant)])
    assert [answer.duplicate for answer in answers] == [False, False, True]
    assert answers[0].id == answers[2].id
    assert count(tenant.service) == 2


def test_after_an_hour_it_is_a_message_of_its_own(tenant: Tenant) -> None:
    first = tenant.accept_all([copy(tenant)])[0]
    change(tenant.service, first.id, created_at=now_ms() - HOUR - 1_000)
    second, third = tenant.accept_all([copy(tenant), copy(tenant)])
    assert not second.duplicate
    assert (third.duplicate, third.id) == (True, second.id)
    assert count(tenant.service) == 2


def test_within_the_hour_it_is_still_a_copy(tenant: Tenant) -> None:
    first = tenant.accept_all([copy(tenant)])[0]
    change(tenant.service, first.id, created_at=now_ms() - HOUR + MINUTE)
    assert tenant.accept_all([copy(tenant)])[0].id == first.id


def test_an_erased_message_has_no_copies(tenant: Tenant) -> None:
    first = tenant.accept_all([copy(tenant)])[0]
    service = tenant.service
    retention.erase_number(service.database, service.endings, service.forgetting, number_of(1)[1:])
    assert not tenant.accept_all([copy(tenant)])[0].duplicate
    assert status(service, first.id) == "canceled"


def test_concurrent_copies_from_threads_are_one_message(tenant: Tenant) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [each for found in pool.map(lambda _: tenant.accept_all([copy(tenant)]), range(40)) for each in found]
    assert len({answer.id for answer in answers}) == 1
    assert sum(not answer.duplicate for answer in answers) == 1
    assert count(tenant.service) == 1


def accept_in_a_process(settings: Settings, ids: tuple[int, int], barrier: Barrier, order: int, answers: Any) -> None:
    service = Service(settings)
    tenant = Tenant(service, "C-ONE", *ids)
    barrier.wait()
    found = [tenant.accept_all([copy(tenant, f"m{n}-{each}.") for n in range(20)][::order]) for each in range(10)]
    answers.put([sorted(answer.id for answer in batch) for batch in found])
    service.close()


def test_concurrent_copies_from_processes_are_one_message(tenant: Tenant) -> None:
    """The second process brings its batches backwards: two databases' transactions could wait for each other."""
    processes = multiprocessing.get_context("spawn")
    barrier, answers = processes.Barrier(2), processes.Queue()
    ids = (tenant.account_id, tenant.connection_id)
    started = [
        processes.Process(target=accept_in_a_process, args=(tenant.service.settings, ids, barrier, order, answers))
        for order in (1, -1)
    ]
    for process in started:
        process.start()
    first, second = (answers.get(timeout=30) for _ in started)
    for process in started:
        process.join()
        process.close()
    answers.close()
    assert first == second
    assert count(tenant.service) == 200


def test_on_trial_only_the_listed_numbers_are_texted(open_service: OpenService) -> None:
    service = open_service(trial_numbers=frozenset({number_of(1)[1:]}))
    tenant = add_tenant(service)
    told: list[str] = []
    service.endings.register(lambda _connection, ids, _moment: told.extend(ids))
    listed, other = (tenant.accept(number_of(n), TEXT) for n in (1, 2))
    found = row(service, other)
    assert status(service, listed) == "queued"
    assert (found["status"], found["error_code"], found["deadline_at"]) == ("suppressed", "trial", None)
    assert told == [other]


def test_one_bad_message_fails_neither_its_neighbours_nor_the_writer(tenant: Tenant) -> None:
    """Callers at the same moment share a commit; a row that no database takes is its own caller's alone."""
    bad = tenant.new(number_of(0), "bad", due_at=None, sender_id=object())
    outcomes: dict[int, object] = {}

    def accept(index: int) -> None:
        try:
            outcomes[index] = tenant.accept_all([bad if index == 5 else tenant.new(number_of(index), TEXT)])
        except StoreUnavailable as error:
            outcomes[index] = error

    with tenant.service.database.write():  # all of them wait, and then share
        threads = [threading.Thread(target=accept, args=(index,)) for index in range(10)]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(20)
    assert {index for index, outcome in outcomes.items() if isinstance(outcome, StoreUnavailable)} == {5}
    assert statuses(tenant.service) == {"queued": 9}
    assert tenant.accept(number_of(20), TEXT)


def test_a_locked_database_is_unavailable_and_recovers(
    open_service: OpenService, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL locks no whole database")
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.2)
    service = open_service()
    tenant = add_tenant(service)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            tenant.accept(number_of(1), TEXT)
    assert count(service) == 0
    tenant.accept(number_of(1), TEXT)
    assert count(service) == 1


def test_a_database_that_is_gone_is_unavailable(open_service: OpenService, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a file is not gone by itself")
    service = open_service()
    tenant = add_tenant(service)
    gone = open_service(database_url="postgresql+psycopg://postgres@127.0.0.1:9/gone")
    with pytest.raises(StoreUnavailable):
        Tenant(gone, "C-ONE", tenant.account_id, tenant.connection_id).accept(number_of(1), TEXT)


def test_connections_that_the_database_closed_cost_no_message(tenant: Tenant, database_url: str) -> None:
    """PostgreSQL was restarted: what is left in the pool is dead, and CleverTap asks only once."""
    if database_url.startswith("sqlite"):
        pytest.skip("a file closes no connection")
    tenant.accept(number_of(1), TEXT)
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    tenant.accept(number_of(2), TEXT)
    assert count(tenant.service) == 2
