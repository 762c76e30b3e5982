import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from connectors.service import Service
from connectors.shared.accounts import api_keys
from connectors.shared.web.rest.key_holders import REMEMBERED_SECONDS, KeyHolders
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/account"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer mck_",
        "Bearer a=b",
        "Bearer \xff\xfe",
        "Basic dXNlcjpwYXNz",
        "Basic %%%",
        "Basic \xff\xfe",
        "Token {key}",
        "Bearer {key}x",
        "Bearer {key} {key}",
        "{key}",
        "Digest " + "x" * 5000,
    ],
)
def test_no_or_a_wrong_key_is_401(client: FlaskClient, tenant: Tenant, header: str) -> None:
    response = client.get(URL, headers={"Authorization": header.replace("{key}", tenant.key)})
    problem_of(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert tenant.key not in response.get_data(as_text=True)


def test_without_a_header_the_challenge_names_no_error(client: FlaskClient) -> None:
    response = client.get(URL)
    problem_of(response, 401)
    assert "error" not in response.headers["WWW-Authenticate"]


def test_the_scheme_is_read_in_any_case(client: FlaskClient, tenant: Tenant) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert client.get(URL, headers={"Authorization": f"{scheme} {tenant.key}"}).status_code == 200


def test_a_key_does_not_travel_in_a_url(client: FlaskClient, tenant: Tenant) -> None:
    problem_of(client.get(URL, query_string={"key": tenant.key, "access_token": tenant.key}), 401)


def test_a_key_is_looked_up_once_a_second(service: Service, tenant: Tenant) -> None:
    holders = KeyHolders(service.database)
    statements: list[str] = []
    event.listen(
        service.database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: statements.append(statement),
    )
    holding = [holders.holder_of(tenant.key) for _ in range(5)]
    assert [holder and holder.account_id for holder in holding] == [tenant.account_id] * 5
    assert len([text for text in statements if "api_keys" in text]) == 1


def test_a_revoked_key_is_of_no_use_after_a_second(
    client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(URL, headers=tenant.headers).status_code == 200
    with tenant.service.database.write() as connection:
        (key,) = api_keys.list_keys(connection, tenant.account_id)
        api_keys.revoke(connection, tenant.account_id, key["id"])
    later = time.monotonic() + REMEMBERED_SECONDS
    monkeypatch.setattr("connectors.shared.web.rest.key_holders.time.monotonic", lambda: later)
    problem_of(client.get(URL, headers=tenant.headers), 401)


def test_a_new_key_works_at_once(client: FlaskClient, tenant: Tenant) -> None:
    with tenant.service.database.write() as connection:
        key = api_keys.create(connection, tenant.account_id)
    assert client.get(URL, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_wrong_keys_fill_no_memory(service: Service, tenant: Tenant) -> None:
    holders = KeyHolders(service.database)
    for guess in range(20):
        assert holders.holder_of(f"mck_{guess}") is None
    assert not holders._remembered
