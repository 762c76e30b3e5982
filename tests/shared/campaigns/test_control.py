"""Pause, resume and cancel: what was sent stays sent, nobody is left out, and nobody is texted twice."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from connectors.service import Service
from connectors.shared.campaigns import control, reading, upkeep
from connectors.shared.clock import DAY, HOUR, SECOND, now_ms
from connectors.shared.database import metadata
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.messages import retention
from connectors.shared.messages.resolve import Resolution, resolve, resolve_campaign
from tests.shared.campaigns.audience import (
    add_campaign,
    counts,
    import_all,
    imported,
    importer_of,
    recipients,
    set_campaign,
    shown,
    spool,
    stored,
    upkeep_of,
)
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import (
    Tenant,
    add_tenant,
    change,
    change_all,
    dispatching,
    number_of,
    row,
    statuses,
    wait_for,
    wait_for_ends,
)
from tests.shared.messages.vendor import OK, Reply, Vendor

Verb = Callable[[Connection, int, str, int], None]


def do(tenant: Tenant, verb: Verb, campaign_id: str) -> None:
    with tenant.service.database.write() as connection:
        verb(connection, tenant.account_id, campaign_id, now_ms())
    tenant.service.wakeup.announce()


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SLICE_MESSAGES", 10)
    monkeypatch.setattr(upkeep, "SLICE", 10)
    monkeypatch.setattr(upkeep, "WINDOW_ROWS", 7)


def test_a_pause_holds_and_a_resume_leaves_out_and_doubles_nobody(open_service: OpenService, vendor: Vendor) -> None:
    tenant = add_tenant(open_service(dispatch_threads=2), bulk=False)
    vendor.script = lambda _: Reply(delay=0.05)
    campaign_id = imported(tenant, 400)
    with dispatching(tenant.service):
        wait_for(lambda: len(vendor.calls) > 20)
        do(tenant, control.pause, campaign_id)
        paused = len(vendor.calls)
        wait_for(lambda: not {"queued", "sending"} & counts(tenant, campaign_id).keys())
        # Ten threads at most had begun a call before the pause was committed.
        assert len(vendor.calls) <= paused + 10
        assert counts(tenant, campaign_id) == {"sent": len(vendor.calls), "scheduled": 400 - len(vendor.calls)}
        assert shown(tenant, campaign_id)["state"] == "paused"
        vendor.script = lambda _: OK
        do(tenant, control.resume, campaign_id)
        wait_for(lambda: shown(tenant, campaign_id)["closed_at"])
    assert counts(tenant, campaign_id) == {"sent": 400}
    assert Counter(vendor.taken.values()) == {1: 400}


def test_a_campaign_goes_from_its_file_to_the_phones(open_service: OpenService, vendor: Vendor) -> None:
    """By the dispatcher's own jobs, and its own child."""
    tenant = add_tenant(open_service(workbook_rows=1_000))
    with dispatching(tenant.service):
        campaign_id = add_campaign(tenant, spool(range(1_500)))
        wait_for(lambda: shown(tenant, campaign_id)["closed_at"], 30.0)
    assert shown(tenant, campaign_id)["state"] == "finished"
    assert counts(tenant, campaign_id) == {"sent": 1_500}
    assert vendor.taken == {(number_of(n)[1:], f"Dear person {n}"): 1 for n in range(1_500)}
    assert len(vendor.calls) == 2


def test_a_pause_while_the_file_is_read_keeps_it_from_going_out(sending: Service, tenant: Tenant) -> None:
    campaign_id = add_campaign(tenant, spool(range(5)))
    do(tenant, control.pause, campaign_id)
    assert shown(tenant, campaign_id)["state"] == "importing"
    with pytest.raises(WrongState):
        do(tenant, control.pause, campaign_id)
    import_all(sending)
    upkeep_of(sending).run()
    assert shown(tenant, campaign_id)["state"] == "paused"
    assert counts(tenant, campaign_id) == {"scheduled": 5}
    do(tenant, control.resume, campaign_id)
    upkeep_of(sending).run()
    assert counts(tenant, campaign_id) == {"queued": 5}


def test_a_resume_while_the_file_is_read(sending: Service, tenant: Tenant) -> None:
    campaign_id = add_campaign(tenant, spool(range(5)))
    do(tenant, control.pause, campaign_id)
    do(tenant, control.resume, campaign_id)
    import_all(sending)
    upkeep_of(sending).run()
    assert counts(tenant, campaign_id) == {"queued": 5}


def test_a_pause_takes_messages_out_of_the_queue_and_a_resume_puts_them_back(
    sending: Service, tenant: Tenant, short_slices: None
) -> None:
    campaign_id = imported(tenant, 45)
    kept_for_the_morning = recipients(tenant, campaign_id)[7]["id"]
    opens_at = now_ms() + HOUR
    change(sending, kept_for_the_morning, status="scheduled", deadline_at=opens_at, next_attempt_at=opens_at)
    before = stored(sending, campaign_id)["imported_at"]
    for _ in range(2):
        do(tenant, control.pause, campaign_id)
        upkeep_of(sending).run()
        assert counts(tenant, campaign_id) == {"scheduled": 45}
        do(tenant, control.resume, campaign_id)
        upkeep_of(sending).run()
        assert counts(tenant, campaign_id) == {"queued": 44, "scheduled": 1}
        assert row(sending, kept_for_the_morning)["deadline_at"] == opens_at
    # A pause gives nobody more time.
    assert {row(sending, each["id"])["expires_at"] for each in recipients(tenant, campaign_id)} == {
        before + sending.settings.validity_ms
    }
    assert not stored(sending, campaign_id)["parked"]


@pytest.mark.parametrize("at", [2, 6])
def test_a_release_that_a_pause_overtook_is_void(
    sending: Service,
    open_service: OpenService,
    tenant: Tenant,
    short_slices: None,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
) -> None:
    """Another dispatcher puts back what the first has already walked past; the next resume lets out all of it."""
    campaign_id = add_campaign(tenant, spool(range(45)))
    import_all(sending)
    first, other = upkeep_of(sending), upkeep_of(open_service())
    find, calls = first._find_parked, []

    def find_and_be_overtaken(campaign: Any, walk: Any) -> None:
        calls.append(campaign)
        find(campaign, walk)
        if len(calls) == at:  # five slices, and the look that finds no more
            do(tenant, control.pause, campaign_id)
            other.run()
            assert counts(tenant, campaign_id) == {"scheduled": 45}
            do(tenant, control.resume, campaign_id)

    monkeypatch.setattr(first, "_find_parked", find_and_be_overtaken)
    first.run()
    first.run()
    assert counts(tenant, campaign_id) == {"queued": 45}
    assert len(calls) > at


@pytest.mark.parametrize("begun", [False, True])
def test_what_comes_back_to_a_paused_campaign_is_held(sending: Service, tenant: Tenant, begun: bool) -> None:
    campaign_id = imported(tenant, 3)
    change_all(sending, status="sending", claimed_by=1, begun_at=now_ms() if begun else None)
    do(tenant, control.pause, campaign_id)
    upkeep_of(sending).run()
    assert counts(tenant, campaign_id) == {"sending": 3}
    change_all(sending, status="queued", claimed_by=None, begun_at=None)
    upkeep_of(sending).run()
    assert counts(tenant, campaign_id) == {"scheduled": 3}


def test_canceled_is_never_sent(sending: Service, tenant: Tenant, vendor: Vendor, short_slices: None) -> None:
    ended: list[str] = []
    sending.endings.register(lambda _connection, ids, _moment: ended.extend(ids))
    campaign_id = imported(tenant, 45)
    sent = recipients(tenant, campaign_id)[0]["id"]
    change(sending, sent, status="sent", deadline_at=now_ms() + DAY)
    do(tenant, control.cancel, campaign_id)
    assert shown(tenant, campaign_id)["state"] == "canceled"
    upkeep_of(sending).run()
    assert counts(tenant, campaign_id) == {"sent": 1, "canceled": 44}
    assert len(set(ended)) == len(ended) == 44
    assert shown(tenant, campaign_id)["closed_at"] is not None
    with dispatching(sending):
        wait_for_ends(sending)
    assert vendor.calls == []


def test_an_import_that_is_canceled_stops(sending: Service, tenant: Tenant, short_slices: None) -> None:
    campaign_id = add_campaign(tenant, spool(range(45)))
    importer = importer_of(sending)
    importer.look()
    do(tenant, control.cancel, campaign_id)
    while importer.look():
        pass
    importer.close()
    upkeep_of(sending).run()
    assert counts(tenant, campaign_id) == {"canceled": 10}
    assert shown(tenant, campaign_id)["error"] is None


def test_verbs_in_the_wrong_state(sending: Service, tenant: Tenant) -> None:
    running = imported(tenant, 2)
    with pytest.raises(WrongState):
        do(tenant, control.resume, running)
    canceled = imported(tenant, 2, name="canceled")
    do(tenant, control.cancel, canceled)
    finished = imported(tenant, 1, name="finished")
    change(sending, recipients(tenant, finished)[0]["id"], status="delivered", deadline_at=None)
    failed = add_campaign(tenant, b"")
    import_all(sending)
    for campaign_id in (canceled, finished, failed):
        for verb in (control.pause, control.resume, control.cancel):
            with pytest.raises(WrongState, match="any more"):
                do(tenant, verb, campaign_id)


def test_another_accounts_campaign_is_not_there(sending: Service, tenant: Tenant) -> None:
    campaign_id = imported(tenant, 2)
    stranger = add_tenant(sending, "C-TWO")
    for verb in (control.pause, control.resume, control.cancel):
        with pytest.raises(NotFound):
            do(stranger, verb, campaign_id)
    with pytest.raises(NotFound):
        _resolve(stranger, campaign_id, Resolution.SENT)
    for read in (shown, recipients):
        with pytest.raises(NotFound):
            read(stranger, campaign_id)


def _resolve(tenant: Tenant, campaign_id: str, resolution: Resolution) -> int:
    service = tenant.service
    return resolve_campaign(
        service.database,
        service.endings,
        tenant.account_id,
        campaign_id,
        resolution,
        now_ms(),
        receipt_deadline_ms=DAY,
        validity_ms=DAY,
    )


@pytest.mark.parametrize(
    ("resolution", "after"),
    [(Resolution.SENT, {"sent": 5}), (Resolution.FAILED, {"failed": 5}), (Resolution.RESEND, {"queued": 5})],
)
def test_what_is_in_doubt_is_resolved_for_a_whole_campaign(
    sending: Service, tenant: Tenant, resolution: Resolution, after: dict[str, int]
) -> None:
    other = tenant.accept(number_of(99), "in doubt too")
    campaign_id = imported(tenant, 5)
    change_all(sending, status="unconfirmed", begun_at=now_ms())
    upkeep_of(sending).run()
    assert shown(tenant, campaign_id)["state"] == "finished"
    assert _resolve(tenant, campaign_id, resolution) == 5
    assert counts(tenant, campaign_id) == after
    assert row(sending, other)["status"] == "unconfirmed"
    if resolution is Resolution.RESEND:
        do(tenant, control.pause, campaign_id)
        upkeep_of(sending).run()
        assert counts(tenant, campaign_id) == {"scheduled": 5}
        do(tenant, control.resume, campaign_id)
        upkeep_of(sending).run()
        assert counts(tenant, campaign_id) == {"queued": 5}


def test_nothing_of_a_canceled_campaign_is_sent_again(sending: Service, tenant: Tenant) -> None:
    campaign_id = imported(tenant, 2)
    change_all(sending, status="unconfirmed", begun_at=now_ms())
    set_campaign(sending, campaign_id, canceled_at=now_ms(), held_because="canceled")
    upkeep_of(sending).run()
    with pytest.raises(WrongState, match="ended"):
        _resolve(tenant, campaign_id, Resolution.RESEND)
    with pytest.raises(WrongState, match="ended"), sending.database.write() as connection:
        resolve(
            connection,
            sending.endings,
            recipients(tenant, campaign_id)[0]["id"],
            Resolution.RESEND,
            now_ms(),
            receipt_deadline_ms=DAY,
            validity_ms=DAY,
        )
    assert _resolve(tenant, campaign_id, Resolution.FAILED) == 2


def test_what_is_paused_for_too_long_is_not_sent_late(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    campaign_id = imported(tenant, 3)
    do(tenant, control.pause, campaign_id)
    upkeep_of(sending).run()
    past = now_ms() - SECOND
    change_all(sending, expires_at=past, deadline_at=past)
    set_campaign(sending, campaign_id, imported_at=past - sending.settings.validity_ms)
    do(tenant, control.resume, campaign_id)
    with dispatching(sending):
        wait_for(lambda: statuses(sending) == {"failed": 3})
    assert {each["error"]["code"] for each in recipients(tenant, campaign_id)} == {"expired_unsent"}
    assert vendor.calls == []


def test_a_removed_account_takes_its_campaigns_along(sending: Service, tenant: Tenant) -> None:
    imported(tenant, 3)
    add_campaign(tenant, spool(range(3)), name="being read")
    retention.remove_account(sending.database, sending.forgetting, tenant.account_id)
    with sending.database.read() as connection:
        for name in ("campaigns", "campaign_files", "campaign_skips", "campaign_erasures", "messages"):
            table = metadata.tables[name]
            assert connection.scalar(select(func.count()).select_from(table)) == 0, name
