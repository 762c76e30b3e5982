"""A campaign of 100,000, from its file to its last receipt, and what lists cost beside a million messages."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import requests
from rich.console import Console

from connectors.shared.database import Database
from tests.bench import processes

RECIPIENTS = 100_000
MANY, FEW = 1_000_000, 10_000
LOOKS = 15
VENDOR_SECONDS = 0.1
SAME_TEXT = "The sale begins now."
DIFFERING_TEXT = "Dear {{ First name }}, your {{ Points }} points in {{ City }} wait for you."


def campaigns(folder: Path, console: Console, recipients: int = RECIPIENTS) -> dict[str, Any]:
    """Run both kinds, each on a service of its own."""
    return {
        name: _campaign(folder / name, text, console, recipients)
        for name, text in (("campaign_same_text", SAME_TEXT), ("campaign_three_variables", DIFFERING_TEXT))
    }


def _campaign(folder: Path, text: str, console: Console, recipients: int) -> dict[str, Any]:
    folder.mkdir(parents=True)
    workbook = _workbook(folder / "people.xlsx", recipients)
    with processes.vendor(VENDOR_SECONDS) as vendor, processes.service(folder / "data", vendor) as port:
        callback = processes.command_output(folder / "data", "callback-url").split()[0]
        processes.send_receipts_to(vendor, callback.replace(":8000", f":{port}"))
        with _session(folder / "data") as session, _memory(folder / "data") as peaks:
            started = time.perf_counter()
            moments = _run(session, f"http://127.0.0.1:{port}/api/v1/campaigns", workbook, text, recipients, console)
            seconds = time.perf_counter() - started
        calls = processes.counted(vendor, "calls")
    return {
        "messages_a_second": round(recipients / seconds),
        "seconds": {name: round(moment - started, 1) for name, moment in moments.items()},
        "upstream_calls": calls,
        "receipts_a_second": round(recipients / (moments["last receipt"] - moments["imported"])),
        "peak_memory_mb": dict(sorted(peaks.items())),
        "method": f"{recipients:,} rows of .xlsx over HTTP, the vendor {VENDOR_SECONDS * 1_000:.0f} ms away, "
        "until every receipt is in; receipts a second since the file was read",
    }


def _run(
    session: requests.Session, url: str, workbook: Path, text: str, recipients: int, console: Console
) -> dict[str, float]:
    with workbook.open("rb") as file:
        answer = session.post(url, data={"name": "bench", "text": text}, files={"file": file}, timeout=120)
    answer.raise_for_status()
    moments = {"accepted": time.perf_counter()}
    with console.status("A campaign …"):
        while "last receipt" not in moments:
            time.sleep(0.3)
            campaign = session.get(f"{url}/{answer.json()['id']}", timeout=60).json()
            for name, reached in (
                ("imported", campaign["imported_at"] is not None),
                ("sent", campaign["state"] == "finished"),
                ("last receipt", campaign["counts"]["delivered"] == recipients),
            ):
                if reached:
                    moments.setdefault(name, time.perf_counter())
            if campaign["state"] == "failed":
                raise RuntimeError(campaign["error"])
    return moments


def _workbook(path: Path, recipients: int) -> Path:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("People")
    sheet.append(["Mobile", "First name", "City", "Points"])
    for row in range(recipients):
        sheet.append([9_800_000_000 + row, f"Name {row % 5_000}", f"City {row % 300}", row % 1_000 + 1])
    workbook.save(path)
    return path


@contextmanager
def _session(data: Path) -> Iterator[requests.Session]:
    key = processes.command_output(data, "api-keys", "create").split()[-1]
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {key}"
        yield session


@contextmanager
def _memory(data: Path) -> Iterator[dict[str, int]]:
    """Watch what the processes take; those that come and go, too."""
    peaks: dict[str, int] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            for does, peak in processes.peak_memory_mb(data).items():
                peaks[does] = max(peak, peaks.get(does, 0))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peaks
    finally:
        over.set()
        watching.join()


def lists(folder: Path, console: Console, many: int = MANY) -> dict[str, Any]:
    """What listing and counting cost at a million messages against ten thousand, in the same service."""
    with (
        processes.vendor(0) as vendor,
        processes.service(folder, vendor, "--no-dispatch") as port,
        _session(folder) as session,
    ):
        url = f"http://127.0.0.1:{port}/api/v1"
        few = _filled(folder, session, url, FEW, console)
        much = _filled(folder, session, url, many, console)
    return {
        "lists_at_a_million": {
            "ratios": {name: round(much[name] / few[name], 1) for name in few},
            "milliseconds": {name: round(much[name] * 1_000, 1) for name in much},
            "meaning": f"the time of a request at {many:,} messages over that at {FEW:,}",
            "method": f"the median of {LOOKS} requests; half of the messages belong to one campaign, 1 in 1,000 failed",
        }
    }


def _filled(folder: Path, session: requests.Session, url: str, count: int, console: Console) -> dict[str, float]:
    with console.status(f"{count:,} messages …"):
        campaign = _fill(folder, count)
    paths = {
        "newest messages": "/messages",
        "messages that failed": "/messages?status=failed",
        "messages of a campaign": f"/messages?campaign_id={campaign}",
        "messages to a number": "/messages?to=%2B919700000017",
        "a campaign with its counts": f"/campaigns/{campaign}",
        "recipients of a campaign": f"/campaigns/{campaign}/recipients",
        "the account": "/account",
    }
    return {name: _seconds(session, url + path) for name, path in paths.items()}


def _seconds(session: requests.Session, url: str) -> float:
    taken = []
    for _ in range(LOOKS):
        started = time.perf_counter()
        session.get(url, timeout=60).raise_for_status()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _fill(folder: Path, count: int) -> str:
    """Put messages straight into the ledger, up to `count`, half of them in the one campaign; returns its id."""
    campaign = "00000000-0000-7000-8000-000000000001"
    database = Database(f"sqlite:///{folder / 'connectors.sqlite3'}")
    with database.write() as connection:
        connection.exec_driver_sql(_CAMPAIGN, (campaign, int(time.time() * 1_000)))
        already = connection.exec_driver_sql("SELECT COUNT(*) FROM messages").scalar_one()
        connection.exec_driver_sql(_MESSAGES, (already, count, campaign, int(time.time() * 1_000)))
    database.dispose()
    return campaign


_CAMPAIGN = """
INSERT INTO campaigns (id, account_id, connection_id, name, source, text, sender_id, channel, message_type, created_at,
    file_kind, parked, imported_at)
SELECT ?1, account_id, id, 'bench', 'api', 'Hello', 'UTOMOB', 'SMS', 'TRANSACTION', ?2, 'json', 0, ?2
FROM connections WHERE NOT EXISTS (SELECT 1 FROM campaigns) LIMIT 1
"""
_MESSAGES = """
WITH RECURSIVE numbers(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2)
INSERT INTO messages (id, account_id, connection_id, campaign_id, campaign_row, source, country_code, recipient, text,
    sender_id, channel, message_type, encoding, segments, status, priority, created_at, next_attempt_at, expires_at)
SELECT printf('%08x-0000-7000-8000-%012x', n, n), c.account_id, c.id, CASE WHEN n % 2 = 0 THEN ?3 END,
    CASE WHEN n % 2 = 0 THEN n + 2 END, 'api', '91', printf('9197%08d', n), 'Your order ' || n || ' is on its way',
    'UTOMOB', 'SMS', 'TRANSACTION', 'GSM-7', 1, CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'delivered' END, 2, ?4, ?4, ?4
FROM numbers, (SELECT id, account_id FROM connections LIMIT 1) AS c
"""
