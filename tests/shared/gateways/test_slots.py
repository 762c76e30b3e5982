"""Calls under way at once are counted over threads and processes, and a killed process gives back what it had."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors.shared.gateways.slots import CallSlots

MOST = 3
HOLDS_ONE = f"""
import pathlib, sys
from connectors.shared.gateways.slots import CallSlots
with CallSlots(pathlib.Path(sys.argv[1]), {MOST}).taken("a", 10) as got:
    print(got, flush=True)
    sys.stdin.read()
"""


def test_so_many_threads_and_no_more_have_one_at_once(tmp_path: Path) -> None:
    count, seen = threading.Lock(), [0, 0]

    def call(_: int) -> bool:
        with CallSlots(tmp_path, MOST).taken("a", 30) as got:
            with count:
                seen[0] += 1
                seen[1] = max(seen)
            with count:
                seen[0] -= 1
        return got

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(call, range(200)))
    assert 1 <= seen[1] <= MOST


def test_other_processes_count_until_they_die_and_other_logins_do_not(tmp_path: Path) -> None:
    slots = CallSlots(tmp_path, MOST)
    command = [sys.executable, "-c", HOLDS_ONE, str(tmp_path)]
    holders = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(MOST)]
    try:
        assert [holder.stdout.readline() for holder in holders if holder.stdout] == ["True\n"] * MOST
        with slots.taken("a", 0) as got, slots.taken("b", 0) as other:
            assert (got, other) == (False, True)
        holders[0].kill()
        holders[0].wait()
        with slots.taken("a", 10) as got:
            assert got
    finally:
        for holder in holders:
            holder.kill()
            holder.communicate()
