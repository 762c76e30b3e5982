"""Each way to wake a waiting dispatcher: it wakes at once, and a lost connection costs no more than the poll."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
import redis

from connectors.service import Service
from connectors.shared import wakeup as wakeups
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.messages.tables import housekeeping
from connectors.shared.wakeup import PostgresqlWakeup, RedisWakeup, SqliteWakeup, Wakeup, wakeup_for
from tests.conftest import missing
from tests.shared.messages.tenants import wait_for

REDIS = "redis://127.0.0.1:6379/0"
LONG = 20.0
PROMPT = 1.0


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def write(service: Service) -> None:
    with service.database.write() as connection:
        connection.execute(housekeeping.delete())
        connection.execute(housekeeping.insert().values(name="test", value=str(now_ms())))


def announce_until(done: "Future[float]", announce: object) -> float:
    """Announce until the waiter wakes: it may not listen yet. Returns how long the last announcement took."""
    while True:
        started = time.monotonic()
        announce()  # type: ignore[operator]
        try:
            return done.result(PROMPT) - started
        except TimeoutError:
            assert not done.done()


def waiting(wakeup: Wakeup, stop: threading.Event, seconds: float = LONG) -> float:
    """Wait; returns the moment of waking."""
    wakeup.wait(seconds, stop)
    return time.monotonic()


def wakes(waiter: Wakeup, announce: object, stop: threading.Event, pool: ThreadPoolExecutor) -> None:
    waiter.wait(0.05, stop)  # the first wait may find what was there before
    started = time.monotonic()
    announce_until(pool.submit(waiting, waiter, stop), announce)
    assert time.monotonic() - started < LONG / 2


@pytest.fixture
def redis_url() -> str:
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=1).ping()
    except redis.RedisError:
        missing("redis", "Redis does not answer on 127.0.0.1:6379")
    return REDIS


def test_a_commit_of_another_connection_wakes_a_waiter(
    service: Service, stop: threading.Event, pool: ThreadPoolExecutor
) -> None:
    """What each database has by itself: SQLite's change counter, PostgreSQL's NOTIFY."""
    waiter = wakeup_for(service.database, None)

    def announce() -> None:
        write(service)
        service.wakeup.announce()

    wakes(waiter, announce, stop, pool)
    waiter.close()


def test_redis_wakes_every_waiter(redis_url: str, stop: threading.Event, pool: ThreadPoolExecutor) -> None:
    waiters = [RedisWakeup(redis_url), RedisWakeup(redis_url)]
    announcer = RedisWakeup(redis_url)
    for waiter in waiters:
        wakes(waiter, announcer.announce, stop, pool)
        waiter.close()
    announcer.close()


def test_the_setting_chooses(service: Service, redis_url: str) -> None:
    kind = SqliteWakeup if service.database.embedded else PostgresqlWakeup
    found = [
        wakeup_for(service.database, url) for url in (None, redis_url, "postgresql://postgres@127.0.0.1:9/nowhere")
    ]
    assert [type(each) for each in found] == [kind, RedisWakeup, PostgresqlWakeup]
    for each in found:
        each.close()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "postgresql://postgres@127.0.0.1:9/nowhere"])
def test_a_queue_that_is_gone_costs_the_poll_and_no_error(service: Service, stop: threading.Event, url: str) -> None:
    wakeup = wakeup_for(service.database, url)
    started = time.monotonic()
    for _ in range(3):
        wakeup.announce()
        wakeup.wait(0.1, stop)
    assert 0.3 <= time.monotonic() - started < 3
    wakeup.close()


def test_after_a_lost_connection_it_wakes_again(
    postgresql_url: str, stop: threading.Event, pool: ThreadPoolExecutor
) -> None:
    waiter, announcer = PostgresqlWakeup(postgresql_url), PostgresqlWakeup(postgresql_url)
    wakes(waiter, announcer.announce, stop, pool)
    with psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    started = time.monotonic()
    waiter.wait(0.3, stop)
    assert time.monotonic() - started < PROMPT
    wakes(waiter, announcer.announce, stop, pool)
    waiter.close()
    announcer.close()


def test_after_a_lost_connection_redis_wakes_again(
    redis_url: str, stop: threading.Event, pool: ThreadPoolExecutor
) -> None:
    waiter, announcer = RedisWakeup(redis_url), RedisWakeup(redis_url)
    wakes(waiter, announcer.announce, stop, pool)
    server = redis.Redis.from_url(redis_url)
    server.client_kill_filter(_type="pubsub", skipme=True)
    server.close()
    wakes(waiter, announcer.announce, stop, pool)
    waiter.close()
    announcer.close()


def test_stopping_ends_a_wait_of_sqlite(service: Service, stop: threading.Event, pool: ThreadPoolExecutor) -> None:
    if not service.database.embedded:
        pytest.skip("the others wait in the kernel, a second at most")
    waiter = SqliteWakeup(service.database)
    waiter.wait(0.05, stop)
    done = pool.submit(waiting, waiter, stop)
    stop.set()
    assert done.result(PROMPT)
    waiter.close()


def test_sqlite_polls_often_enough_for_a_code(stop: threading.Event) -> None:
    assert wakeups.POLL_SECONDS <= 0.05


def test_a_broken_sqlite_is_opened_anew(service: Service, stop: threading.Event, pool: ThreadPoolExecutor) -> None:
    if not service.database.embedded:
        pytest.skip("PostgreSQL's connections are tested above")
    database = Database(service.settings.database_url)
    waiter = SqliteWakeup(database)
    waiter.wait(0.05, stop)
    connection = waiter._connection
    assert connection is not None
    connection.connection.driver_connection.close()  # type: ignore[union-attr]
    waiter.wait(0.1, stop)  # costs the poll, and no error
    wakes(waiter, lambda: write(service), stop, pool)
    waiter.close()
    database.dispose()


def test_waits_do_not_pile_up(service: Service, stop: threading.Event) -> None:
    """Announcements that came before the wait are one reason to look, and then it waits."""
    waiter = wakeup_for(service.database, None)
    for _ in range(5):
        write(service)
        service.wakeup.announce()
    waiter.wait(0.2, stop)
    started = time.monotonic()
    wait_for(lambda: (waiter.wait(0.1, stop), time.monotonic() - started > 0.3)[1])
    waiter.close()
