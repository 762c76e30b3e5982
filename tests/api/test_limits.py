"""What a key may ask for in a second, and what it is told about it."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors.app import app_for
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.accounts import api_keys
from connectors.shared.errors import SettingsError
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/account"
RATE = 5
TOLD = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy", "RateLimit"}


@pytest.fixture
def app(service: Service, monkeypatch: pytest.MonkeyPatch) -> Flask:
    service.settings = replace(service.settings, api_rate=RATE)
    # Time passes by the hands of the test alone.
    clock = itertools.repeat(7_000_000_000)
    monkeypatch.setattr("connectors.shared.limits.slots.time.monotonic_ns", lambda: next(clock))
    return app_for(service)


@pytest.fixture
def another_key(tenant: Tenant) -> dict[str, str]:
    with tenant.service.database.write() as connection:
        key = api_keys.create(connection, tenant.account_id)
    return {"Authorization": f"Bearer {key}"}


def ask(client: FlaskClient, headers: dict[str, str], times: int = 1) -> TestResponse:
    for _ in range(times):
        response = client.get(URL, headers=headers)
    return response


def test_every_answer_to_a_key_tells_the_limit(client: FlaskClient, tenant: Tenant) -> None:
    answers = [
        client.get(URL, headers=tenant.headers),
        client.get("/api/v1/messages/1", headers=tenant.headers),
        client.get("/api/v1/messages?limit=0", headers=tenant.headers),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 422]
    for left, answer in zip((4, 3, 2), answers, strict=True):
        assert answer.headers["RateLimit-Limit"] == str(RATE)
        assert answer.headers["RateLimit-Remaining"] == str(left)
        assert answer.headers["RateLimit-Reset"] == "1"
        assert answer.headers["RateLimit-Policy"] == f'"default";q={RATE};w=1'
        assert answer.headers["RateLimit"] == f'"default";r={left};t=1'


def test_more_is_429_in_words(client: FlaskClient, tenant: Tenant) -> None:
    assert ask(client, tenant.headers, RATE).status_code == 200
    refused = ask(client, tenant.headers)
    body = problem_of(refused, 429)
    assert f"{RATE} requests a second" in body["detail"]
    assert re.fullmatch(r"[1-9]\d*", refused.headers["Retry-After"])
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert set(refused.headers.keys()) >= TOLD


def test_keys_of_one_account_do_not_share(client: FlaskClient, tenant: Tenant, another_key: dict[str, str]) -> None:
    assert ask(client, tenant.headers, RATE + 1).status_code == 429
    assert ask(client, another_key, RATE).status_code == 200


def test_nobody_is_limited_by_a_wrong_key(client: FlaskClient, tenant: Tenant) -> None:
    wrong = ask(client, {"Authorization": "Bearer mck_guess"}, RATE + 1)
    assert wrong.status_code == 401
    assert not TOLD & set(wrong.headers.keys())
    assert ask(client, tenant.headers).headers["RateLimit-Remaining"] == str(RATE - 1)


def test_two_apps_of_a_host_share(service: Service, client: FlaskClient, tenant: Tenant) -> None:
    assert ask(app_for(service).test_client(), tenant.headers, RATE).status_code == 200
    assert ask(client, tenant.headers).status_code == 429


def test_nought_is_no_limit(service: Service, tenant: Tenant) -> None:
    service.settings = replace(service.settings, api_rate=0)
    answer = ask(app_for(service).test_client(), tenant.headers, 3 * RATE)
    assert answer.status_code == 200
    assert not TOLD & set(answer.headers.keys())


@pytest.mark.parametrize("rate", ["-1", "many", "1000000000"])
def test_a_rate_that_is_none_is_said_at_the_start(rate: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTORS_API_RATE", rate)
    with pytest.raises(SettingsError, match="CONNECTORS_API_RATE"):
        read_settings()
