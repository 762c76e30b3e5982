"""What cannot be read, or comes from nobody whom Pipedrive signed for, is refused in words."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.pipedrive.context import Context
from connectors.sandbox.server import SandboxServer
from tests.pipedrive.campaigning import Page, add_people, refused, selected
from tests.pipedrive.companies import install, set_up
from tests.pipedrive.test_campaigns import MISSING


@pytest.fixture
def page(client: FlaskClient, parts: Context, outside: SandboxServer) -> Page:
    install(parts, outside)
    set_up(parts)
    return Page(client, outside)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "{}", "content_type": "text/plain"}, 415),
        ({"json": [1]}, 422),
        ({"data": b" " * 1_000_001, "content_type": "application/json"}, 413),
    ],
)
def test_bodies_that_cannot_be_read(client: FlaskClient, page: Page, sent: dict[str, Any], status: int) -> None:
    for path in ("", "/preview", "/test"):
        refused(client.post(f"/pipedrive/api/campaigns{path}", headers=page.headers, **sent), status)


def test_queries_that_cannot_be_read(page: Page, outside: SandboxServer) -> None:
    campaign_id = page.begin(selected(*add_people(outside, 1)))["id"]
    for path in ("", f"/{campaign_id}/recipients"):
        for query in ({"limit": 0}, {"limit": 501}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "é"}, {"other": 1}):
            refused(page.get(path, **query), 422)
    refused(page.get(f"/{campaign_id}/recipients", status="lost"), 422)


def test_without_a_signed_token_nothing_is_told(client: FlaskClient) -> None:
    for path in ("campaigns", f"campaigns/{MISSING}", f"campaigns/{MISSING}/recipients", "filters"):
        refused(client.get(f"/pipedrive/api/{path}"), 401)
    refused(client.post("/pipedrive/api/campaigns", json={}), 401)
