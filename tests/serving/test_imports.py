"""Campaigns' files are read by a process of their own, and whatever is killed, nobody is left out or texted twice."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.accounts.store import find_account, main_connection
from connectors.shared.campaigns import files
from connectors.shared.campaigns.store import NewCampaign, create, list_campaigns
from tests.serving.conftest import Install
from tests.serving.processes import CUSTOMER, Installation, alive, kill_all, named
from tests.shared.messages.tenants import number_of, wait_for
from tests.shared.messages.vendor import Reply, Vendor

ROWS = 20_000
COPIES = ROWS // 10


class Ledger:
    """The installation's database, looked into from here."""

    def __init__(self) -> None:
        self.service = Service(read_settings())
        with self.service.database.read() as connection:
            self.account_id = find_account(connection, CUSTOMER) or 0
            self.connection_id = int(main_connection(connection, CUSTOMER)["id"])

    def begin(self, rows: int) -> None:
        """Begin a campaign in which every tenth row says to the one before what it has been told."""
        service = self.service
        numbers = (index - 1 if index % 10 == 9 else index for index in range(rows))
        lines = (json.dumps({"to": number_of(n), "variables": {"name": f"person {n}"}}) for n in numbers)
        staged = files.stage(
            service.database, service.secrets, self.account_id, (f"{line}\n".encode() for line in lines)
        )
        new = NewCampaign(
            account_id=self.account_id,
            connection_id=self.connection_id,
            name="Diwali",
            source="tests",
            text="Dear {{ name }}",
            sender_id="UTOMOB",
            file_kind="json",
        )
        with service.database.write() as connection:
            create(connection, service.secrets, new, campaign_id=staged)

    def campaign(self) -> dict[str, Any]:
        with self.service.database.read() as connection:
            return list_campaigns(connection, self.account_id, None, 1)[0]

    def rows_read(self) -> int:
        return int(self.campaign()["rows_read"])

    def counts(self) -> Counter[str]:
        return Counter({status: n for status, n in self.campaign()["counts"].items() if n})


OpenLedger = Callable[[Installation], Ledger]


@pytest.fixture
def open_ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenLedger]:
    opened: list[Ledger] = []

    def open_it(installation: Installation) -> Ledger:
        for name, value in installation.environment.items():
            monkeypatch.setenv(name, value)
        opened.append(Ledger())
        return opened[-1]

    yield open_it
    for ledger in opened:
        ledger.service.close()


def _has_read(ledger: Ledger, rows: int) -> bool:
    return ledger.rows_read() > rows


@pytest.mark.timeout(180)
def test_kills_in_an_import_and_in_its_campaign(install: Install, vendor: Vendor, open_ledger: OpenLedger) -> None:
    vendor.script = lambda _: Reply(delay=0.1)
    installation = install(CONNECTORS_DISPATCH_THREADS="2", CONNECTORS_MESSAGE_CENTRAL_WORKBOOK_ROWS="100")
    installation.add_account()
    ledger = open_ledger(installation)
    ledger.begin(ROWS)
    service = installation.serve()
    wait_for(partial(_has_read, ledger, 3_000), 60.0)
    kill_all(service)
    assert ledger.rows_read() < ROWS
    assert not vendor.seen  # nothing goes out before the whole file is read
    service = installation.serve()
    wait_for(lambda: len(vendor.seen) > 3_000, 60.0)
    kill_all(service)
    vendor.script = lambda _: Reply()
    installation.serve()
    wait_for(lambda: ledger.campaign()["closed_at"] is not None, 60.0)
    campaign = ledger.campaign()
    assert (campaign["total"], campaign["state"]) == (ROWS, "finished")
    assert campaign["skipped"] == {
        "invalid": 0,
        "no_number": 0,
        "missing_variable": 0,
        "duplicate": COPIES,
        "opted_out": 0,
    }
    counts = ledger.counts()
    assert counts.total() == ROWS - COPIES
    assert counts.keys() <= {"sent", "unconfirmed"}
    assert counts["unconfirmed"] <= 2_000  # what was in flight: some workbooks of a hundred
    assert max(vendor.seen.values()) == 1
    assert len(vendor.seen) >= counts["sent"]
    assert {number for number, _ in vendor.seen} <= {number_of(n)[1:] for n in range(ROWS) if n % 10 != 9}


@pytest.mark.timeout(120)
def test_whoever_reads_files_stops_when_told_and_dies_with_its_parent(
    install: Install, open_ledger: OpenLedger
) -> None:
    installation = install()
    installation.add_account()
    ledger = open_ledger(installation)
    ledger.begin(5 * ROWS)
    service = installation.serve()
    wait_for(partial(_has_read, ledger, 0), 60.0)
    service.terminate()
    assert service.wait(30) == 0
    read = ledger.rows_read()
    assert 0 < read < 5 * ROWS
    dispatcher = installation.start("worker")
    wait_for(partial(_has_read, ledger, read), 60.0)  # at once: the lease was given back
    (importer,) = named(dispatcher.pid, "importer")
    os.kill(dispatcher.pid, signal.SIGKILL)
    dispatcher.wait()
    wait_for(lambda: not alive(importer), 60.0)
