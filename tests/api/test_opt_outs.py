"""Opt-outs over the API."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from connectors.service import Service
from connectors.shared.messages.retention import erase_number
from connectors.shared.opt_outs import importing
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/opt-outs"
ANN = "+919816111111"
BEN = "+919816222222"


def post(client: FlaskClient, tenant: Tenant, body: Any, status: int = 201) -> dict[str, Any]:
    response = client.post(URL, json=body, headers=tenant.headers)
    if status != 201:
        return problem_of(response, status)
    assert response.status_code == 201, response.get_data(as_text=True)
    found: dict[str, Any] = response.get_json()
    return found


def listed(client: FlaskClient, tenant: Tenant, **query: Any) -> dict[str, Any]:
    response = client.get(URL, query_string=query, headers=tenant.headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    found: dict[str, Any] = response.get_json()
    return found


def upload(
    client: FlaskClient, tenant: Tenant, content: bytes, file_name: str = "list.csv", **fields: Any
) -> TestResponse:
    return post_form(client, tenant, {"file": FileStorage(io.BytesIO(content), file_name), **fields})


def post_form(client: FlaskClient, tenant: Tenant, data: dict[str, Any]) -> TestResponse:
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"{URL}/import", data=body, content_type=kind, headers=tenant.headers)


def test_a_number_opts_out_and_in_again(client: FlaskClient, tenant: Tenant) -> None:
    made = post(client, tenant, {"number": ANN})
    assert made == {"number": ANN, "scope": "promotional", "source": "api", "created_at": made["created_at"]}
    assert client.get(f"{URL}/{ANN}", headers=tenant.headers).get_json() == made
    assert listed(client, tenant) == {"items": [made], "next": None}
    gone = client.delete(f"{URL}/{ANN}", headers=tenant.headers)
    assert (gone.status_code, gone.data) == (204, b"")
    assert listed(client, tenant)["items"] == []
    for method in ("get", "delete"):
        problem_of(client.open(f"{URL}/{ANN}", method=method, headers=tenant.headers), 404)


def test_again_for_the_same_number_is_the_same_opt_out(client: FlaskClient, tenant: Tenant) -> None:
    first = post(client, tenant, {"number": ANN, "scope": "all"})
    assert post(client, tenant, {"number": ANN, "scope": "all"}) == first
    assert post(client, tenant, {"number": "98161 11111", "scope": "promotional"}) == first | {"scope": "promotional"}
    assert len(listed(client, tenant)["items"]) == 1


@pytest.mark.parametrize("written", [ANN, "%2B919816111111", "919816111111", "9816111111", "%2091%2098161-11111"])
def test_a_number_in_the_path_is_read_as_elsewhere(client: FlaskClient, tenant: Tenant, written: str) -> None:
    post(client, tenant, {"number": ANN})
    assert client.get(f"{URL}/{written}", headers=tenant.headers).get_json()["number"] == ANN
    assert client.delete(f"{URL}/{written}", headers=tenant.headers).status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "number"),
        ({"number": ""}, "number"),
        ({"number": None}, "number"),
        ({"number": 919816111111}, "number"),
        ({"number": "12"}, "number"),
        ({"number": "+91981611\x001111"}, "number"),
        ({"number": "9" * 41}, "number"),
        ({"number": ANN, "scope": "some"}, "scope"),
        ({"number": ANN, "scope": None}, "scope"),
        ({"number": ANN, "reason": "rude"}, "reason"),
        ([], "body"),
    ],
)
def test_what_does_not_validate_is_named(client: FlaskClient, tenant: Tenant, body: Any, field: str) -> None:
    assert list(post(client, tenant, body, 422)["errors"]) == [field]
    assert listed(client, tenant)["items"] == []


@pytest.mark.parametrize("path", ["nobody", "12", "%00", "%ff", "9" * 50])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_no_number_is_told_so(client: FlaskClient, tenant: Tenant, method: str, path: str) -> None:
    found = problem_of(client.open(f"{URL}/{path}", method=method, headers=tenant.headers), 422)
    assert list(found["errors"]) == ["number"]


def test_pages_hold_everybody_once(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    numbers = {post(client, tenant, {"number": f"+9198161111{index:02}"})["number"] for index in range(5)}
    post(client, stranger, {"number": BEN})
    page = listed(client, tenant, limit=2)
    walked = [item["number"] for item in page["items"]]
    while page["next"]:
        page = listed(client, tenant, limit=2, cursor=page["next"])
        walked += [item["number"] for item in page["items"]]
    assert len(walked) == 5
    assert set(walked) == numbers


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"cursor": "x"}, {"cursor": "é"}, {"scope": "all"}])
def test_a_query_that_makes_no_sense_is_refused(client: FlaskClient, tenant: Tenant, query: dict[str, Any]) -> None:
    problem_of(client.get(URL, query_string=query, headers=tenant.headers), 422)


def test_tenants_do_not_see_each_other_s(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    for number in (ANN, BEN):
        post(client, tenant, {"number": number})
    cursor = listed(client, tenant, limit=1)["next"]
    assert listed(client, stranger)["items"] == []
    problem_of(client.get(URL, query_string={"cursor": cursor}, headers=stranger.headers), 422)
    for method in ("get", "delete"):
        problem_of(client.open(f"{URL}/{ANN}", method=method, headers=stranger.headers), 404)
    assert len(listed(client, tenant)["items"]) == 2


def test_the_erased_are_listed_without_their_number(client: FlaskClient, tenant: Tenant, service: Service) -> None:
    post(client, tenant, {"number": ANN})
    erase_number(service.database, service.endings, service.forgetting, ANN[1:])
    assert [item["number"] for item in listed(client, tenant)["items"]] == [None]
    assert client.get(f"{URL}/{ANN}", headers=tenant.headers).status_code == 200
    assert client.delete(f"{URL}/{ANN}", headers=tenant.headers).status_code == 204


def test_a_list_is_imported(client: FlaskClient, tenant: Tenant) -> None:
    post(client, tenant, {"number": ANN})
    content = f"Name,Phone\nAnn,{ANN}\nBen,9816222222\nCat,\n".encode()
    response = upload(client, tenant, content, scope="all")
    assert response.status_code == 200, response.get_data(as_text=True)
    outcome = response.get_json()
    assert {name: outcome[name] for name in ("total", "added", "already")} == {"total": 3, "added": 1, "already": 1}
    assert [entry["row"] for entry in outcome["invalid"]] == [4]
    assert {(item["number"], item["scope"]) for item in listed(client, tenant)["items"]} == {(ANN, "all"), (BEN, "all")}
    named = upload(client, tenant, b"a,b\n1,919816333333\n", mobile_column="B", country_column="A")
    assert named.get_json()["total"] == 1


def test_a_field_of_the_form_that_is_left_empty_is_not_given(client: FlaskClient, tenant: Tenant) -> None:
    empty = {"scope": "", "mobile_column": " ", "country_column": ""}
    imported = upload(client, tenant, b"Mobile\n+919816111111\n", "list.csv", **empty)
    assert imported.get_json() == {"total": 1, "added": 1, "already": 0, "invalid": []}


@pytest.mark.parametrize(
    ("content", "name", "fields", "field"),
    [
        (b"Phone\n919816111111\n", "list.xls", {}, "file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "list.xlsx", {}, "file"),
        (b"PK\x03\x04", "list.xlsx", {}, "file"),
        (b"", "list.csv", {}, "file"),
        (b"Name\nAnn\n", "list.csv", {}, "file"),
        (b"Phone\n1\n", "list.csv", {"mobile_column": "Mobile"}, "file"),
        (b"Phone\n1\n", "list.csv", {"mobile_column": "M" * 201}, "mobile_column"),
        (b"Phone\n1\n", "list.csv", {"scope": "some"}, "scope"),
        (b"Phone\n1\n", "list.csv", {"name": "mine"}, "name"),
        (b"Phone\n1\n", "list.csv", {"scope": ["all", "all"]}, "scope"),
    ],
)
def test_an_import_that_cannot_be_read_names_the_field(
    client: FlaskClient, tenant: Tenant, content: bytes, name: str, fields: dict[str, Any], field: str
) -> None:
    assert list(problem_of(upload(client, tenant, content, name, **fields), 422)["errors"]) == [field]


def test_an_import_wants_one_file(client: FlaskClient, tenant: Tenant) -> None:
    twice = [FileStorage(io.BytesIO(b"Phone\n1\n"), name) for name in ("a.csv", "b.csv")]
    for data in ({}, {"file": "Phone"}, {"file": twice}):
        assert list(problem_of(post_form(client, tenant, data), 422)["errors"]) == ["file"]


def test_an_import_is_a_form(client: FlaskClient, tenant: Tenant) -> None:
    for kind in ("application/json", "text/csv", "application/x-www-form-urlencoded"):
        response = client.post(f"{URL}/import", data=b"{}", content_type=kind, headers=tenant.headers)
        problem_of(response, 415)


def test_an_import_is_bounded(client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    problem_of(upload(client, tenant, b"9" * (importing.LARGEST_FILE + 200_000)), 413)
    problem_of(upload(client, tenant, b"9" * (importing.LARGEST_FILE + 1)), 413)
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    found = problem_of(upload(client, tenant, b"Phone\n1\n2\n3\n"), 413)
    assert "Split" in found["detail"]


def test_import_is_no_number(client: FlaskClient, tenant: Tenant) -> None:
    for method in ("GET", "DELETE"):
        response = client.open(f"{URL}/import", method=method, headers=tenant.headers)
        problem_of(response, 405)
        assert response.headers["Allow"] == "POST"
    options = client.options(f"{URL}/import", headers=tenant.headers)
    assert set(options.allow) == {"OPTIONS", "POST"}
    options = client.options(f"{URL}/{ANN}", headers=tenant.headers)
    assert set(options.allow) == {"DELETE", "GET", "HEAD", "OPTIONS"}
