"""Idle grants are refreshed one at a time, dead ones let go, and nobody is hammered."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from connectors.pipedrive.context import Context, make_context
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.keeping import LONGEST_REST_SECONDS, SHORTEST_REST_SECONDS, Keeper, jobs
from connectors.pipedrive.tables import pipedrive_grants, pipedrive_used_states
from connectors.sandbox.server import SandboxServer
from connectors.shared.clock import DAY, MINUTE, now_ms
from tests.pipedrive.companies import install
from tests.pipedrive.scripted import Step, answer, scripted


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def idle(parts: Context, key: GrantKey, days: float) -> None:
    with parts.service.database.write() as connection:
        whose = (pipedrive_grants.c.company_id == key.company_id) & (pipedrive_grants.c.user_id == key.user_id)
        moment = now_ms() - round(days * DAY)
        connection.execute(update(pipedrive_grants).where(whose).values(refreshed_at=moment))


def grants(parts: Context) -> dict[int, Any]:
    with parts.service.database.read() as connection:
        return {row["user_id"]: row for row in connection.execute(select(pipedrive_grants)).mappings()}


def at(parts: Context, url: str) -> Context:
    return make_context(parts.service, replace(parts.settings, oauth_url=url))


def test_the_dispatcher_keeps_grants_alive(parts: Context, outside: SandboxServer) -> None:
    for user_id, days in ((7, 7.1), (8, 6.9), (9, 30)):
        idle(parts, install(parts, outside, user_id=user_id), days)
    before = grants(parts)
    (job,) = jobs(parts)
    job.run()
    job.run()
    after = grants(parts)
    assert [after[user]["version"] - before[user]["version"] for user in (7, 8, 9)] == [1, 0, 1]
    assert outside.sandbox.pipedrive.refreshes == 2


def test_a_dead_one_is_let_go_and_the_others_go_on(parts: Context, outside: SandboxServer) -> None:
    for user_id, days in ((7, 61), (8, 10)):
        idle(parts, install(parts, outside, user_id=user_id), days)
    outside.sandbox.pipedrive.kill_grant(1, 7)
    keeper = Keeper(parts)
    keeper.look()
    keeper.look()
    found = grants(parts)
    assert found[7]["dead_at"] is not None
    assert found[8]["dead_at"] is None
    asked = [call.status for call in outside.sandbox.pipedrive.requests if call.path == "/oauth/token"]
    assert asked == [400, 200]


def test_where_pipedrive_fails_it_is_asked_ever_later(parts: Context, outside: SandboxServer) -> None:
    for user_id, days in ((7, 10), (8, 9)):
        idle(parts, install(parts, outside, user_id=user_id), days)
    clock = Clock()
    with scripted(*[answer(b"", 500)] * 20) as server:
        keeper = Keeper(at(parts, server.url), clock)
        keeper.look()
        assert len(server.requests) == 1  # the other one would not fare better
        keeper.look()
        assert len(server.requests) == 2  # but it has its turn
        keeper.look()
        assert len(server.requests) == 2
        clock.now += SHORTEST_REST_SECONDS + 1
        keeper.look()
        keeper.look()
        assert len(server.requests) == 4
        clock.now += SHORTEST_REST_SECONDS + 1
        keeper.look()
        assert len(server.requests) == 4
        clock.now += LONGEST_REST_SECONDS
        keeper.look()
        assert len(server.requests) == 5
    assert [each["dead_at"] for each in grants(parts).values()] == [None, None]
    clock.now += LONGEST_REST_SECONDS
    later = Keeper(parts, clock)
    later.look()
    assert outside.sandbox.pipedrive.refreshes == 2


def test_a_wrong_secret_kills_nobody(parts: Context, outside: SandboxServer) -> None:
    idle(parts, install(parts, outside), 10)
    Keeper(make_context(parts.service, replace(parts.settings, client_secret="wrong"))).look()
    assert grants(parts)[7]["dead_at"] is None


def test_what_stops_begins_no_more(parts: Context, outside: SandboxServer) -> None:
    idle(parts, install(parts, outside), 10)
    (job,) = jobs(parts)
    assert job.close is not None
    job.close()
    job.run()
    assert outside.sandbox.pipedrive.refreshes == 0


def test_one_that_is_being_refreshed_is_left_alone(parts: Context, outside: SandboxServer) -> None:
    idle(parts, install(parts, outside), 10)
    with parts.service.database.write() as connection:
        connection.execute(update(pipedrive_grants).values(refresh_leased_until=now_ms() + MINUTE))
    Keeper(parts).look()
    assert outside.sandbox.pipedrive.refreshes == 0


def test_used_states_are_forgotten_once_they_are_old(parts: Context) -> None:
    moment = now_ms()
    with parts.service.database.write() as connection:
        states = [{"nonce": "old", "expires_at": moment - 1}, {"nonce": "new", "expires_at": moment + MINUTE}]
        connection.execute(insert(pipedrive_used_states), states)
    Keeper(parts).look()
    with parts.service.database.read() as connection:
        assert list(connection.execute(select(pipedrive_used_states.c.nonce)).scalars()) == ["new"]


@pytest.mark.parametrize("step", [answer({"error": "x"}, 400), Step(closes=True)])
def test_whatever_comes_back_the_job_goes_on(parts: Context, outside: SandboxServer, step: Step) -> None:
    idle(parts, install(parts, outside), 10)
    with scripted(step) as server:
        Keeper(at(parts, server.url)).look()
    assert grants(parts)[7]["dead_at"] is None
