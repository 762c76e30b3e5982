"""One way to read and one way to write, on SQLite and on PostgreSQL.

SQLite's defaults lose concurrent read-modify-writes and fail at once when a read transaction turns into a write
(https://www.sqlite.org/isolation.html), so: WAL, `synchronous=FULL`, reads in autocommit, writes in `BEGIN IMMEDIATE`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from connectors.shared.errors import StoreUnavailable
from connectors.shared.write_turn import WriteTurn

BUSY_SECONDS = 5
"""For a lock that somebody else holds, and in turn for each process that waits: CleverTap waits 15 in all."""
CONNECT_SECONDS = 5
_CHUNK = 1 << 20
STATEMENTS = 48
"""Prepared ones that a connection keeps, not sqlite3's 128: one with a thousand ids takes a hundred kilobytes."""
# The driver is in autocommit already; SQLAlchemy's own option would switch it at each checkout.
READS = {"connectors_reads": True}

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Database:
    """An engine with its two doors: `read()` sees what is committed, `write()` commits as one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.embedded = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.embedded else _postgresql_engine(url)
        self._reader = self.engine.execution_options(**(READS if self.embedded else {"isolation_level": "AUTOCOMMIT"}))
        self._driver: sqlite3.Connection | None = None
        self._turn = WriteTurn(Path(self.engine.url.database or ""), BUSY_SECONDS) if self.embedded else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading; every statement sees what is committed by then."""
        with _unavailable_when_broken(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction that commits at the end, or rolls back on an exception.

        Raises StoreUnavailable when the database does not take it.
        """
        # The connection is there before the turn is taken: others wait only for what is written.
        turn = self._turn or nullcontext()
        with _unavailable_when_broken(), self.engine.connect() as connection, turn, connection.begin():
            yield connection

    @contextmanager
    def write_by_driver(self) -> Iterator[sqlite3.Connection]:
        """Give SQLite's own connection in a transaction: for the one statement that every message passes.

        Where four processes write in turn SQLAlchemy's part of such a commit is half of its CPU (measured: 900 against
        470 µs). For the embedded database alone, one caller a process at a time. Raises StoreUnavailable where the
        database does not take it, and sqlite3.Error for the rest; then nothing was kept.
        """
        if self._turn is None:
            raise StoreUnavailable("Only the embedded database is written so.")
        with self._turn:
            try:
                driver = self._driver = self._driver or self._connect_driver()
                driver.execute("BEGIN IMMEDIATE")
                yield driver
                driver.execute("COMMIT")
            except sqlite3.Error as error:
                self._forget_driver()  # closing rolls back
                if isinstance(error, sqlite3.OperationalError):
                    raise StoreUnavailable(f"The database is not available: {type(error).__name__}") from None
                raise
            except BaseException:
                driver.execute("ROLLBACK")
                raise

    def _connect_driver(self) -> sqlite3.Connection:
        driver = sqlite3.connect(
            self.engine.url.database or "", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        _prepare_sqlite(driver, None)
        return driver

    def _forget_driver(self) -> None:
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def file_holds(self, octets: bytes) -> bool:
        """Whether SQLite's file holds these octets anywhere, in use or not; False for any other database."""
        if not self.embedded:
            return False
        overlap = b""
        with Path(self.engine.url.database or "").open("rb") as file:
            while chunk := file.read(_CHUNK):
                if octets in overlap + chunk:
                    return True
                overlap = chunk[-len(octets) :]
        return False

    def rebuild(self) -> None:
        """Write SQLite's file anew, without what is not in use (https://www.sqlite.org/lang_vacuum.html).

        Nobody else writes meanwhile: some seconds for a gigabyte. Raises StoreUnavailable.
        """
        turn = self._turn or nullcontext()
        with _unavailable_when_broken(), self._reader.connect() as connection, turn:
            # What it writes beside the file is as large as that.
            connection.exec_driver_sql("PRAGMA temp_store=FILE")
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA temp_store=MEMORY")

    def dispose(self) -> None:
        """Close every connection."""
        self._forget_driver()
        self.engine.dispose()
        if self._turn is not None:
            self._turn.close()


@contextmanager
def _unavailable_when_broken() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        # SQLite says DatabaseError itself, and none of its kinds, of a file that is damaged or no database.
        if not isinstance(error, OperationalError | InterfaceError) and type(error) is not DatabaseError:
            raise
        raise StoreUnavailable(f"The database is not available: {_kind(error)}") from None
    except PoolTimeout:
        raise StoreUnavailable("The database is not available: every connection is in use") from None


def _kind(error: DBAPIError) -> str:
    # The text of a driver's error holds the statement's values, numbers and texts of messages among them.
    return type(error.orig).__name__


def _sqlite_engine(url: str) -> Engine:
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=64,
        # The connection that was used last has its cache warm, and the others need none.
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "cached_statements": STATEMENTS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_recycle=1_800,
        # CleverTap asks once: a restarted database must cost no message on each connection that it closed.
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry | None) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_SECONDS * 1_000}",
        "foreign_keys=ON",
        # What is erased or purged must not stay readable in free pages.
        "secure_delete=ON",
        # For each connection, and there are dozens. What one process writes makes the others drop theirs anyway.
        "cache_size=-4000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    if not connection.get_execution_options().get("connectors_reads"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
