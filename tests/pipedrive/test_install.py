"""The installation in its branches: begun, allowed, denied, forged, late, twice."""

import re
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from connectors.app import app_for
from connectors.pipedrive.tables import pipedrive_companies, pipedrive_grants, pipedrive_used_states
from connectors.sandbox.pipedrive.grants import CLIENT_ID
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import now_ms
from connectors.shared.web.oauth_states import MOST_COOKIES
from tests.pipedrive.installs import APP_SETTINGS, begin, code_for, exchanges, finish, is_page, rows


def test_the_browser_is_sent_to_pipedrive(client: FlaskClient, outside: SandboxServer) -> None:
    response = client.get("/pipedrive/install")
    where = urlsplit(response.headers["Location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{outside.url}/oauth/authorize"
    query = parse_qs(where.query)
    assert query["client_id"] == [CLIENT_ID]
    assert query["redirect_uri"] == ["http://127.0.0.1:8000/pipedrive/callback"]
    cookie = response.headers["Set-Cookie"]
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/pipedrive", "Max-Age=600"):
        assert f"; {attribute}" in cookie
    assert "Secure" not in cookie
    # Whoever sees the address of the callback must not be able to make the cookie of it.
    assert cookie.split(";")[0].split("=", 1)[1] not in query["state"][0]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


def test_behind_https_and_a_path_the_cookie_is_secure_and_links_lead_there(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORS_PUBLIC_URL", "https://sms.example/tools/")
    with closing(Service(read_settings())) as public:
        client = app_for(public).test_client()
        cookie = client.get("/pipedrive/install").headers["Set-Cookie"]
        page = client.get("/pipedrive/callback").text
    assert "; Secure" in cookie
    assert "; Path=/tools/pipedrive" in cookie
    assert 'href="/tools/pipedrive/install"' in page
    assert 'href="/tools/pipedrive/static/' in page


def test_an_installation(both_services: Service, outside: SandboxServer) -> None:
    client = app_for(both_services).test_client()
    before = now_ms()
    response = finish(client, state=begin(client), code=code_for(outside, name="Ásha\x00 <b>"))
    assert response.status_code == 302
    assert response.headers["Location"] == outside.url + APP_SETTINGS
    assert response.headers["Referrer-Policy"] == "no-referrer"
    (company,) = rows(both_services, pipedrive_companies)
    assert (company["company_id"], company["name"], company["domain"]) == (1, "Acme", "acme")
    (grant,) = rows(both_services, pipedrive_grants)
    assert (grant["user_id"], grant["name"], grant["is_admin"]) == (7, "Ásha <b>", True)
    assert (grant["timezone"], grant["api_domain"], grant["dead_at"]) == ("Asia/Kolkata", outside.url, None)
    assert before <= grant["installed_at"] <= now_ms()
    assert len(rows(both_services, pipedrive_used_states)) == 1


def test_installed_once_more_it_is_as_new(both_services: Service, outside: SandboxServer) -> None:
    client = app_for(both_services).test_client()
    finish(client, state=begin(client), code=code_for(outside))
    with both_services.database.write() as connection:
        connection.execute(pipedrive_companies.update().values(sender_id="UTOMOB"))
        connection.execute(
            pipedrive_grants.update().values(dead_at=1, installed_at=1, refresh_leased_until=2**40, access_sealed="old")
        )
    version = rows(both_services, pipedrive_grants)[0]["version"]
    assert finish(client, state=begin(client), code=code_for(outside, is_admin=False)).status_code == 302
    (grant,) = rows(both_services, pipedrive_grants)
    assert (grant["dead_at"], grant["refresh_leased_until"], grant["is_admin"]) == (None, 0, False)
    assert grant["installed_at"] > 1
    assert grant["version"] == version + 1
    assert grant["access_sealed"] != "old"
    assert rows(both_services, pipedrive_companies)[0]["sender_id"] == "UTOMOB"


def test_several_users_of_several_companies(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    for company_id, user_id in ((1, 7), (1, 8), (2, 7)):
        assert finish(client, state=begin(client), code=code_for(outside, company_id, user_id)).status_code == 302
    assert sorted((each["company_id"], each["user_id"]) for each in rows(service, pipedrive_grants)) == [
        (1, 7),
        (1, 8),
        (2, 7),
    ]


def test_two_tabs_do_not_break_each_other(client: FlaskClient, outside: SandboxServer) -> None:
    first, second = begin(client), begin(client)
    assert finish(client, state=first, code=code_for(outside)).status_code == 302
    assert finish(client, state=second, code=code_for(outside)).status_code == 302


def test_a_browser_that_begins_again_and_again_keeps_few_cookies(client: FlaskClient, outside: SandboxServer) -> None:
    states = [begin(client) for _ in range(MOST_COOKIES + 5)]
    assert (
        len([each for each in (client._cookies or {}).values() if each.key.startswith("pipedrive_install_")])
        == MOST_COOKIES
    )
    assert finish(client, state=states[-1], code=code_for(outside)).status_code == 302


def test_whoever_cancels_is_told_what_to_do(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    response = finish(client, error="user_denied", state=begin(client))
    is_page(response, 403, "You chose Cancel", "Allow and install")
    assert rows(service, pipedrive_companies) == []
    assert exchanges(outside) == 0


def test_the_page_has_its_style(client: FlaskClient) -> None:
    found = re.search(r'<link rel="stylesheet" href="([^"]+)">', finish(client).text)
    assert found is not None
    style = client.get(found[1])
    assert (style.status_code, style.mimetype) == (200, "text/css")
    assert "prefers-color-scheme: dark" in style.text


def test_another_end_is_not_printed(client: FlaskClient) -> None:
    response = finish(client, error="<script>alert(1)</script>", error_description="<b>")
    is_page(response, 400, "Pipedrive ended the installation")
    assert "<script" not in response.text
    assert "alert" not in response.text


def test_there_is_nothing_to_finish(client: FlaskClient) -> None:
    for query in ({}, {"code": ""}, {"state": "x"}, {"code": "x" * 2_000}, {"error": ""}):
        is_page(finish(client, **query), 400, "Start it again")


def test_a_forged_state_exchanges_nothing(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    expires, nonce, signature = begin(client).split(".")
    code = code_for(outside)
    for forged in (
        *("", "garbage", "..", "é.\x00.٣", f"{expires}.{nonce}", f"{expires}.{nonce}.{signature}" + "0" * 1_000),
        f"{expires}.{nonce}.{signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        f"{int(expires) + 60_000}.{nonce}.{signature}",
        f"{expires}.{'0' * 64}.{signature}",
        f"{expires[:-1]}.{expires[-1]}{nonce}.{signature}",
    ):
        is_page(finish(client, code=code, state=forged), 403, "Start")
    is_page(finish(client, code=code), 403, "Start")
    assert exchanges(outside) == 0
    assert rows(service, pipedrive_grants) == []
    assert finish(client, code=code, state=f"{expires}.{nonce}.{signature}").status_code == 302


def test_another_browser_cannot_finish(app: Flask, outside: SandboxServer) -> None:
    mine, theirs = app.test_client(), app.test_client()
    state = begin(mine)
    begin(theirs)
    is_page(finish(theirs, code=code_for(outside), state=state), 403, "another browser")
    theirs.set_cookie(f"pipedrive_install_{state.split('.')[1][:16]}", state.split(".")[1], path="/pipedrive")
    is_page(finish(theirs, code=code_for(outside), state=state), 403, "another browser")
    assert exchanges(outside) == 0
    assert finish(mine, code=code_for(outside), state=state).status_code == 302


def test_a_state_is_good_for_ten_minutes(client: FlaskClient, outside: SandboxServer) -> None:
    with time_machine.travel(now_ms() / 1000 - 601):
        late = begin(client)
    with time_machine.travel(now_ms() / 1000 - 590):
        in_time = begin(client)
    header = f"pipedrive_install_{late.split('.')[1][:16]}=whatever"
    response = client.get(
        "/pipedrive/callback", query_string={"state": late, "code": code_for(outside)}, headers={"Cookie": header}
    )
    is_page(response, 403, "ten minutes")
    assert exchanges(outside) == 0
    assert finish(client, state=in_time, code=code_for(outside)).status_code == 302


def test_a_state_is_good_once(app: Flask, outside: SandboxServer) -> None:
    client = app.test_client()
    state = begin(client)
    (name,) = [each.key for each in (client._cookies or {}).values()]
    secret = client.get_cookie(name, path="/pipedrive")
    assert secret is not None
    assert finish(client, state=state, code=code_for(outside)).status_code == 302
    assert client.get_cookie(name, path="/pipedrive") is None
    client.set_cookie(name, secret.value, path="/pipedrive")
    is_page(finish(client, state=state, code=code_for(outside)), 403, "through already")
    assert exchanges(outside) == 1


def test_a_state_outlives_a_change_of_our_key(
    client: FlaskClient, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = begin(client)
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a new key,a key for tests")
    with closing(Service(read_settings())) as later:
        browser = app_for(later).test_client()
        browser._cookies = client._cookies
        assert finish(browser, state=state, code=code_for(outside)).status_code == 302


def test_who_only_looks_does_not_use_up_the_code(client: FlaskClient, outside: SandboxServer) -> None:
    state, code = begin(client), code_for(outside)
    response = client.head("/pipedrive/callback", query_string={"state": state, "code": code})
    assert response.status_code == 405
    assert finish(client, state=state, code=code).status_code == 302


def test_a_code_that_is_good_no_more(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    is_page(finish(client, state=begin(client), code="expired"), 400, "five minutes")
    code = code_for(outside)
    assert finish(client, state=begin(client), code=code).status_code == 302
    is_page(finish(client, state=begin(client), code=code), 400, "five minutes")


def test_the_database_cannot_take_it(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    state, code = begin(client), code_for(outside)
    with service.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE pipedrive_used_states RENAME TO elsewhere")
    is_page(finish(client, state=state, code=code), 503, "cannot keep anything")
    assert exchanges(outside) == 0
    with service.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(pipedrive_grants)).scalar_one() == 0


def test_whoever_shares_the_app_is_answered(client: FlaskClient, service: Service) -> None:
    for body in (b'{"company_id":1,"user_id":7,"isShared":true}', b"", b"{", b"x" * 200_000, b"[]"):
        response = client.post("/pipedrive/callback", data=body, content_type="application/json")
        assert (response.status_code, response.get_json()) == (200, {"success": True})
    assert rows(service, pipedrive_companies) == []


def test_other_methods(client: FlaskClient) -> None:
    for method in ("PUT", "PATCH", "OPTIONS", "TRACE"):
        for path in ("/pipedrive/callback", "/pipedrive/install"):
            assert client.open(path, method=method).status_code == 405
