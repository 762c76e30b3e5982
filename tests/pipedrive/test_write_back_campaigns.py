"""Entries in Pipedrive for a campaign: one for each message of it that was sent, made as they are sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from connectors.pipedrive.context import Context
from connectors.pipedrive.tables import pipedrive_companies
from connectors.pipedrive.write_back import campaign_entries as campaign_logs
from connectors.pipedrive.write_back.campaign_entries import CampaignLogs
from connectors.pipedrive.write_back.status import status_of_campaign
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.clock import DAY, HOUR, now_ms
from connectors.shared.messages.tables import messages
from tests.pipedrive.companies import parts_of
from tests.pipedrive.crm_ledger import CrmLedger


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a campaign looked at again at once."""
    monkeypatch.setattr(campaign_logs, "LONGEST_PAUSE_MS", 0)
    monkeypatch.setattr(campaign_logs, "FIRST_PAUSE_MS", 0)


@pytest.fixture
def ledger(parts: Context, outside: SandboxServer) -> Iterator[CrmLedger]:
    ledger = CrmLedger(parts, outside)
    yield ledger
    ledger.close()


@pytest.fixture
def either(both_services: Service, outside: SandboxServer) -> Iterator[CrmLedger]:
    """A ledger on each database."""
    ledger = CrmLedger(parts_of(both_services), outside)
    yield ledger
    ledger.close()


def test_a_campaign_of_300_gets_300_activities(ledger: CrmLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_logs, "WINDOW", 100)
    campaign_id = ledger.campaign(300, closed_at=now_ms())
    feeds = CampaignLogs(ledger.database), CampaignLogs(ledger.database)
    while ledger.logs_open(campaign_id):
        for feed in feeds:
            feed.run()
    assert len(ledger.entries()) == 300
    ledger.write_until("written")
    activities = ledger.book.activities(ledger.company_id)
    ids = {activity["note"].rpartition("SMS ")[2] for activity in activities}
    assert (len(activities), ids) == (300, {row["message_id"] for row in ledger.entries()})
    assert {activity["type"] for activity in activities} == {"call"}
    assert all("Campaign: Diwali &lt;offers&gt;<br>" in activity["note"] for activity in activities)
    with ledger.database.read() as connection:
        counted = status_of_campaign(connection, ledger.company_id, campaign_id)
        assert counted == {"kind": "activity", "written": 300, "waiting": 0, "unwritten": 0}
        nothing = {"kind": "none", "written": 0, "waiting": 0, "unwritten": 0}
        assert status_of_campaign(connection, ledger.company_id + 1, campaign_id) == nothing


def test_entries_are_made_as_messages_are_sent(either: CrmLedger) -> None:
    campaign_id = either.campaign(4, status="queued")
    ids = sorted(row for row in _ids(either))
    feed = CampaignLogs(either.database)
    feed.run()
    assert either.entries() == []
    _set(either, ids[2], status="sent", sent_at=now_ms())
    with either.database.read() as connection:  # nobody has made its entry yet
        assert status_of_campaign(connection, either.company_id, campaign_id)["waiting"] == 1
    feed.run()
    feed.run()
    assert [row["message_id"] for row in either.entries()] == [ids[2]]
    _set(either, ids[0], status="delivered", sent_at=now_ms())
    _set(either, ids[1], status="suppressed")
    _set(either, ids[3], status="unconfirmed", begun_at=now_ms())
    either.change_campaign(campaign_id, closed_at=now_ms())
    feed.run()
    assert [row["message_id"] for row in either.entries()] == [ids[0], ids[2]]
    assert either.logs_open(campaign_id)  # one is not settled
    _set(either, ids[3], status="delivered", sent_at=now_ms())
    feed.run()
    assert [row["message_id"] for row in either.entries()] == [ids[0], ids[2], ids[3]]
    assert not either.logs_open(campaign_id)


def test_what_stays_unconfirmed_is_waited_for_no_longer_than_a_week(ledger: CrmLedger) -> None:
    campaign_id = ledger.campaign(1, status="unconfirmed", closed_at=now_ms())
    feed = CampaignLogs(ledger.database)
    ledger.change_messages(begun_at=now_ms() - HOUR)
    feed.run()
    assert ledger.logs_open(campaign_id)
    ledger.change_messages(begun_at=now_ms() - 7 * DAY)
    feed.run()
    assert not ledger.logs_open(campaign_id)
    assert ledger.entries() == []


def test_what_is_settled_is_not_read_again(ledger: CrmLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_logs, "WINDOW", 2)
    read: list[int] = []
    take = campaign_logs._Walk.take

    def noting(walk: campaign_logs._Walk, rows: list[dict[str, int]], moment: int) -> list[str]:
        read.extend(row["row"] for row in rows)
        return take(walk, rows, moment)  # type: ignore[arg-type]

    monkeypatch.setattr(campaign_logs._Walk, "take", noting)
    ledger.campaign(5, status="sent")
    _set(ledger, sorted(_ids(ledger))[3], status="queued", sent_at=None)
    feed = CampaignLogs(ledger.database)
    for _ in range(4):
        feed.run()
    assert read == [1, 2, 3, 4, 5, 4, 5]
    assert len(ledger.entries()) == 4


def test_before_its_time_and_without_a_kind_nothing_is_looked_at(ledger: CrmLedger) -> None:
    importing = ledger.campaign(1, imported_at=None)
    later = ledger.campaign(1, due_at=now_ms() + HOUR)
    unlogged = ledger.campaign(1, log_kind="none")
    CampaignLogs(ledger.database).run()
    assert ledger.entries() == []
    assert ledger.logs_open(importing)
    assert ledger.logs_open(later)
    assert not ledger.logs_open(unlogged)


def test_a_look_goes_by_indexes_alone(ledger: CrmLedger) -> None:
    ledger.campaign(2)
    seen: list[str] = []

    def explain(connection: Any, _cursor: object, statement: str, values: tuple[object, ...], *_: object) -> None:
        if statement.startswith("SELECT pipedrive_"):
            plan = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            seen.extend(row[3] for row in plan)

    event.listen(ledger.database.engine, "before_cursor_execute", explain)
    CampaignLogs(ledger.database).run()
    event.remove(ledger.database.engine, "before_cursor_execute", explain)
    assert any("ix_pipedrive_campaigns_logged" in step for step in seen)
    assert any("ix_messages_campaign_row (campaign_id=? AND campaign_row=?)" in step for step in seen)
    assert not [step for step in seen if step.startswith("SCAN") and "ix_pipedrive_campaigns_logged" not in step]


def test_a_campaign_of_a_company_that_left_is_forgotten(ledger: CrmLedger, outside: SandboxServer) -> None:
    ledger.campaign(2)
    CampaignLogs(ledger.database).run()
    with ledger.database.write() as connection:
        connection.execute(pipedrive_companies.delete())
    assert ledger.entries() == []
    writer = ledger.writer()
    writer.write_due()
    writer.close()
    assert outside.sandbox.pipedrive.requests == []


def _ids(ledger: CrmLedger) -> list[str]:
    with ledger.database.read() as connection:
        return list(connection.scalars(messages.select().with_only_columns(messages.c.id)))


def _set(ledger: CrmLedger, message_id: str, **values: object) -> None:
    with ledger.database.write() as connection:
        connection.execute(messages.update().where(messages.c.id == message_id).values(**values))
