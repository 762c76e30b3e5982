import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from connectors.service import Service
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.tables import housekeeping, messages


@pytest.fixture
def counter(service: Service) -> Database:
    """A database with one row that counts."""
    with service.database.write() as connection:
        connection.execute(housekeeping.insert().values(name="count", value="0"))
    return service.database


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(housekeeping.c.value)) or 0)


def add_one(database: Database) -> None:
    with database.write() as connection:
        value = connection.scalar(select(housekeeping.c.value).with_for_update())
        connection.execute(update(housekeeping).values(value=str(int(value or 0) + 1)))


def test_no_read_modify_write_is_lost(counter: Database) -> None:
    other = Database(counter.url)  # as another process has it
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, [counter, other] * 100))
    assert count(counter) == 200
    other.dispose()


def test_an_exception_rolls_back(counter: Database) -> None:
    def write_and_fail() -> None:
        with counter.write() as connection:
            connection.execute(update(housekeeping).values(value="7"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert count(counter) == 0
    add_one(counter)
    assert count(counter) == 1


def test_a_reader_sees_what_is_committed_meanwhile(counter: Database) -> None:
    with counter.read() as connection:
        assert connection.scalar(select(housekeeping.c.value)) == "0"
        add_one(counter)
        assert connection.scalar(select(housekeeping.c.value)) == "1"


def test_readers_do_not_wait_for_a_writer(counter: Database) -> None:
    with counter.write() as connection:
        connection.execute(update(housekeeping).values(value="7"))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(count, counter).result(5) == 0


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    yield database
    database.dispose()


def test_a_commit_survives_a_lost_machine(sqlite: Database) -> None:
    with sqlite.read() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


@pytest.mark.parametrize("content", [b"this is no database, " * 200, b"SQLite format 3\x00" + b"\xff" * 4_096])
def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(content)
    database = Database(f"sqlite:///{path}")

    def read() -> None:
        with database.read() as connection:
            connection.execute(select(messages.c.id))

    with pytest.raises(StoreUnavailable):
        read()
    database.dispose()


def test_a_turn_that_cannot_be_taken_is_unavailable(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "one.sqlite3.turn").mkdir()

    def write() -> None:
        with sqlite.write():
            pass

    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            write()
    (tmp_path / "one.sqlite3.turn").rmdir()
    write()


def test_a_lock_of_somebody_elses_is_waited_for(sqlite: Database) -> None:
    with sqlite.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    with closing(sqlite3.connect(sqlite.url.removeprefix("sqlite:///"), check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, other.rollback)
        release.start()
        with sqlite.write() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        release.join()
    with sqlite.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 1
