import gzip
import json

import pytest
from flask.testing import FlaskClient

from connectors.shared.web.bodies import LARGEST_BODY
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

JSON = "application/json"


@pytest.fixture
def url(tenant: Tenant) -> str:
    return f"/api/v1/messages/{tenant.message(status='unconfirmed')}/resolve"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"as": sent}',
        b'{"as": "sent"} // a comment',
        b'{"as": "sent",}',
        b'{"as": "\xff"}',
        b'{"as": "\\ud800"}',
        '{"as": "sent"}'.encode("utf-16"),
        b'{"as": NaN}',
        b'{"as": Infinity}',
        b'{"as": ' + b"9" * 10_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        gzip.compress(b'{"as": "sent"}', mtime=0),
        b"as=sent",
    ],
)
def test_what_is_no_json_is_400(client: FlaskClient, tenant: Tenant, url: str, body: bytes) -> None:
    problem_of(client.post(url, data=body, content_type=JSON, headers=tenant.headers), 400)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "as"),
        ({"as": None}, "as"),
        ({"as": "delivered"}, "as"),
        ({"as": "SENT"}, "as"),
        ({"as": ""}, "as"),
        ({"as": 1}, "as"),
        ({"as": True}, "as"),
        ({"as": ["sent"]}, "as"),
        ({"as": {"sent": 1}}, "as"),
        ({"as": "sent", "note": "x"}, "note"),
        ({"as": "sent", "resolution": "sent"}, "resolution"),
        ({"as": "sent", "\x00": 1}, "\x00"),
        ({"as": "sent", "": 1}, "body"),
        ([], "body"),
        (["sent"], "body"),
        ("sent", "body"),
        (None, "body"),
        (1, "body"),
        (False, "body"),
    ],
)
def test_what_does_not_validate_is_named(
    client: FlaskClient, tenant: Tenant, url: str, body: object, field: str
) -> None:
    response = client.post(url, data=json.dumps(body), content_type=JSON, headers=tenant.headers)
    assert list(problem_of(response, 422)["errors"]) == [field]


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_another_content_type_is_415(client: FlaskClient, tenant: Tenant, url: str, content_type: str | None) -> None:
    response = client.post(url, data=b'{"as": "sent"}', content_type=content_type, headers=tenant.headers)
    problem_of(response, 415)


@pytest.mark.parametrize("content_type", [JSON, "application/json; charset=utf-8", "application/vnd.api+json"])
def test_json_by_any_of_its_names_is_taken(client: FlaskClient, tenant: Tenant, url: str, content_type: str) -> None:
    response = client.post(url, data=b'{"as": "sent"}', content_type=content_type, headers=tenant.headers)
    assert response.status_code == 200


def test_a_body_is_bounded(client: FlaskClient, tenant: Tenant, url: str) -> None:
    just_fits = b'{"as": "sent"}'.ljust(LARGEST_BODY)
    problem_of(client.post(url, data=just_fits + b" ", content_type=JSON, headers=tenant.headers), 413)
    response = client.post(url, data=just_fits, content_type=JSON, headers=tenant.headers)
    assert response.status_code == 200


def test_nothing_is_read_of_who_has_no_key(client: FlaskClient, url: str) -> None:
    problem_of(client.post(url, data=b"x" * (LARGEST_BODY + 1), content_type="text/plain"), 401)
