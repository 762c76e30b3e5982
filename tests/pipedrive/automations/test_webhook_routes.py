"""The endpoint: who may tell us, what is kept of it, and that it is kept once."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from connectors.pipedrive.automations.credentials import are_theirs, credentials
from connectors.pipedrive.automations.happening import read_happening
from connectors.pipedrive.automations.webhook_routes import LARGEST_BODY
from connectors.pipedrive.forgetting import purge_events
from connectors.pipedrive.tables import pipedrive_events
from connectors.service import Service
from connectors.shared.clock import DAY, now_ms, to_rfc3339
from connectors.shared.secrets import SecretBox
from tests.pipedrive.automations.played import Door, Played, basic, post, told
from tests.pipedrive.companies import COMPANY

NOW = 1_795_262_400_000


def kept(played: Played) -> list[Any]:
    with played.parts.service.database.read() as connection:
        found = connection.execute(select(pipedrive_events).order_by(pipedrive_events.c.id)).mappings()
        return [(row["kind"], orjson.loads(row["refs"])) for row in found]


def test_what_is_told_is_kept_once_and_only_from_pipedrive(
    play: Callable[[Service], Played], both_services: Service, door: Door
) -> None:
    played = play(both_services)
    played.put("person_added", enabled=True)
    body, barrier, statuses = told("person", "create", 9), Barrier(8), []

    def tell() -> None:
        barrier.wait()
        statuses.append(post(door, body, basic(played.parts)).status_code)

    threads = [Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert kept(played) == [("person.create", {"person": "9"})]
    refused: list[tuple[Any, Any, int]] = [
        (body, {}, 401),
        (body, basic(played.parts, password="wrong"), 401),
        (body, basic(played.parts, user="wrong"), 401),
        (body, basic(played.parts, company_id=2), 401),
        (body, {"Authorization": "Basic \u00e9\u00e9"}, 401),
        (b"{", basic(played.parts), 400),
        (b"[]", basic(played.parts), 400),
        (b" " * (LARGEST_BODY + 1), basic(played.parts), 413),
        (told("person", "create", 10, company_id="2"), basic(played.parts), 400),
    ]
    for given, headers, status in refused:
        assert post(door, given, headers).status_code == status
    assert post(door, told("person", "create", 9, company_id="2"), basic(played.parts, 2), 2).status_code == 410
    unused = [
        *(told("person", "change", 9), told("deal", "create", 9, data={"stage_id": 1}), told("product", "create", 1)),
        *({}, {"meta": 1}, {"meta": {"entity": "person", "action": "create", "id": "x"}}),
    ]
    for given in unused:
        assert post(door, given, basic(played.parts)).status_code == 200
    assert len(kept(played)) == 1


@pytest.mark.parametrize(
    ("action", "data", "previous", "refs"),
    [
        ("create", {"stage_id": 3, "status": "open"}, None, {"deal": "5", "stage": "3"}),
        ("create", {"stage_id": 3, "status": "lost"}, None, None),
        ("change", {"stage_id": 3}, {"stage_id": 2}, {"deal": "5", "stage": "3", "before": "2"}),
        ("change", {"stage_id": "3"}, {"stage_id": "2"}, {"deal": "5", "stage": "3", "before": "2"}),
        ("change", {"stage_id": 3}, {"stage_id": 3}, None),
        ("change", {"stage_id": 3}, {"title": "x"}, None),
        ("change", {"stage_id": 3}, None, None),
        ("change", {"stage_id": 3, "status": "lost"}, {"status": "open"}, {"deal": "5", "ended": "lost"}),
        ("change", {"stage_id": 3, "status": "lost"}, {"title": "x"}, None),
        ("change", {"stage_id": True}, {"stage_id": 2}, None),
        ("delete", None, {"stage_id": 3}, None),
    ],
)
def test_of_a_deal_only_its_way_through_the_stages_matters(action: str, data: Any, previous: Any, refs: Any) -> None:
    happening = read_happening(told("deal", action, 5, data=data, previous=previous), NOW)
    assert (happening and happening.refs) == refs


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [
        ("2026-11-21T11:59:59.500Z", NOW - 500),
        ("2026-11-21T11:59:59+00:00", NOW - 1_000),
        ("2026-11-21T11:59:59", NOW - 1_000),
        ("2036-11-21T11:59:59Z", NOW),
        ("yesterday", NOW),
        (None, NOW),
    ],
)
def test_when_it_happened_is_never_in_the_future(timestamp: Any, moment: int) -> None:
    happening = read_happening(told("person", "create", 5, timestamp=timestamp), NOW)
    assert happening is not None
    assert happening.happened_at == moment


def test_what_a_webhook_was_made_with_counts_after_the_key_was_changed() -> None:
    old, new = SecretBox(["old"]), SecretBox(["new", "old"])
    before, after = credentials(old, COMPANY), credentials(new, COMPANY)
    assert before != after
    assert are_theirs(new, COMPANY, before.user, before.password)
    assert are_theirs(new, COMPANY, after.user, after.password)
    assert not are_theirs(new, COMPANY, before.user, after.password)
    assert not are_theirs(SecretBox(["new"]), COMPANY, before.user, before.password)


def test_what_is_stale_texts_nobody_and_old_events_go(played: Played, door: Door) -> None:
    played.put("person_added", enabled=True)
    long_ago = to_rfc3339(now_ms() - 3 * DAY)
    assert post(door, told("person", "create", 9, timestamp=long_ago), basic(played.parts)).status_code == 200
    assert played.all() == [(None, "skipped", "too_late")]
    service = played.parts.service
    purge_events(service)
    assert len(kept(played)) == 1
    object.__setattr__(service.settings, "retention_ms", -DAY)
    purge_events(service)
    assert kept(played) == []
