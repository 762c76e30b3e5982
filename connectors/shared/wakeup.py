"""How a dispatcher learns at once that a row is due: a hint, never the job. What is owed is in the ledger.

Measured from commit to wake-up on an idle machine: see docs/architecture.md. A lost hint costs at most a second,
since a dispatcher looks by itself too.
"""

import select
import threading
from abc import ABC, abstractmethod
from typing import Any

import psycopg
import redis
import structlog
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from connectors.shared.database import Database

CHANNEL = "connectors_wakeup"
POLL_SECONDS = 0.02

log = structlog.get_logger()


class Wakeup(ABC):
    """Announces new rows and waits for such announcements."""

    @abstractmethod
    def announce(self) -> None:
        """Tell dispatchers to look, once the rows are committed. One hint serves many rows."""

    @abstractmethod
    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return when there may be something new, when `seconds` have passed, or when `stop` is set."""

    def close(self) -> None:
        """Let go of connections."""
        return


def wakeup_for(database: Database, queue_url: str | None) -> Wakeup:
    """Choose the fastest hint that this deployment has."""
    if queue_url and queue_url.startswith(("redis://", "rediss://")):
        return RedisWakeup(queue_url)
    if queue_url and queue_url.startswith("postgresql"):
        return PostgresqlWakeup(queue_url)
    if database.embedded:
        return SqliteWakeup(database)
    return PostgresqlWakeup(database.url)


class SqliteWakeup(Wakeup):
    """Reads SQLite's own change counter every 20 ms: some microseconds, and no second file to keep in step.

    https://www.sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._seen: int | None = None

    def announce(self) -> None:
        """Nothing to do: the commit itself is what the others see."""

    def wait(self, seconds: float, stop: threading.Event) -> None:
        waited = 0.0
        while waited < seconds and not stop.wait(POLL_SECONDS):
            version = self._version()
            if version != self._seen:
                self._seen = version
                return
            waited += POLL_SECONDS

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _version(self) -> int | None:
        try:
            if self._connection is None:
                self._connection = self._database.engine.execution_options(connectors_reads=True).connect()
            return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())
        except SQLAlchemyError:
            if self._connection is not None:
                self._connection.invalidate()
            self.close()
            return self._seen


class PostgresqlWakeup(Wakeup):
    """PostgreSQL's LISTEN and NOTIFY (https://www.postgresql.org/docs/current/sql-notify.html)."""

    def __init__(self, url: str) -> None:
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._listener: psycopg.Connection[Any] | None = None
        self._announcer: psycopg.Connection[Any] | None = None
        # Two that announce at first would each connect, and one connection would be left open.
        self._announcing = threading.Lock()

    def announce(self) -> None:
        with self._announcing:
            try:
                if self._announcer is None:
                    self._announcer = psycopg.connect(self._dsn, autocommit=True, connect_timeout=3)
                self._announcer.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
            except psycopg.Error:
                self._announcer = None

    def wait(self, seconds: float, stop: threading.Event) -> None:
        try:
            listener = self._listening()
            readable, _, _ = select.select([listener.fileno()], [], [], seconds)
            if readable:
                for _ in listener.notifies(timeout=0):
                    pass
        except (psycopg.Error, OSError):
            self._listener = None
            stop.wait(seconds)

    def close(self) -> None:
        for connection in (self._listener, self._announcer):
            if connection is not None:
                connection.close()
        self._listener = self._announcer = None

    def _listening(self) -> psycopg.Connection[Any]:
        if self._listener is None:
            self._listener = psycopg.connect(self._dsn, autocommit=True, connect_timeout=3)
            self._listener.execute(f"LISTEN {CHANNEL}")
        return self._listener


class RedisWakeup(Wakeup):
    """Redis' publish and subscribe (https://redis.io/docs/latest/develop/pubsub/): heard by every dispatcher."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5)
        self._subscription: redis.client.PubSub | None = None

    def announce(self) -> None:
        try:
            self._client.publish(CHANNEL, "")
        except redis.RedisError as error:
            log.warning("wakeup_not_published", error=type(error).__name__)

    def wait(self, seconds: float, stop: threading.Event) -> None:
        try:
            if self._subscription is None:
                self._subscription = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                self._subscription.subscribe(CHANNEL)
            self._subscription.get_message(timeout=seconds)
        except redis.RedisError:
            self._subscription = None
            stop.wait(seconds)

    def close(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None
        self._client.close()
