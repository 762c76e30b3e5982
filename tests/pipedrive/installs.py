"""Installations as a browser goes through them, and what pages on the way have to be."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from connectors.sandbox.pipedrive.grants import CLIENT_ID
from connectors.sandbox.server import SandboxServer
from connectors.service import Service

APP_SETTINGS = f"/settings/marketplace/app/{CLIENT_ID}/app-settings"
TOKENS = {"access_token": "A-secret", "refresh_token": "R-secret", "expires_in": 3599, "token_type": "bearer"}
USER = {"id": 7, "name": "Asha", "company_id": 1, "company_name": "Acme", "company_domain": "acme", "is_admin": True}


def begin(client: FlaskClient) -> str:
    """Start an installation; returns its state."""
    response = client.get("/pipedrive/install")
    assert response.status_code == 302
    return parse_qs(urlsplit(response.headers["Location"]).query)["state"][0]


def code_for(
    outside: SandboxServer, company_id: int = 1, user_id: int = 7, name: str = "Asha", is_admin: bool = True
) -> str:
    book = outside.sandbox.pipedrive
    book.add_company(company_id, "Acme", "acme")
    book.add_user(company_id, user_id, name, is_admin, timezone="Asia/Kolkata")
    return str(book.issue_code(company_id, user_id))


def finish(client: FlaskClient, **query: str) -> TestResponse:
    return client.get("/pipedrive/callback", query_string=query)


def is_page(response: TestResponse, status: int, *words: str) -> None:
    """Check that this is a page that says these words, leads back to the start, and holds what pages hold."""
    assert response.status_code == status
    assert response.mimetype == "text/html"
    for each in (*words, 'href="/pipedrive/install"'):
        assert each in response.text
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "secret" not in response.text


def rows(service: Service, table: Any) -> list[Any]:
    with service.database.read() as connection:
        return list(connection.execute(select(table)).mappings())


def exchanges(outside: SandboxServer) -> int:
    return sum(call.path == "/oauth/token" for call in outside.sandbox.pipedrive.requests)
