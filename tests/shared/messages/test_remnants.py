"""What SQLite leaves in the unused part of a page when rows move: an erasure reaches that, too."""

import random
import sqlite3
from pathlib import Path

import pytest

from connectors.service import Service
from connectors.shared.messages import retention
from tests.shared.messages.tenants import Tenant, add_tenant, number_of


def remnant(path: Path) -> str:
    """Write rows that grow, overwrite their numbers, and return one that is in the file all the same."""
    chance = random.Random(4)  # noqa: S311 - the same rows each time
    driver = sqlite3.connect(path, isolation_level=None)
    driver.execute("PRAGMA secure_delete=ON")
    driver.execute("CREATE TABLE grown (id TEXT PRIMARY KEY, number TEXT, words TEXT, more TEXT)")
    driver.execute("CREATE INDEX grown_number ON grown (number)")
    numbers = [f"9198{chance.randrange(10**8):08}" for _ in range(1_000)]
    driver.execute("BEGIN")
    for index, number in enumerate(numbers):
        words = f"hello {number} " + "y" * chance.randrange(400)
        driver.execute("INSERT INTO grown VALUES (?, ?, ?, NULL)", (f"{index:08}", number, words))
    for number in chance.sample(numbers, len(numbers)):
        driver.execute("UPDATE grown SET more = ? WHERE number = ?", ("r" * chance.randrange(150), number))
    driver.execute("COMMIT")
    driver.execute("UPDATE grown SET number = NULL, words = NULL")
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    driver.close()
    content = path.read_bytes()
    left = next((number for number in numbers if number.encode() in content), None)
    assert left is not None, "SQLite leaves nothing any more: rebuilding its file may not be needed"
    return left


@pytest.fixture
def tenant(service: Service) -> Tenant:
    if not service.database.embedded:
        pytest.skip("PostgreSQL's files are its own")
    return add_tenant(service)


def test_an_erasure_reaches_what_moved_rows_left_behind(service: Service, tenant: Tenant) -> None:
    path = Path(service.database.engine.url.database or "")
    kept = tenant.accept(number_of(1), "Hello")
    number = remnant(path)
    retention.erase_number(service.database, service.endings, service.forgetting, number)
    assert number.encode() not in path.read_bytes()
    with service.database.read() as connection:
        assert connection.exec_driver_sql("SELECT id FROM messages").scalar_one() == kept


def test_a_look_finds_what_lies_across_two_chunks(service: Service, tenant: Tenant) -> None:
    path = Path(service.database.engine.url.database or "")
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"\x00" * ((1 << 20) - size - 4) + b"needle")
    assert service.database.file_holds(b"needle")
    assert not service.database.file_holds(b"no such needle")
    with path.open("ab") as file:
        file.truncate(size)
