"""An installation at a Pipedrive that answers something else: hostile addresses, refusals, pages, nobody."""

import base64
from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors.pipedrive.context import Context, make_context, put_context
from connectors.pipedrive.tables import pipedrive_companies, pipedrive_grants
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from tests.pipedrive.installs import APP_SETTINGS, TOKENS, USER, begin, finish, is_page, rows
from tests.pipedrive.scripted import LOST, Scripted, Step, answer, scripted


def elsewhere(app: Flask, parts: Context, url: str) -> FlaskClient:
    """Return a browser of an app whose OAuth endpoints are elsewhere."""
    put_context(app, make_context(parts.service, replace(parts.settings, oauth_url=url)))
    return app.test_client()


def through(app: Flask, parts: Context, *steps: Callable[[str], Step] | Step) -> tuple[TestResponse, Scripted]:
    """Finish an installation at a Pipedrive that answers these; some depend on where that is."""
    with scripted() as server:
        server.steps.extend(step if isinstance(step, Step) else step(server.url) for step in steps)
        client = elsewhere(app, parts, server.url)
        return finish(client, state=begin(client), code="a-code"), server


def good(url: str) -> Step:
    return answer(TOKENS | {"api_domain": url})


HOSTILE = (
    *("https://evil.example", "https://acme.pipedrive.com.evil.example", "http://acme.pipedrive.com", "file:///etc"),
    *("https://127.0.0.2", "http://localhost", "//127.0.0.1", "127.0.0.1", "", None, "https://acme@evil.example"),
    *("http://127.0.0.1/path", "http://127.0.0.1?x=", "http://127.0.0.1#x", "http://user@127.0.0.1", "http://[::1]"),
    *("http://127.0.0.1\\@evil.example", "http://127.0.0.1:1\r\nX: y", "http://127.0.0.1" + "0" * 300, "javascript:1"),
)


def test_an_address_that_is_not_believed_is_never_called(app: Flask, parts: Context) -> None:
    for api_domain in HOSTILE:
        response, server = through(app, parts, answer(TOKENS | {"api_domain": api_domain}))
        is_page(response, 403, "not one of Pipedrive")
        assert len(server.requests) == 1  # for the tokens
    assert rows(parts.service, pipedrive_companies) == []
    assert rows(parts.service, pipedrive_grants) == []


def test_what_goes_over_the_wire_and_an_address_with_a_slash_at_its_end(app: Flask, parts: Context) -> None:
    response, server = through(app, parts, lambda url: good(url + "/"), answer({"data": USER}))
    assert response.headers["Location"] == server.url + APP_SETTINGS
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode())
    assert b"\r\nAuthorization: Basic " + basic + b"\r\n" in server.requests[0]
    assert b"code=a-code" in server.requests[0]
    assert b"redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fpipedrive%2Fcallback" in server.requests[0]
    assert b"\r\nAuthorization: Bearer A-secret\r\n" in server.requests[1]


def test_what_may_come_in_place_of_tokens(app: Flask, parts: Context) -> None:
    for step, status in (
        (answer({"error": "invalid_grant"}, 400), 400),
        (answer({"error": "invalid_request"}, 400), 400),
        (answer(b"<html>", 400), 400),
        (answer({"error": "invalid_client"}, 401), 503),
        (answer({"error": "rate"}, 429), 503),
        (answer(b"<html>", 502), 503),
        (answer(b"<html>", 200), 503),
        (answer({"access_token": "A"}), 503),
        (LOST, 503),
    ):
        response, _ = through(app, parts, step)
        is_page(response, status)
        assert ("Retry-After" in response.headers) == (status == 503)
    assert rows(parts.service, pipedrive_grants) == []


def test_what_may_come_when_asking_who_it_is(app: Flask, parts: Context) -> None:
    for step, status in (
        (answer({"success": False}, 401), 400),
        (answer({"success": False, "error": "<b>scope</b>"}, 403), 403),
        (answer({"success": False}, 429), 503),
        (answer(b"<html>", 500), 503),
        (answer({"data": None}), 503),
        (answer({"data": USER | {"id": None}}), 503),
        (answer({"data": USER | {"id": "7"}}), 503),
        (answer({"data": USER | {"company_id": True}}), 503),
        (answer({"data": USER | {"company_id": 0}}), 503),
        (answer({"data": USER | {"company_id": 2**63}}), 503),
    ):
        response, _ = through(app, parts, good, step)
        is_page(response, status)
        assert "<b>" not in response.text
    assert rows(parts.service, pipedrive_grants) == []


def test_who_is_an_admin(app: Flask, parts: Context) -> None:
    user = {"id": 7, "company_id": 1, "name": "x" * 999, "company_name": None, "company_domain": 5, "timezone_name": ""}
    for said, is_admin in (
        ({"is_admin": 1}, True),
        ({"is_admin": True}, True),
        ({"is_admin": 0}, False),
        ({"is_admin": "1", "access": "x"}, False),
        ({}, False),
        ({"access": [{"app": "sales", "admin": True}, {"app": "global", "admin": True}]}, True),
        ({"access": [{"app": "sales", "admin": True}, {"app": "global", "admin": False}, 5]}, False),
    ):
        response, _ = through(app, parts, good, answer({"data": user | said}))
        assert response.status_code == 302
        (grant,) = rows(parts.service, pipedrive_grants)
        assert (grant["is_admin"], len(grant["name"]), grant["timezone"]) == (is_admin, 255, None)


def test_pipedrive_cannot_be_reached(app: Flask, parts: Context) -> None:
    with scripted() as server:
        gone = server.url
    client = elsewhere(app, parts, gone)
    response = finish(client, state=begin(client), code="a-code")
    is_page(response, 503, "cannot be reached", "Start again")
    assert "Retry-After" in response.headers
