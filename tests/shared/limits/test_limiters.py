"""One count for all processes, each key its own; and nobody is held up where nothing can be counted."""

import secrets
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import redis

from connectors.shared.limits import Limiter, Pace, SlotLimiter, limiter_for
from tests.conftest import missing

REDIS_URL = "redis://127.0.0.1:6379/0"
# A turn comes back every second: while a test runs, hardly one does.
SLOW = 1
ANOTHER_PROCESS = """
import sys
from pathlib import Path
from connectors.shared.limits import limiter_for
limiter = limiter_for(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] or None)
print("ready", flush=True)
sys.stdin.readline()
print(sum(limiter.take(int(sys.argv[4])).allowed for _ in range(int(sys.argv[5]))))
"""


@pytest.fixture
def redis_url() -> str:
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=1).ping()
    except redis.RedisError:
        missing("redis", "Redis does not answer on 127.0.0.1:6379")
    return REDIS_URL


def limiter(rate: int, folder: Path, queue_url: str | None = None) -> Limiter:
    found = limiter_for(rate, folder, queue_url)
    assert found is not None
    return found


def granted_to_processes(rate: int, folder: Path, queue_url: str, caller: int, asks: int) -> list[int]:
    """Have two processes ask at the same time; return how many turns each got."""
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(rate), str(folder), queue_url, str(caller), str(asks)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [int(process.communicate(timeout=60)[0]) for process in processes]


def test_two_processes_share_a_count(tmp_path: Path) -> None:
    assert granted_to_processes(SLOW, tmp_path, "", 1, 200) in ([1, 0], [0, 1])
    assert limiter(SLOW, tmp_path).take(2).allowed


def test_two_processes_share_a_count_in_redis(tmp_path: Path, redis_url: str) -> None:
    caller = secrets.randbelow(1 << 40)
    assert granted_to_processes(SLOW, tmp_path, redis_url, caller, 50) in ([1, 0], [0, 1])
    assert limiter(SLOW, tmp_path, redis_url).take(caller + 1).allowed


def test_redis_counts_as_a_slot_does(tmp_path: Path, redis_url: str) -> None:
    caller = secrets.randbelow(1 << 40)
    by_redis, by_slot = limiter(3, tmp_path, redis_url), SlotLimiter(Pace(3), tmp_path / "other.bin")
    turns = [(by_redis.take(caller), by_slot.take(caller)) for _ in range(4)]
    assert [one.allowed for one, _ in turns] == [True, True, True, False]
    assert all(one == other for one, other in turns)


def test_threads_share_a_count(tmp_path: Path) -> None:
    shared = limiter(SLOW, tmp_path)
    granted: list[bool] = []
    threads = [
        threading.Thread(target=lambda: granted.extend([shared.take(1).allowed for _ in range(200)])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(granted), sum(granted)) == (800, 1)


def test_callers_do_not_share(tmp_path: Path) -> None:
    shared = limiter(SLOW, tmp_path)
    assert [shared.take(caller).allowed for caller in (1, 2, 1, 3)] == [True, True, False, True]


def test_a_redis_that_is_away_leaves_each_host_to_itself(tmp_path: Path) -> None:
    away = limiter(SLOW, tmp_path, "redis://127.0.0.1:9/0")
    assert [away.take(1).allowed for _ in range(2)] == [True, False]


def test_without_a_file_a_process_counts_for_itself(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    alone = limiter(SLOW, tmp_path / "a file")
    assert [alone.take(1).allowed for _ in range(2)] == [True, False]


def test_no_rate_is_no_limit(tmp_path: Path) -> None:
    assert limiter_for(0, tmp_path, None) is None
    assert list(tmp_path.iterdir()) == []
