from collections.abc import Iterator
from typing import Any

import pytest
import uuid_utils
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors.app import app_for
from connectors.service import Service
from connectors.shared.outbound import AllowedHosts
from connectors.shared.webhooks.subscriptions import MOST_PER_ACCOUNT
from tests.api.ledger import Tenant
from tests.api.problems import problem_of
from tests.shared.webhooks.receiver import Receiver, Reply

PATH = "/api/v1/webhooks"
URL = "https://hooks.shop.example/sms?token=hush"
SHAPE = {
    "id",
    "url",
    "events",
    "state",
    "disabled_at",
    "disabled_reason",
    "failing_since",
    "last_failure",
    "pending",
    "created_at",
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def app(service: Service) -> Flask:
    # A frozen dataclass: only a test has a reason to change what the operator decided.
    object.__setattr__(service.settings, "webhook_hosts", AllowedHosts(("127.0.0.1", "*")))
    return app_for(service)


def post(client: FlaskClient, tenant: Tenant, body: Any) -> TestResponse:
    return client.post(PATH, json=body, headers=tenant.headers)


def added(client: FlaskClient, tenant: Tenant, url: str = URL, *events: str) -> dict[str, Any]:
    response = post(client, tenant, {"url": url, "events": events or ["message.delivered"]})
    assert response.status_code == 201, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def test_a_webhook_shows_its_secret_once(client: FlaskClient, tenant: Tenant) -> None:
    made = added(client, tenant, URL, "campaign.finished", "message.delivered", "message.delivered")
    assert made.keys() == SHAPE | {"secret"}
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["events"]) == (URL, ["message.delivered", "campaign.finished"])
    assert (made["state"], made["pending"], made["last_failure"]) == ("active", 0, None)
    shown = client.get(f"{PATH}/{made['id']}", headers=tenant.headers)
    page = client.get(PATH, headers=tenant.headers)
    without = {name: value for name, value in made.items() if name != "secret"}
    assert shown.get_json() == without
    assert page.get_json() == {"items": [without], "next": None}
    assert not any(made["secret"][6:] in answer.get_data(as_text=True) for answer in (shown, page))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": ["message.delivered"]}, "url"),
        ({"url": "", "events": ["message.delivered"]}, "url"),
        ({"url": 1, "events": ["message.delivered"]}, "url"),
        ({"url": "hooks.shop.example", "events": ["message.delivered"]}, "url"),
        ({"url": "http://hooks.shop.example/", "events": ["message.delivered"]}, "url"),
        ({"url": "https://hooks.shop.example/\n", "events": ["message.delivered"]}, "url"),
        ({"url": "https://user:pass@hooks.shop.example/", "events": ["message.delivered"]}, "url"),
        ({"url": "https://10.0.0.1/", "events": ["message.delivered"]}, "url"),
        ({"url": "https://[::1]/", "events": ["message.delivered"]}, "url"),
        ({"url": "https://localhost/", "events": ["message.delivered"]}, "url"),
        ({"url": "https://hooks.shop.example/\u0000", "events": ["message.delivered"]}, "url"),
        ({"url": "https://hooks.shop.example/" + "x" * 2048, "events": ["message.delivered"]}, "url"),
        ({"url": URL}, "events"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "events": "message.delivered"}, "events"),
        ({"url": URL, "events": ["message.delivered", "message.read"]}, "events.1"),
        ({"url": URL, "events": ["webhook.test"]}, "events.0"),
        ({"url": URL, "events": ["message.delivered"], "secret": "mine"}, "secret"),
    ],
)
def test_what_does_not_validate_is_named(client: FlaskClient, tenant: Tenant, body: Any, field: str) -> None:
    assert list(problem_of(post(client, tenant, body), 422)["errors"]) == [field]
    assert client.get(PATH, headers=tenant.headers).get_json()["items"] == []


def test_a_url_is_there_once_an_account(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    made = added(client, tenant)
    problem_of(post(client, tenant, {"url": URL, "events": ["message.failed"]}), 409)
    added(client, stranger)
    assert client.delete(f"{PATH}/{made['id']}", headers=tenant.headers).status_code == 204
    added(client, tenant)


def test_an_account_has_so_many_and_no_more(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    made = [added(client, tenant, f"{URL}&n={index}")["id"] for index in range(MOST_PER_ACCOUNT)]
    refused = problem_of(post(client, tenant, {"url": URL, "events": ["message.failed"]}), 409)
    assert "Remove one" in refused["detail"]
    added(client, stranger)
    listed = client.get(PATH, headers=tenant.headers).get_json()["items"]
    assert [item["id"] for item in listed] == made[::-1]


def test_tenants_are_strangers(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    theirs = f"{PATH}/{added(client, stranger)['id']}"
    nobodys = f"{PATH}/{uuid_utils.uuid7()}"
    for path in (theirs, nobodys, f"{PATH}/nope", f"{PATH}/%00", f"{PATH}/" + "x" * 5000):
        problem_of(client.get(path, headers=tenant.headers), 404)
        problem_of(client.delete(path, headers=tenant.headers), 404)
        problem_of(client.post(f"{path}/test", headers=tenant.headers), 404)
        problem_of(client.post(f"{path}/enable", headers=tenant.headers), 404)
    assert client.get(PATH, headers=tenant.headers).get_json()["items"] == []
    assert client.get(theirs, headers=stranger.headers).status_code == 200


def test_a_removed_webhook_is_gone(client: FlaskClient, tenant: Tenant) -> None:
    path = f"{PATH}/{added(client, tenant)['id']}"
    response = client.delete(path, headers=tenant.headers)
    assert (response.status_code, response.data) == (204, b"")
    problem_of(client.delete(path, headers=tenant.headers), 404)
    problem_of(client.get(path, headers=tenant.headers), 404)


def test_what_is_owed_is_counted(service: Service, client: FlaskClient, tenant: Tenant) -> None:
    path = f"{PATH}/{added(client, tenant)['id']}"
    ids = [tenant.message(status="delivered") for _ in range(3)]
    with service.database.write() as connection:
        service.endings.tell(connection, ids, 1_795_248_000_000)
    assert client.get(path, headers=tenant.headers).get_json()["pending"] == 3


def test_a_trial_is_posted_at_once_and_says_what_came_of_it(
    client: FlaskClient, tenant: Tenant, receiver: Receiver
) -> None:
    made = added(client, tenant, receiver.url())
    body = client.post(f"{PATH}/{made['id']}/test", headers=tenant.headers).get_json()
    assert (body["status"], body["failure"]) == (204, None)
    assert body["duration_ms"] >= 0
    (told,) = receiver.posts
    assert (told.event["type"], told.event["data"]) == ("webhook.test", {"webhook_id": made["id"]})
    assert told.headers["webhook-signature"].startswith("v1,")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "It answered 500."),
        (302, "It answered 302: redirects are not followed."),
        (410, "It answered 410."),
        (None, "No answer came in time."),
    ],
)
def test_a_trial_that_fails_says_why_and_changes_nothing(
    client: FlaskClient,
    tenant: Tenant,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    status: int | None,
    words: str,
) -> None:
    monkeypatch.setattr("connectors.shared.webhooks.trying.TIMEOUT", (1.0, 0.2))
    receiver.answer = lambda _post: Reply(status)
    path = f"{PATH}/{added(client, tenant, receiver.url())['id']}"
    response = client.post(f"{path}/test", headers=tenant.headers)
    assert response.status_code == 200
    body = response.get_json()
    assert (body["status"], body["failure"]) == (status, words)
    shown = client.get(path, headers=tenant.headers).get_json()
    assert (shown["state"], shown["last_failure"]) == ("active", None)


def test_only_so_many_trials_at_once_hold_a_thread(
    client: FlaskClient, tenant: Tenant, receiver: Receiver, app: Flask
) -> None:
    made = added(client, tenant, receiver.url())
    refused: list[TestResponse] = []

    def ask_meanwhile(_post: Any) -> Reply:
        """While one is answered another is asked for, until one is refused."""
        response = app.test_client().post(f"{PATH}/{made['id']}/test", headers=tenant.headers)
        if response.status_code == 429:
            refused.append(response)
        return Reply()

    receiver.answer = ask_meanwhile
    assert client.post(f"{PATH}/{made['id']}/test", headers=tenant.headers).status_code == 200
    (response,) = refused
    problem_of(response, 429)
    assert int(response.headers["Retry-After"]) > 0


def test_enabling_what_is_active_changes_nothing(client: FlaskClient, tenant: Tenant) -> None:
    made = added(client, tenant)
    response = client.post(f"{PATH}/{made['id']}/enable", headers=tenant.headers)
    assert response.status_code == 200
    assert (response.get_json()["state"], response.get_json()["id"]) == ("active", made["id"])
