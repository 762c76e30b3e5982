"""Tokens: sealed, refreshed ahead of time, and once for everybody who needs one."""

import logging
from functools import partial
from pathlib import Path

import pytest
import time_machine

from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Disconnected, Unreachable
from connectors.pipedrive.platform.grants import AccessToken
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import DAY, HOUR, MINUTE, SECOND, now_ms
from connectors.shared.oauth import refreshed_tokens as module
from tests.pipedrive.companies import install, parts_of
from tests.pipedrive.granting import ME, at, change, expire, row, together, who_am_i
from tests.pipedrive.scripted import answer, scripted


def test_a_good_token_is_used_as_it_is(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    assert parts.grants.access(key) == parts.grants.access(key)
    assert outside.sandbox.pipedrive.refreshes == 0


@pytest.mark.parametrize("known_to_be_old", [True, False])
def test_twenty_threads_of_two_processes_refresh_once(
    both_services: Service, outside: SandboxServer, known_to_be_old: bool
) -> None:
    key = install(both_services, outside)
    another = Service(read_settings())
    outside.sandbox.pipedrive.expire_access_tokens()
    if known_to_be_old:
        change(both_services, access_expires_at=now_ms() - SECOND)
    processes = [parts_of(both_services), parts_of(another)]
    answers = together([partial(who_am_i, parts, key) for parts in processes * 10])
    another.close()
    assert answers == [key.user_id] * 20
    assert outside.sandbox.pipedrive.refreshes == 1
    if known_to_be_old:
        assert {call.status for call in outside.sandbox.pipedrive.requests if call.path == ME} == {200}


@pytest.mark.parametrize(
    ("life", "left", "refreshes"),
    [(HOUR, 6 * MINUTE, 0), (HOUR, 4 * MINUTE, 1), (10 * MINUTE, 2 * MINUTE, 0), (10 * MINUTE, 30 * SECOND, 1)],
)
def test_it_is_refreshed_ahead_of_time(
    parts: Context, outside: SandboxServer, life: int, left: int, refreshes: int
) -> None:
    key = install(parts, outside)
    change(parts.service, access_expires_at=now_ms() + left, refreshed_at=now_ms() + left - life)
    before = row(parts.service)["version"]
    assert parts.grants.access(key).version == before + refreshes
    assert outside.sandbox.pipedrive.refreshes == refreshes


def test_while_one_refreshes_ahead_of_time_the_others_use_the_old_token(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    soon = now_ms() + MINUTE
    change(parts.service, access_expires_at=soon, refreshed_at=soon - HOUR, refresh_leased_until=soon)
    assert parts.grants.access(key).version == row(parts.service)["version"]
    assert outside.sandbox.pipedrive.refreshes == 0


def test_who_died_while_refreshing_is_followed_by_another(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    expire(parts.service, outside)
    change(parts.service, refresh_leased_until=now_ms() - 1)
    assert parts.pipedrive.get(key, ME).data["id"] == key.user_id
    assert outside.sandbox.pipedrive.refreshes == 1


def test_nobody_waits_for_ever_for_who_refreshes(
    parts: Context, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    key = install(parts, outside)
    expire(parts.service, outside)
    change(parts.service, refresh_leased_until=now_ms() + MINUTE)
    with pytest.raises(Unreachable):
        parts.grants.access(key)
    assert outside.sandbox.pipedrive.refreshes == 0


def test_what_the_refresh_brings_is_kept(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    expire(parts.service, outside)
    tokens = {"access_token": "A", "refresh_token": "R", "expires_in": 3599, "api_domain": "https://evil.example"}
    with scripted(answer(tokens), answer({"access_token": "B", "expires_in": "60"})) as server:
        first = at(parts, server.url).grants.access(key)
        change(parts.service, access_expires_at=0)
        second = at(parts, server.url).grants.access(key)
    assert (first.value, first.api_domain) == ("A", outside.url)
    assert (second.value, second.version) == ("B", first.version + 1)
    assert b"grant_type=refresh_token&refresh_token=R" in server.requests[1]
    assert b"\r\nAuthorization: Basic " in server.requests[0]
    kept = row(parts.service)
    assert parts.service.secrets.decrypt(kept["refresh_sealed"]) == "R"
    assert 50 * SECOND < kept["access_expires_at"] - now_ms() <= 60 * SECOND


def test_no_token_is_readable_anywhere(
    parts: Context,
    outside: SandboxServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    key = install(parts, outside)
    first = parts.grants.access(key)
    expire(parts.service, outside)
    second = parts.grants.access(key)
    refresh_token = parts.service.secrets.decrypt(row(parts.service)["refresh_sealed"])
    outside.sandbox.pipedrive.kill_grant(key.company_id, key.user_id)
    expire(parts.service, outside)
    with pytest.raises(Disconnected) as caught:
        parts.pipedrive.get(key, ME)
    printed = caplog.text + "".join(capfd.readouterr()) + str(caught.value) + repr((first, second, parts.settings))
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert row(parts.service)["refresh_sealed"].encode()[:100] in kept
    for secret in (first.value, second.value, refresh_token, parts.settings.client_secret):
        assert secret not in printed
        assert secret.encode() not in kept


@pytest.mark.parametrize(("idle", "refreshes"), [(8 * DAY, 1), (6 * DAY, 0)])
def test_only_an_idle_grant_is_kept_alive(parts: Context, outside: SandboxServer, idle: int, refreshes: int) -> None:
    key = install(parts, outside)
    change(parts.service, refreshed_at=now_ms() - idle)
    before = now_ms() - 7 * DAY
    parts.grants.keep_alive(key, before)
    parts.grants.keep_alive(key, before)
    assert outside.sandbox.pipedrive.refreshes == refreshes


def test_a_lease_of_another_is_waited_for_until_it_lapses(parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    expire(parts.service, outside)
    change(parts.service, refresh_leased_until=now_ms() + 30 * SECOND)
    with time_machine.travel((now_ms() + 31 * SECOND) / SECOND):
        found = parts.grants.access(key)
    assert isinstance(found, AccessToken)
    assert outside.sandbox.pipedrive.refreshes == 1
