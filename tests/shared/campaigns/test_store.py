"""How campaigns are shown, and how long what they hold of people stays."""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.service import Service
from connectors.shared.campaigns import erasing, files, upkeep
from connectors.shared.campaigns.store import list_campaigns
from connectors.shared.campaigns.tables import campaign_erasures, campaign_files
from connectors.shared.clock import DAY, HOUR, now_ms
from connectors.shared.messages import retention
from connectors.shared.messages.states import Status
from tests.shared.campaigns.audience import (
    add_campaign,
    counts,
    import_all,
    imported,
    recipients,
    set_campaign,
    shown,
    skips,
    spool,
    stored,
    upkeep_of,
)
from tests.shared.messages.tenants import Tenant, add_tenant, change, change_all, number_of
from tests.shared.messages.test_retention import rows_with


def test_a_campaign_in_the_shape_of_the_api(sending: Service, tenant: Tenant) -> None:
    campaign_id = add_campaign(tenant, spool([1, 2, 2]), due_at=now_ms() + DAY, rows_expected=3)
    import_all(sending)
    upkeep_of(sending).run()
    campaign = shown(tenant, campaign_id)
    assert (campaign["total"], campaign["rows_read"], campaign["rows_expected"]) == (3, 3, None)
    assert list(campaign["counts"]) == [status.value for status in Status]
    assert campaign["skipped"]["duplicate"] == 1
    assert campaign["due_at"].endswith("Z")
    assert campaign["error"] is None
    assert (campaign["name"], campaign["text"], campaign["sender_id"]) == ("Diwali", "Dear {{ name }}", "UTOMOB")


def test_a_page_of_campaigns_has_each_ones_own_counts(sending: Service, tenant: Tenant) -> None:
    made = [imported(tenant, count, name=f"of {count}") for count in (1, 2, 3)]
    imported(add_tenant(sending, "C-TWO"), 4)
    with sending.database.read() as connection:
        found = list_campaigns(connection, tenant.account_id, None, 10)
        assert [each["counts"]["queued"] for each in found] == [3, 2, 1]
        assert [each["id"] for each in list_campaigns(connection, tenant.account_id, made[2], 1)] == [made[1]]


def test_what_is_held_back_is_told(sending: Service, tenant: Tenant) -> None:
    campaign_id = imported(tenant, 3)
    first, second, _ = (each["id"] for each in recipients(tenant, campaign_id))
    change(sending, first, status="scheduled", error_code="outside_hours", deadline_at=now_ms() + HOUR)
    change(sending, second, status="scheduled", error_code="daily_limit", deadline_at=now_ms() + HOUR)
    assert shown(tenant, campaign_id)["held"] == {"outside_hours": 1, "daily_limit": 1}


@pytest.mark.parametrize("event", ["campaign.finished", "campaign.canceled", "campaign.failed"])
def test_the_end_is_told_once(sending: Service, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(upkeep, "announce", lambda _connection, *what: told.append(what))
    campaign_id = imported(tenant, 2)
    assert told == []
    match event:
        case "campaign.finished":
            change_all(sending, status="delivered", deadline_at=None)
        case "campaign.canceled":
            set_campaign(sending, campaign_id, canceled_at=now_ms(), held_because="canceled")
        case _:
            set_campaign(sending, campaign_id, failed_at=now_ms(), held_because="failed")
    for _ in range(2):
        upkeep_of(sending).run()
    assert told == [(tenant.account_id, event, campaign_id, stored(sending, campaign_id)["closed_at"])]


def test_a_file_is_kept_sealed_and_comes_back_as_it_was(sending: Service, tenant: Tenant, tmp_path: Path) -> None:
    content = os.urandom(files.PART_OCTETS * 2 + 17)
    pieces = [content[start : start + 100_000] for start in range(0, len(content), 100_000)]
    campaign_id = files.stage(sending.database, sending.secrets, tenant.account_id, pieces)
    with sending.database.read() as connection:
        sealed = list(connection.scalars(select(campaign_files.c.content).order_by(campaign_files.c.part)))
    assert len(sealed) == 3
    assert content[:64] not in sealed[0]
    with files.unsealed(sending.database, sending.secrets, campaign_id) as path:
        assert path.read_bytes() == content


def test_what_is_old_is_purged(sending: Service, tenant: Tenant) -> None:
    campaign_id = add_campaign(tenant, spool([1, 2, 2]))
    import_all(sending)
    retention.erase_number(sending.database, sending.endings, sending.forgetting, number_of(9)[1:])
    files.stage(sending.database, sending.secrets, tenant.account_id, [b"for a campaign that was never made"])
    change_all(sending, status="delivered", deadline_at=None)
    upkeep_of(sending).run()
    moment = now_ms()
    set_campaign(sending, campaign_id, created_at=moment - 100 * DAY)
    recent = imported(tenant, 2)
    assert erasing.purge(sending.database, moment - 90 * DAY, moment + 2 * HOUR) == 1
    assert erasing.purge(sending.database, moment - 90 * DAY, moment + 2 * HOUR) == 0
    assert shown(tenant, campaign_id)["text"] is None
    assert [each["to"] for each in skips(tenant, campaign_id)] == [None]
    assert shown(tenant, recent)["text"] is not None
    with sending.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(campaign_files)) == 0
        assert connection.scalar(select(func.count()).select_from(campaign_erasures)) == 0


def test_an_erased_number_is_in_no_table(sending: Service, tenant: Tenant) -> None:
    campaign_id = add_campaign(tenant, spool([1, 2, 2]))
    import_all(sending)
    upkeep_of(sending).run()
    retention.erase_number(sending.database, sending.endings, sending.forgetting, number_of(2)[1:])
    assert rows_with(sending, number_of(2)[3:]) == []
    assert [each["to"] for each in skips(tenant, campaign_id)] == [None]
    assert counts(tenant, campaign_id) == {"queued": 1, "canceled": 1}


def test_a_release_looks_only_where_it_has_not_been(sending: Service, tenant: Tenant) -> None:
    """By the row of the file: the index of states leads through everything that waits, at each slice again."""
    if not sending.database.embedded:
        pytest.skip("PostgreSQL plans by what the table holds")
    window = {"campaign": "c", "after": 0, "last": 1}
    with sending.database.read() as connection:
        compiled = upkeep._parked_rows.compile(connection)
        values = tuple(compiled.construct_params(window)[name] for name in compiled.positiontup or ())
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
    assert ["ix_messages_campaign_row" in step.detail for step in plan] == [True]
