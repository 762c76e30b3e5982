"""A file becomes messages: each row once or not at all and with why, however the reading is interrupted."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from connectors.service import Service
from connectors.shared.campaigns import importing, leases, reading
from connectors.shared.campaigns.tables import campaign_files
from connectors.shared.clock import DAY, HOUR, now_ms
from connectors.shared.database import Database
from connectors.shared.messages import retention
from connectors.shared.messages.tables import messages
from connectors.shared.opt_outs.store import Scope
from connectors.shared.opt_outs.store import add as opt_out
from tests.shared.campaigns.audience import (
    add_campaign,
    counts,
    import_all,
    imported,
    importer_of,
    is_settled,
    recipients,
    set_campaign,
    shown,
    skips,
    spool,
    stored,
    upkeep_of,
)
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import Tenant, add_tenant, number_of, row
from tests.shared.messages.test_retention import rows_with

SHEET = f"""Mobile,Name,City
{number_of(1)},Asha,Pune
{number_of(2)[3:]},Ravi,Delhi

{number_of(1)},Asha,Pune
{number_of(1)},Asha,Agra
,Nobody,Pune
12,Ravi,Pune
9.19816E+11,Ravi,Pune
{number_of(3)},Ravi,
{number_of(4)},Ravi,Pune
{number_of(5)},{"x" * 1_600},Pune
{number_of(6)},Kiran,Pune
""".encode()


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SLICE_MESSAGES", 10)


def files(service: Service) -> int:
    with service.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(campaign_files)) or 0


def test_every_row_is_a_message_or_left_out_with_why(sending: Service, tenant: Tenant) -> None:
    with sending.database.write() as connection:
        opt_out(connection, sending.secrets, tenant.account_id, number_of(4)[1:], Scope.PROMOTIONAL, source="api")
    campaign_id = add_campaign(
        tenant, SHEET, file_kind="csv", text="Dear {{ name }} of {{ City }}", message_type="PROMOTIONAL"
    )
    assert shown(tenant, campaign_id)["state"] == "importing"
    import_all(sending)
    upkeep_of(sending).run()
    campaign = shown(tenant, campaign_id)
    assert campaign["state"] == "running"
    assert campaign["skipped"] == {
        "invalid": 3,
        "no_number": 1,
        "missing_variable": 1,
        "duplicate": 1,
        "opted_out": 1,
    }
    assert (campaign["total"], campaign["counts"]["queued"], campaign["segments"]) == (11, 4, 4)
    assert is_settled(campaign)
    assert [(each["row"], each["to"], each["text"]) for each in recipients(tenant, campaign_id)] == [
        (2, number_of(1), "Dear Asha of Pune"),
        (3, number_of(2), "Dear Ravi of Delhi"),
        (6, number_of(1), "Dear Asha of Agra"),
        (13, number_of(6), "Dear Kiran of Pune"),
    ]
    left_out = {each["row"]: each for each in skips(tenant, campaign_id)}
    assert left_out[10] == {
        "row": 10,
        "reason": "missing_variable",
        "detail": 'The column "City" is empty in this row.',
        "to": number_of(3),
    }
    assert [left_out[line]["reason"] for line in (5, 7, 8, 9, 11, 12)] == [
        "duplicate",
        "no_number",
        "invalid",
        "invalid",
        "opted_out",
        "invalid",
    ]
    assert left_out[9]["detail"] != left_out[8]["detail"]
    assert stored(sending, campaign_id)["pattern"] == "Dear ##var## of ##var2##"
    assert row(sending, recipients(tenant, campaign_id)[0]["id"])["variables"] == '["Asha","Pune"]'
    assert {each["hours"] for each in _rows(sending)} == {"promotional"}
    assert files(sending) == 0


def test_nothing_is_in_the_queue_before_the_file_is_read(sending: Service, tenant: Tenant, short_slices: None) -> None:
    campaign_id = add_campaign(tenant, spool(range(35)))
    importer = importer_of(sending)
    importer.look()
    upkeep_of(sending).run()
    campaign = shown(tenant, campaign_id)
    assert (campaign["state"], campaign["rows_read"], campaign["total"]) == ("importing", 10, 10)
    assert counts(tenant, campaign_id) == {"scheduled": 10}
    importer.close()
    import_all(sending)
    upkeep_of(sending).run()
    assert counts(tenant, campaign_id) == {"queued": 35}


class _Killed(BaseException):
    """What no code of ours catches."""


class _Dying(Database):
    """Dies just before, or just after, one of its commits."""

    last: int
    committed: bool
    writes = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.writes += 1
        with super().write() as connection:
            yield connection
            if self.writes == self.last and not self.committed:
                raise _Killed
        if self.writes == self.last:
            raise _Killed


@pytest.mark.parametrize("committed", [False, True])
def test_a_kill_between_any_two_slices_leaves_out_and_doubles_nobody(
    sending: Service, tenant: Tenant, short_slices: None, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 60.0)  # so that every write is one of the import
    expected = [(index + 1, number_of(index)) for index in range(33)]
    dying = _Dying(sending.database.url)
    died, last = True, 0
    while died:
        last += 1
        dying.writes, dying.last, dying.committed = 0, last, committed
        campaign_id = add_campaign(tenant, spool(range(33)), name=f"killed in commit {last}")
        importer = importing.Importer(dying, sending.secrets, sending.acceptor)
        died = _dies(importer)
        set_campaign(sending, campaign_id, import_leased_until=0)
        import_all(sending)
        upkeep_of(sending).run()
        campaign = shown(tenant, campaign_id)
        assert (campaign["state"], campaign["total"]) == ("running", 33)
        assert is_settled(campaign)
        assert [(each["row"], each["to"]) for each in recipients(tenant, campaign_id)] == expected
        importer._renewal.close()
    assert last > 6
    dying.dispose()


def _dies(importer: importing.Importer) -> bool:
    try:
        while importer.look():
            pass
    except _Killed:
        return True
    return False


def test_an_import_that_was_taken_over_counts_for_nothing_more(
    sending: Service, open_service: OpenService, tenant: Tenant, short_slices: None
) -> None:
    campaign_id = add_campaign(tenant, spool(range(35)))
    hung, other = importer_of(sending), importer_of(open_service())
    assert hung.look()
    assert not other.look()  # it is leased
    set_campaign(sending, campaign_id, import_leased_until=0)
    assert other.look()
    assert hung.look()
    assert stored(sending, campaign_id)["rows_read"] == 20
    assert not hung.look()
    while other.look():
        pass
    assert shown(tenant, campaign_id)["total"] == len(recipients(tenant, campaign_id)) == 35
    hung.close()
    other.close()


def test_a_fault_far_in_the_file_sends_nothing(sending: Service, tenant: Tenant, short_slices: None) -> None:
    ended: list[str] = []
    sending.endings.register(lambda _connection, ids, _moment: ended.extend(ids))
    campaign_id = add_campaign(tenant, spool(range(25)) + b"{broken\n" + spool(range(25, 40)))
    import_all(sending)
    assert shown(tenant, campaign_id)["state"] == "failed"
    upkeep_of(sending).run()
    campaign = shown(tenant, campaign_id)
    assert campaign["error"] == {"code": "unreadable", "message": "Recipient 26 cannot be read."}
    assert counts(tenant, campaign_id) == {"canceled": 20}
    assert {each["error"]["code"] for each in recipients(tenant, campaign_id)} == {"campaign_failed"}
    assert len(ended) == 20
    assert campaign["closed_at"] is not None
    assert files(sending) == 0


@pytest.mark.parametrize(
    ("content", "state", "total"),
    [
        (b"", "failed", 0),
        (b'{"to": null}\n{"to": "12"}\n', "finished", 2),
    ],
)
def test_a_file_without_anybody(sending: Service, tenant: Tenant, content: bytes, state: str, total: int) -> None:
    campaign_id = add_campaign(tenant, content)
    import_all(sending)
    upkeep_of(sending).run()
    campaign = shown(tenant, campaign_id)
    assert (campaign["state"], campaign["total"], campaign["error"] is None) == (state, total, state == "finished")
    assert campaign["closed_at"] is not None


def test_an_import_that_gets_nowhere_is_given_up(
    sending: Service, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, log: list[Any]
) -> None:
    def fails(*_: object) -> None:
        raise MemoryError("+919800000001")

    monkeypatch.setattr(importing, "open_sheet", fails)
    campaign_id = add_campaign(tenant, spool(range(3)))
    for _ in range(leases.MOST_TRIES):
        import_all(sending)
        assert shown(tenant, campaign_id)["state"] == "importing"
        set_campaign(sending, campaign_id, import_leased_until=0)
    import_all(sending)
    assert shown(tenant, campaign_id)["error"]["code"] == "interrupted"
    assert not any("9800000001" in str(entry.get("event")) for entry in log)


def test_a_number_erased_meanwhile_is_left_out(sending: Service, tenant: Tenant, short_slices: None) -> None:
    content = spool(range(8)) + b'{"to": "%s"}\n' % number_of(30).encode() + spool(range(8, 35))
    campaign_id = add_campaign(tenant, content)
    importer = importer_of(sending)
    importer.look()
    for erased in (number_of(3), number_of(30)):
        retention.erase_number(sending.database, sending.endings, sending.forgetting, erased[1:])
    while importer.look():
        pass
    importer.close()
    upkeep_of(sending).run()
    campaign = shown(tenant, campaign_id)
    assert (campaign["total"], campaign["skipped"]["invalid"], campaign["skipped"]["missing_variable"]) == (36, 1, 1)
    assert is_settled(campaign)
    assert counts(tenant, campaign_id) == {"queued": 33, "canceled": 1}
    assert rows_with(sending, number_of(30)[3:]) == []
    assert rows_with(sending, number_of(3)[1:]) == []


def test_a_small_file_of_another_account_does_not_wait_for_large_ones(
    sending: Service, tenant: Tenant, short_slices: None
) -> None:
    large = [add_campaign(tenant, spool(range(200)), name=f"large {n}") for n in range(5)]
    other = add_tenant(sending, "C-TWO")
    small = add_campaign(other, spool(range(5)))
    importer = importer_of(sending)
    importer.look()
    assert shown(other, small)["imported_at"] is not None
    assert sorted(shown(tenant, each)["rows_read"] for each in large) == [0, 0, 0, 10, 10]
    while importer.look():
        pass
    importer.close()
    assert {shown(tenant, each)["total"] for each in large} == {200}


def test_a_text_that_takes_long_holds_up_no_other_file(
    sending: Service, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SLICE_SECONDS", -1.0)  # the first row is already too much
    slow, other = add_campaign(tenant, spool(range(3))), add_campaign(tenant, spool(range(10, 12)))
    importer = importer_of(sending)
    importer.look()
    assert [shown(tenant, campaign)["total"] for campaign in (slow, other)] == [1, 1]
    importer.close()
    import_all(sending)
    assert [shown(tenant, campaign)["total"] for campaign in (slow, other)] == [3, 2]


def test_validity_counts_from_the_end_of_the_import(sending: Service, tenant: Tenant, short_slices: None) -> None:
    campaign_id = add_campaign(tenant, spool(range(15)))
    importer = importer_of(sending)
    importer.look()
    _age(sending, 20 * HOUR)
    while importer.look():
        pass
    importer.close()
    upkeep_of(sending).run()
    until = (stored(sending, campaign_id)["imported_at"] or 0) + sending.settings.validity_ms
    assert {(each["expires_at"], each["deadline_at"]) for each in _rows(sending)} == {(until, until)}


def test_later_means_later(sending: Service, tenant: Tenant) -> None:
    due = now_ms() + DAY
    campaign_id = imported(tenant, 5, due_at=due)
    assert shown(tenant, campaign_id)["state"] == "scheduled"
    assert {(each["status"], each["next_attempt_at"], each["deadline_at"]) for each in _rows(sending)} == {
        ("scheduled", due, due)
    }
    assert {each["expires_at"] for each in _rows(sending)} == {due + sending.settings.validity_ms}


def test_what_no_database_keeps_is_one_rows_own_fault(sending: Service, tenant: Tenant) -> None:
    lines = [{"to": number_of(1), "variables": {"name": "A\x00b"}}, {"to": number_of(2), "variables": {"name": "fine"}}]
    campaign_id = add_campaign(tenant, b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    import_all(sending)
    assert [(each["row"], each["reason"]) for each in skips(tenant, campaign_id)] == [(1, "invalid")]
    assert counts(tenant, campaign_id) == {"scheduled": 1}


def _rows(service: Service) -> list[dict[str, Any]]:
    with service.database.read() as connection:
        return [dict(each) for each in connection.execute(select(messages)).mappings()]


def _age(service: Service, by_ms: int) -> None:
    with service.database.write() as connection:
        earlier: dict[str, Any] = {
            name: messages.c[name] - by_ms for name in ("next_attempt_at", "expires_at", "deadline_at")
        }
        connection.execute(messages.update().values(earlier))
