"""SIGKILL for every process of the service, twice, in the middle of sending: nothing lost, twice or stuck."""

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import pytest
import requests

from tests.serving.conftest import Install
from tests.serving.processes import Installation, kill_all
from tests.shared.messages.tenants import number_of, wait_for
from tests.shared.messages.vendor import Reply, Vendor

MESSAGES = 600
BATCH = 20


@dataclass
class Campaign:
    """Sends batches as CleverTap does, one after the other, and remembers what was answered 200."""

    installation: Installation
    accepted: dict[str, str] = field(default_factory=dict, repr=False)
    """Number by the id that was answered."""
    unanswered: set[str] = field(default_factory=set)

    def run(self) -> None:
        for start in range(0, MESSAGES, BATCH):
            self._send(range(start, start + BATCH))

    def _send(self, indexes: range) -> None:
        batch = [
            # Every third says the same as others, so that calls for many are killed too.
            {"mobileNumber": number_of(n), "messageText": "sale" if n % 3 == 0 else f"order {n}", "mid": f"m{n}."}
            for n in indexes
        ]
        try:
            answer = self.installation.send(batch)
        except requests.RequestException:
            self.unanswered.update(entry["mobileNumber"].removeprefix("+") for entry in batch)
            wait_for(self.installation.is_ready, 60.0)  # the next batch comes once somebody is there again
            return
        for entry, result in zip(batch, answer["results"], strict=True):
            self.accepted[result["transactionId"]] = entry["mobileNumber"].removeprefix("+")


def rows(installation: Installation) -> dict[str, tuple[str, str, str | None]]:
    """Status, number and error code by id."""
    with closing(sqlite3.connect(installation.data / "connectors.sqlite3", timeout=30)) as database:
        found = database.execute("SELECT id, status, recipient, error_code FROM messages").fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def settled(installation: Installation) -> bool:
    return not {status for status, *_ in rows(installation).values()} & {"queued", "sending", "scheduled"}


def _has_seen(vendor: Vendor, enough: int) -> bool:
    return len(vendor.seen) > enough


@pytest.mark.timeout(120)
def test_kills_lose_nothing_send_nothing_twice_and_leave_nothing_stuck(install: Install, vendor: Vendor) -> None:
    vendor.script = lambda _: Reply(delay=0.05)
    installation = install(CONNECTORS_DISPATCH_THREADS="8")
    installation.add_account()
    service = installation.serve()
    campaign = Campaign(installation)
    sender = threading.Thread(target=campaign.run)
    sender.start()
    for part in (0.2, 0.5):
        enough = int(MESSAGES * part)
        wait_for(partial(_has_seen, vendor, enough), 60.0)
        kill_all(service)
        killed = time.monotonic()
        service = installation.serve()
    sender.join()
    restarted = time.monotonic() - killed
    wait_for(lambda: settled(installation), 60.0)
    found = rows(installation)
    assert campaign.accepted.keys() <= found.keys()
    assert {status for status, *_ in found.values()} <= {"sent", "unconfirmed"}
    assert {code for status, _, code in found.values() if status == "unconfirmed"} <= {"interrupted"}
    assert len(found) == len({number for _, number, _ in found.values()})
    reached = Counter(number for number, _ in vendor.seen.elements())
    assert max(reached.values()) == 1
    sent = {number for status, number, _ in found.values() if status == "sent"}
    assert sent <= reached.keys()
    assert reached.keys() <= {number for _, number, _ in found.values()}
    # What was in doubt is only what was in flight: sixteen threads of at most a hundred, two kills.
    assert Counter(status for status, *_ in found.values())["sent"] > MESSAGES / 3
    assert restarted < 30
    assert campaign.unanswered.isdisjoint(campaign.accepted.values())


def test_what_a_killed_dispatcher_held_is_taken_over_at_once(install: Install, vendor: Vendor) -> None:
    vendor.script = lambda _: Reply(silent=True)
    installation = install(CONNECTORS_DISPATCH_THREADS="4")
    installation.add_account()
    service = installation.serve()
    installation.send([{"mobileNumber": number_of(n), "messageText": f"order {n}"} for n in range(60)])
    wait_for(lambda: len(vendor.seen) > 2)
    kill_all(service)
    vendor.script = lambda _: Reply()
    in_flight = len(vendor.seen)
    installation.serve()
    ready = time.monotonic()
    wait_for(lambda: settled(installation), 30.0)
    assert time.monotonic() - ready < 11
    found = Counter(status for status, *_ in rows(installation).values())
    assert found == {"sent": 60 - found["unconfirmed"], "unconfirmed": found["unconfirmed"]}
    assert in_flight <= found["unconfirmed"] <= in_flight + 16
    assert max(vendor.seen.values()) == 1
