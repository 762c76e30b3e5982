"""Every route of the whole app says who may call it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from connectors.app import app_for
from connectors.service import Service
from connectors.shared.access import Access, access, declared, routes
from tests.api.problems import problem_of

DESCRIPTION = {"/api/v1/openapi.json", "/api/v1/docs", "/api/v1/docs/<name>"}
OF_PIPEDRIVE = {"/pipedrive/install", "/pipedrive/callback", "/pipedrive/static/<version>/<name>"}
OF_SHOPIFY = {"/shopify/install", "/shopify/static/<name>"}
PUBLIC = {"/healthz", "/readyz", "/metrics", "/partners/<path:rest>"} | DESCRIPTION | OF_PIPEDRIVE | OF_SHOPIFY
ANYTHING = {"int": "5", "any": "settings"}
"""What stands for the parts of a path that are no id of ours."""


@pytest.fixture
def app(service: Service, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app with each connector on."""
    monkeypatch.setenv("CONNECTORS_PIPEDRIVE_CLIENT_ID", "an id")
    monkeypatch.setenv("CONNECTORS_PIPEDRIVE_CLIENT_SECRET", "a secret that nobody knows")
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_ID", "an id")
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_SECRET", "a secret that nobody knows")
    # No test may ask the real ones.
    monkeypatch.setenv("CONNECTORS_PIPEDRIVE_OAUTH_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CONNECTORS_SHOPIFY_ADMIN_URL", "http://127.0.0.1:9")
    return app_for(service)


def asking(app: Flask, wanted: Access) -> list[tuple[str, str]]:
    """Return method and path of each route that asks for this."""
    return [(method, _path(rule)) for rule, method, _, proof in routes(app) if proof is wanted]


def _path(rule: str) -> str:
    return re.sub(
        r"<([a-z]*)[^>]*>", lambda found: ANYTHING.get(found[1], "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50"), rule
    )


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    silent = [(rule, method) for rule, method, _, proof in routes(app) if proof is None]
    assert silent == []


def test_exactly_these_are_public(app: Flask) -> None:
    assert {rule for rule, _, _, proof in routes(app) if proof is Access.PUBLIC} == PUBLIC


def test_whatever_asks_for_a_key_refuses_who_has_none(app: Flask, client: FlaskClient) -> None:
    asked = asking(app, Access.API_KEY)
    for method, path in asked:
        response = client.open(path, method=method)
        assert response.status_code == 401, (method, path)
        assert "WWW-Authenticate" in response.headers
        if method != "HEAD":
            problem_of(response, 401)
    assert len(asked) >= 4


def test_whatever_asks_for_pipedrives_token_refuses_who_has_none(app: Flask, client: FlaskClient) -> None:
    asked = asking(app, Access.SIGNED_TOKEN)
    for method, path in asked:
        for given in ("", "Bearer x.y.z"):
            response = client.open(path, method=method, headers={"Authorization": given})
            assert response.status_code == 401, (method, path)
            assert path == "/pipedrive/settings" or response.mimetype == "application/problem+json"
    assert len(asked) >= 10


def test_an_installation_is_not_finished_by_who_did_not_begin_it(app: Flask, client: FlaskClient) -> None:
    asked = asking(app, Access.OAUTH_STATE)
    assert {path for _, path in asked} == {"/pipedrive/callback", "/shopify/callback"}
    assert {method for method, _ in asked} == {"GET", "HEAD"}
    for path in ("/pipedrive/callback?code=x", "/shopify/callback?shop=x.myshopify.com&code=x"):
        assert client.get(path).status_code == 403
        assert client.get(f"{path}&state=y").status_code == 403
        assert client.head(path).status_code == 405


def test_whatever_asks_for_a_signature_refuses_who_has_none(app: Flask, client: FlaskClient) -> None:
    asked = asking(app, Access.HMAC)
    assert asked == [("POST", "/shopify/webhooks")]
    for method, path in asked:
        for headers in ({}, {"X-Shopify-Hmac-Sha256": "eA==", "X-Shopify-Shop-Domain": "x.myshopify.com"}):
            assert client.open(path, method=method, json={}, headers=headers).status_code == 401


def test_whatever_asks_for_a_callbacks_token_knows_no_other(app: Flask, client: FlaskClient) -> None:
    asked = asking(app, Access.CALLBACK_TOKEN)
    assert {(method, path.rpartition("/")[0]) for method, path in asked} == {
        ("POST", "/message-central/callbacks"),
        ("POST", "/smsc/callbacks"),
    }
    for method, path in asked:
        problem_of(client.open(path, method=method, json={"id": "1", "phone": "79990000001", "status": "1"}), 404)


def test_whatever_asks_for_the_apps_own_login_refuses_who_has_none(app: Flask, client: FlaskClient) -> None:
    asked = asking(app, Access.BASIC)
    assert sorted(asked) == [("DELETE", "/pipedrive/callback"), ("POST", "/pipedrive/webhooks/5")]
    for method, path in asked:
        response = client.open(path, method=method, json={"company_id": 1, "user_id": 1})
        problem_of(response, 401)
        assert "WWW-Authenticate" in response.headers


def test_while_pipedrive_is_off_it_has_no_routes(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONNECTORS_PIPEDRIVE_CLIENT_ID", raising=False)
    monkeypatch.delenv("CONNECTORS_PIPEDRIVE_CLIENT_SECRET", raising=False)
    assert [rule for rule, _, _, _ in routes(app_for(service)) if rule.startswith("/pipedrive")] == []


def test_the_rest_api_asks_for_a_key_but_for_its_description(app: Flask) -> None:
    other = {rule for rule, _, _, proof in routes(app) if rule.startswith("/api/") and proof is not Access.API_KEY}
    assert other == DESCRIPTION


def test_a_view_without_a_word_about_it_is_found() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/forgotten", "forgotten", lambda: "", methods=["POST"])
    assert list(routes(app)) == [("/forgotten", "POST", "forgotten", None)]


def test_the_methods_of_a_view_may_differ() -> None:
    @access(Access.OAUTH_STATE)
    class Callback(MethodView):
        def get(self) -> str:
            return ""

        @access(Access.BASIC)
        def delete(self) -> str:
            return ""

    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/callback", view_func=Callback.as_view("callback"))
    assert {method: proof for _, method, _, proof in routes(app)} == {
        "GET": Access.OAUTH_STATE,
        "HEAD": Access.OAUTH_STATE,
        "DELETE": Access.BASIC,
    }


def test_a_declaration_outlives_decorators_and_binding() -> None:
    class Views:
        @access(Access.HMAC)
        def take(self) -> str:
            return ""

    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/take", "take", Views().take)
    assert declared(app, "take", "GET") is Access.HMAC


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_what_is_nowhere_is_a_problem_document(client: FlaskClient, method: str) -> None:
    problem_of(client.open("/api/v1/nowhere", method=method), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/v1/messages"),
        ("DELETE", "/api/v1/messages/1"),
        ("GET", "/api/v1/messages/1/resolve"),
        ("PUT", "/api/v1/account"),
        ("POST", "/api/v1/openapi.json"),
        ("POST", "/healthz"),
        ("OPTIONS", "/healthz"),
        ("DELETE", "/readyz"),
        ("PUT", "/metrics"),
        ("TRACE", "/metrics"),
    ],
)
def test_another_method_is_405_and_says_which_there_are(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)
    problem_of(response, 405)
    assert "GET" in response.headers["Allow"] or "POST" in response.headers["Allow"]
