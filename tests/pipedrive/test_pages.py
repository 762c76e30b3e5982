"""The pages in Pipedrive's iframes as they are served: to whom, with which headers, and what they are made of."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey

from connectors.pipedrive import pages
from connectors.sandbox.server import SandboxServer
from connectors.shared.access import Access, routes
from connectors.shared.clock import SECOND, now_ms

NAMES = ("settings", "panel", "campaign", "report")
PARTS = re.compile(r'(?:src|href)="([^"]+)"')


@pytest.fixture
def token(outside: SandboxServer) -> str:
    outside.sandbox.pipedrive.add_company(1)
    outside.sandbox.pipedrive.add_user(1, 7, "Asha Example", True)
    return outside.sandbox.pipedrive.signed_token(1, 7)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_framed_by_pipedrive_alone_and_never_kept(
    client: FlaskClient, outside: SandboxServer, token: str, name: str
) -> None:
    answer = client.get(f"/pipedrive/{name}", query_string={"token": token, "id": "x", "userId": 7, "companyId": 1})
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": outside.url,
    }
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert not re.findall(r" style=| on\w+=|<style|<script>|https?://", answer.text)
    assert token not in answer.text


def test_the_sdk_is_started_before_anything_else_is_loaded(client: FlaskClient, token: str) -> None:
    parts = [
        path.rpartition("/")[2]
        for path in PARTS.findall(client.get("/pipedrive/panel", query_string={"token": token}).text)
    ]
    assert parts[:2] == ["sdk.umd.js", "start.js"]


def test_parts_are_kept_for_as_long_as_they_are_the_same(client: FlaskClient, token: str) -> None:
    for path in PARTS.findall(client.get("/pipedrive/report", query_string={"token": token}).text):
        part = client.get(path)
        assert part.status_code == 200
        assert part.mimetype in ("text/css", "text/javascript")
        assert "immutable" in part.headers["Cache-Control"]
        older = client.get(re.sub(r"/static/\w+/", "/static/older/", path))
        assert (older.status_code, older.headers["Cache-Control"]) == (200, "no-cache")
        assert client.get(path, headers={"If-None-Match": part.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["nothing.js", "..%2fpages.py", "third_party", "LICENSE.md"])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/pipedrive/static/x/{name}").status_code == 404


def test_modules_name_only_modules_that_are_served(client: FlaskClient) -> None:
    named = re.compile(r'(?:from|import)\s*\(?\s*"([^"]+)"')
    folder = Path(pages.__file__).parent / "static"
    found = {name for path in folder.glob("*.js") for name in named.findall(path.read_text())}
    assert len(found) > 20
    assert {
        name for name in found if client.get(f"/pipedrive/static/x/{name.removeprefix('./')}").status_code != 200
    } == set()


def forged(secret: str, **claims: object) -> str:
    whole = {"userId": 7, "companyId": 1, "exp": now_ms() // SECOND + 300} | claims
    return jwt.encode({"alg": "HS256"}, whole, OctKey.import_key(secret))


@pytest.mark.parametrize("case", ["missing", "empty", "words", "another secret", "expired", "none"])
def test_who_is_not_signed_gets_a_page_that_still_starts(client: FlaskClient, app: Flask, case: str) -> None:
    secret = app.extensions["connectors-pipedrive"].settings.client_secret
    unsigned = "eyJhbGciOiJub25lIn0.eyJ1c2VySWQiOjcsImNvbXBhbnlJZCI6MSwiZXhwIjo5OTk5OTk5OTk5fQ."
    token = {
        "missing": None,
        "empty": "",
        "words": "<b>not</b> a token",
        "another secret": forged("a secret of somebody else's"),
        "expired": forged(secret, exp=now_ms() // SECOND - 3600),
        "none": unsigned,
    }[case]
    answer = client.get("/pipedrive/campaign", query_string={} if token is None else {"token": token})
    assert answer.status_code == 401
    words = "open for too long" if case == "expired" else "from inside Pipedrive"
    assert words in answer.text
    assert [path.rpartition("/")[2] for path in PARTS.findall(answer.text) if path.endswith(".js")] == [
        "sdk.umd.js",
        "start.js",
    ]
    assert "frame-ancestors http" in answer.headers["Content-Security-Policy"]
    assert "<b>" not in answer.text


@pytest.mark.parametrize("query", [{"userId": "8"}, {"companyId": "2"}, {"userId": ["7", "8"]}, {"companyId": "1x"}])
def test_a_query_that_names_somebody_else_is_forbidden(
    client: FlaskClient, token: str, query: dict[str, str | list[str]]
) -> None:
    answer = client.get("/pipedrive/panel", query_string={"token": token, **query})
    assert answer.status_code == 403
    assert "for somebody else" in answer.text
    assert "start.js" in answer.text


def test_what_the_query_says_is_written_as_text(client: FlaskClient, token: str) -> None:
    hostile = '"><script>alert(1)</script>'
    answer = client.get("/pipedrive/panel", query_string={"token": token, "id": hostile, "theme": hostile})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert 'data-theme="light"' in answer.text


def test_without_what_comes_from_npm_the_page_says_so(
    client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pages._FILES, "sdk.umd.js", Path("/nowhere"))
    answer = client.get("/pipedrive/panel", query_string={"token": token})
    assert answer.status_code == 200
    assert "make install" in answer.text
    assert "<script" not in answer.text


def test_pages_ask_for_the_signed_token_and_their_parts_for_nothing(app: Flask) -> None:
    proofs = {(rule, proof) for rule, _, endpoint, proof in routes(app) if endpoint.startswith("pipedrive-pages.")}
    assert proofs == {
        ("/pipedrive/<any(settings, panel, campaign, report):name>", Access.SIGNED_TOKEN),
        ("/pipedrive/static/<version>/<name>", Access.PUBLIC),
    }


def test_an_address_of_a_part_is_a_path_of_ours(client: FlaskClient, token: str) -> None:
    paths = PARTS.findall(client.get("/pipedrive/settings", query_string={"token": token}).text)
    assert {urlsplit(path).path[:18] for path in paths} == {"/pipedrive/static/"}
