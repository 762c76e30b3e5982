"""Refreshes that fail: a grant is dead only when Pipedrive says so."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import get_ident
from typing import Any

import pytest
import structlog

from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Disconnected, InDoubt, RateLimited, Unreachable
from connectors.pipedrive.platform.grants import RECONNECT, GrantKey
from connectors.pipedrive.platform.oauth import IssuedTokens
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import HOUR, MINUTE, SECOND, now_ms
from connectors.shared.oauth import token_endpoint
from tests.pipedrive.companies import install, parts_of
from tests.pipedrive.granting import ME, at, change, expire, row, together
from tests.pipedrive.scripted import LOST, Step, answer, scripted
from tests.shared.messages.tenants import wait_for

DEAD = [
    answer({"error": "invalid_grant"}, 400),
    answer({"success": False, "message": "Invalid grant: refresh token is invalid", "error": "invalid_grant"}, 401),
    answer({"success": False, "error": "Invalid grant: refresh token has expired"}, 400),
    answer({"error": "invalid_grant"}, 200),
]


def test_a_dead_grant_is_known_to_be_dead_for_everybody(parts: Context, outside: SandboxServer) -> None:
    for dead in DEAD:
        key = install(parts, outside)
        expire(parts.service, outside)
        with scripted(dead) as server:
            found = together([partial(at(parts, server.url).grants.access, key)] * 5)
        assert [(type(each), str(each)) for each in found] == [(Disconnected, RECONNECT)] * 5
        assert len(server.requests) == 1
        assert row(parts.service)["dead_at"] is not None


def test_a_grant_that_was_killed_at_pipedrive(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    outside.sandbox.pipedrive.kill_grant(key.company_id, key.user_id)
    with pytest.raises(Disconnected):
        parts.pipedrive.get(key, ME)
    assert row(parts.service)["dead_at"] is not None


@pytest.mark.parametrize("key", [GrantKey(1, 8), GrantKey(2, 7)])
def test_whoever_never_installed_it_is_disconnected(parts: Context, outside: SandboxServer, key: GrantKey) -> None:
    install(parts, outside)
    with pytest.raises(Disconnected, match="Reconnect"):
        parts.grants.access(key)


ALIVE = [
    (answer({"error": "invalid_client", "error_description": "hush"}, 401), Unreachable),
    (
        answer({"success": False, "message": "Invalid client: client is invalid", "error": "invalid_client"}, 400),
        Unreachable,
    ),
    (answer(b"<html>", 401), Unreachable),
    (answer({"success": False, "error": "rate limit"}, 429), RateLimited),
    (answer({"error": "server_error"}, 500), InDoubt),
    (answer(b"<html>", 503), InDoubt),
    (answer(b"<html>", 200), InDoubt),
    (answer(b"[" * 90_000, 200), InDoubt),
    (answer(b'{"a":' * 15_000, 500), InDoubt),
    (answer([], 200), InDoubt),
    (answer({}, 200), InDoubt),
    (answer({"access_token": "with\r\nanother: header", "refresh_token": "R", "expires_in": 1}), InDoubt),
    (answer({"access_token": None, "refresh_token": "R", "expires_in": 1}), InDoubt),
    (answer({"access_token": "A", "refresh_token": "R", "expires_in": "soon"}), InDoubt),
    (answer(b"x", 302, headers={"Location": "http://127.0.0.1:1/"}), InDoubt),
    (answer({"error": "invalid_request"}, 400), Disconnected),
    (answer({"error": ["x"]}, 400), Disconnected),
    (LOST, Unreachable),
    (Step(b"HTTP/1.1 200 X\r\nContent-Length: 90\r\n\r\n{", closes=True), InDoubt),
]


def test_whatever_else_goes_wrong_the_grant_lives(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    for refusal, kind in ALIVE:
        expire(parts.service, outside)
        with scripted(refusal) as server, pytest.raises(kind) as caught:
            at(parts, server.url).grants.access(key)
        assert "hush" not in str(caught.value)
        kept = row(parts.service)
        assert (kept["dead_at"], kept["refresh_leased_until"]) == (None, 0)
        assert parts.pipedrive.get(key, ME).data["id"] == key.user_id


def test_where_nobody_listens_the_grant_lives(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    change(parts.service, access_expires_at=now_ms() - SECOND)
    with scripted() as server:
        gone = server.url
    with pytest.raises(Unreachable):
        at(parts, gone).grants.access(key)
    assert row(parts.service)["dead_at"] is None


def test_a_token_that_is_still_good_does_while_nobody_answers(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    change(parts.service, access_expires_at=now_ms() + MINUTE, refreshed_at=now_ms() - HOUR)
    with scripted(answer(b"", 500)) as server:
        token = at(parts, server.url).grants.access(key)
    assert token.version == row(parts.service)["version"]
    assert len(server.requests) == 1


def test_those_who_wait_for_a_refresh_that_fails_ask_not_one_by_one(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    change(parts.service, access_expires_at=now_ms() - SECOND, refresh_leased_until=now_ms() + MINUTE)
    with scripted(*[answer(b"", 500)] * 20) as server, ThreadPoolExecutor(5) as pool:
        elsewhere = at(parts, server.url)
        read, looked = elsewhere.grants._row, set[int]()

        def look(key: GrantKey) -> Any:
            found = read(key)
            looked.add(get_ident())
            return found

        elsewhere.grants._row = look  # type: ignore[method-assign]
        waiting = [pool.submit(elsewhere.grants.access, key) for _ in range(5)]
        wait_for(lambda: len(looked) == 5)  # each has seen that somebody is at it
        change(parts.service, refresh_leased_until=0)
        assert [type(each.exception(10)) for each in waiting] == [Unreachable] * 5
    assert server.requests == []


def test_a_token_endpoint_that_drips_ends(
    parts: Context, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_endpoint, "TIMEOUT", (5.0, 0.2))
    monkeypatch.setattr(token_endpoint, "BODY_SECONDS", 0.2)
    key = install(parts, outside)
    expire(parts.service, outside)
    drips = [Step(b"", drips=True), Step(b"HTTP/1.1 200 X\r\nContent-Length: 9000\r\n\r\n", drips=True)]
    with scripted(*drips) as server:
        for _ in drips:
            with pytest.raises(InDoubt):
                at(parts, server.url).grants.access(key)
    assert row(parts.service)["dead_at"] is None


def test_the_operator_is_told_of_a_wrong_secret(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    expire(parts.service, outside)
    with scripted(ALIVE[0][0]) as server, structlog.testing.capture_logs() as logs, pytest.raises(Unreachable):
        at(parts, server.url).grants.access(key)
    assert [(each["log_level"], each["check"]) for each in logs] == [
        ("error", "CONNECTORS_PIPEDRIVE_CLIENT_ID and CONNECTORS_PIPEDRIVE_CLIENT_SECRET")
    ]


def test_with_another_key_a_grant_asks_to_reconnect_but_is_not_dead(
    parts: Context, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = install(parts, outside)
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "another key")
    another = Service(read_settings())
    for expires_at in (now_ms() + HOUR, 0):
        change(parts.service, access_expires_at=expires_at)
        with pytest.raises(Disconnected):
            parts_of(another).grants.access(key)
    another.close()
    kept = row(parts.service)
    assert (kept["dead_at"], kept["refresh_leased_until"]) == (None, 0)


def test_installed_anew_while_a_refresh_of_the_old_grant_is_out(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    expire(parts.service, outside)
    for outcome in ({"error": "invalid_grant"}, {"access_token": "old", "refresh_token": "old", "expires_in": 60}):
        fresh = parts.service.secrets.encrypt("new")

        def refresh(_token: str, outcome: dict[str, Any] = outcome, fresh: str = fresh) -> Any:
            change(parts.service, version=row(parts.service)["version"] + 7, access_sealed=fresh)
            if "error" in outcome:
                raise Disconnected("dead")
            return IssuedTokens("old", "old", now_ms() + HOUR, "")

        change(parts.service, access_expires_at=0, refresh_leased_until=0)
        parts.grants._oauth = type("Asked", (), {"refresh": staticmethod(refresh)})()
        assert parts.grants.access(key).value == "new"
        assert row(parts.service)["dead_at"] is None
