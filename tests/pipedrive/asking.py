"""Asks the API of the pages as a user's page would."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors.sandbox.server import SandboxServer
from tests.pipedrive.companies import COMPANY, USER, bearer

API = "/pipedrive/api"


class Viewer:
    """Somebody who looks at a page."""

    def __init__(self, client: FlaskClient, outside: SandboxServer, company_id: int = COMPANY, user_id: int = USER):
        self._client = client
        self.headers = bearer(outside, company_id, user_id)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self._client.get(API + path, query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self._client.post(API + path, json=body, headers=self.headers | headers)

    def put(self, path: str, body: Any) -> TestResponse:
        return self._client.put(API + path, json=body, headers=self.headers)

    def delete(self, path: str) -> TestResponse:
        return self._client.delete(API + path, headers=self.headers)
