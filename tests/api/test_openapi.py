"""The document says what is true: whatever it allows, or forbids, is answered as it says."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from tests.api.ledger import Tenant

URL = "/api/v1/openapi.json"

# A text may have the form of a number or of a cursor and still be none, which no schema can say: that is 422, too.
LEFT_OUT = "positive_data_acceptance"


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    response = client.get(URL)
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    body: dict[str, Any] = response.get_json()
    return body


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_is_openapi_3_1_with_one_way_to_authenticate(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["security"] == [{"ApiKey": []}]
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"


def test_every_route_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    served = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule != URL
    }
    assert served == document["paths"].keys()


def test_every_field_is_described_with_an_example_or_a_kind(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema["properties"].items():
            assert described["description"], (name, field)
            assert "example" in described or "items" in described or "anyOf" in described, (name, field)


def test_every_refusal_is_a_problem_document(document: dict[str, Any]) -> None:
    for name, response in document["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], name


def test_nothing_in_it_comes_from_another_host(document: dict[str, Any]) -> None:
    assert "http" not in str(document).replace("'type': 'http'", "")


def test_no_contract_is_broken(address: str, tenant: Tenant, tmp_path: Path) -> None:
    tenant.message(status="unconfirmed")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", address + URL),
        *("--header", f"Authorization: Bearer {tenant.key}"),
        *("--max-examples", "15", "--seed", "1", "--generation-deterministic"),
        *("--checks", "all", "--exclude-checks", LEFT_OUT),
        *("--workers", "1", "--no-color", "--suppress-health-check", "all"),
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
