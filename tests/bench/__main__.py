"""Takes the measures and prints them as JSON, with how they were taken; progress goes to stderr."""

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.progress import track

from tests.bench import client, pool, processes
from tests.bench.campaigns import campaigns, lists
from tests.bench.webhooks import webhooks

TURNS = 5
TURN_SECONDS = 2.0
WORKERS, THREADS = 4, 4  # the defaults of the service
VENDOR_SECONDS = 0.1
DIFFERING = 4_000
SAME = 10_000
BATCH = 1_000
IDLE_TRIES = 20
ENDPOINT = "/partners/central/api/saveSingleSms"
HEADERS = {"customerId": "BENCH", "password": "bench"}

console = Console(stderr=True)


def accepts(folder: Path) -> dict[str, Any]:
    """Durable accepts, one a request, beside bare Flask, in turns."""
    with (
        processes.vendor(0) as vendor,
        processes.service(folder, vendor, "--no-dispatch") as port,
        processes.bare_flask(WORKERS, THREADS) as bare,
    ):
        ours, baseline = [], []
        for _ in track(range(TURNS), "Accepting …", console=console):
            baseline.append(client.requests_per_second(bare, client.bare_request, TURN_SECONDS))
            ours.append(client.requests_per_second(port, client.accept_request, TURN_SECONDS))
        batches = _batches(port)
    method = f"{TURNS} turns of {TURN_SECONDS:.0f} s side by side, {client.CONNECTIONS} connections; the median"
    return {
        "durable_accepts": _ratio(ours, baseline, "requests a second over bare Flask's", method),
        "batches": {"records_a_second": round(batches), "method": f"batches of {BATCH:,}, one after the other"},
    }


def _batches(port: int) -> float:
    rates = []
    with requests.Session() as session:
        session.trust_env = False
        for turn in range(TURNS * 2):
            rows = [{"mobileNumber": f"+9197{turn:02d}{row:06d}", "mid": f"{turn}.{row}."} for row in range(BATCH)]
            body = {"messageText": f"Batch {turn}", "senderId": "UTOMOB", "messages": rows}
            started = time.perf_counter()
            answer = session.post(f"http://127.0.0.1:{port}{ENDPOINT}", json=body, headers=HEADERS, timeout=60)
            answer.raise_for_status()
            rates.append(BATCH / (time.perf_counter() - started))
    return statistics.median(rates)


def sending(folder: Path) -> dict[str, Any]:
    """Differing texts, and one text to many, beside a pool of threads that only calls."""
    with processes.vendor(VENDOR_SECONDS) as vendor, processes.service(folder, vendor) as port:
        idle = [_idle_latency(port, vendor, number) for number in track(range(IDLE_TRIES), "Idle …", console=console)]
        differing, same, baseline = [], [], []
        for turn in track(range(3), "Sending …", console=console):
            baseline.append(pool.messages_per_second(vendor, DIFFERING))
            differing.append(_through(port, vendor, DIFFERING, turn, lambda row: f"Your order {row} is on its way"))
            same.append(_through(port, vendor, SAME, turn + 10, lambda _row: "The sale begins now"))
    method = f"3 turns side by side, the vendor {VENDOR_SECONDS * 1_000:.0f} ms away, first accept to last call; median"
    over = f"messages a second over {pool.THREADS} threads that only call requests"
    return {
        "idle_to_vendor": {
            "median_ms": round(statistics.median(idle) * 1_000),
            "worst_ms": round(max(idle) * 1_000),
            "method": f"{IDLE_TRIES} tries, from the request to the vendor's count",
        },
        "differing_texts": _ratio(differing, baseline, over, method),
        "same_text": _ratio(same, baseline, over, method),
    }


def _through(port: int, vendor: int, count: int, turn: int, text: Callable[[int], str]) -> float:
    already = processes.counted(vendor)
    started = time.perf_counter()
    with requests.Session() as session:
        session.trust_env = False
        for start in range(0, count, BATCH):
            rows = [
                {"mobileNumber": f"+9196{turn:02d}{row:06d}", "messageText": text(row), "mid": f"{turn}.{row}."}
                for row in range(start, start + BATCH)
            ]
            body = {"senderId": "UTOMOB", "messages": rows}
            answer = session.post(f"http://127.0.0.1:{port}{ENDPOINT}", json=body, headers=HEADERS, timeout=60)
            answer.raise_for_status()
    while processes.counted(vendor) < already + count:
        time.sleep(0.02)
    return count / (time.perf_counter() - started)


def _idle_latency(port: int, vendor: int, number: int) -> float:
    time.sleep(0.3)
    already = processes.counted(vendor)
    body = {"mobileNumber": f"+91980000{number:04d}", "messageText": "Your code is 1234", "messageType": "OTP"}
    started = time.perf_counter()
    requests.post(f"http://127.0.0.1:{port}{ENDPOINT}", json=body, headers=HEADERS, timeout=10).raise_for_status()
    while processes.counted(vendor) == already:
        time.sleep(0.002)
    return time.perf_counter() - started


def _ratio(ours: list[float], baseline: list[float], meaning: str, method: str) -> dict[str, Any]:
    ratios = [mine / other for mine, other in zip(ours, baseline, strict=True)]
    return {
        "ratio": round(statistics.median(ratios), 2),
        "ours": round(statistics.median(ours)),
        "baseline": round(statistics.median(baseline)),
        "meaning": meaning,
        "method": method,
    }


def main() -> None:
    """Measure everything; the figures are ratios of one run, since machines differ."""
    with tempfile.TemporaryDirectory() as folder:
        results = accepts(Path(folder) / "accepts") | sending(Path(folder) / "sending")
        results |= webhooks(Path(folder) / "webhooks", console, _ratio, TURNS, TURN_SECONDS)
        results |= campaigns(Path(folder) / "campaigns", console) | lists(Path(folder) / "lists", console)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    json.dump({"machine": machine, **results}, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
