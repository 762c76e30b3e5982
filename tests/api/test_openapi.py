"""The document says what is true: whatever it allows, or forbids, is answered as it says."""

import re
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

from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shopify.shops import connect
from tests.api.ledger import Tenant
from tests.clevertap.customer import behind

URL = "/api/v1/openapi.json"
# Blueprints that describe the API and are no part of it.
DESCRIBING = {"rest-api-docs", "docs"}

SHOP = "x.myshopify.com"
"""The shop of the document's examples."""
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
def vendor(service: Service) -> Iterator[None]:
    """A stand-in of Message Central: some operations ask it at once."""
    with SandboxServer() as server:
        behind(service, server.url)
        yield


@pytest.fixture
def address(vendor: None, app: Flask) -> Iterator[str]:
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
        re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint.partition(".")[0] not in DESCRIBING
    }
    assert served == document["paths"].keys()


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_described_tag(document: dict[str, Any]) -> None:
    operations = [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method not in ("parameters", "summary", "description")
    ]
    names = [operation["operationId"] for operation in operations]
    assert "messages_search" in names
    assert len(set(names)) == len(names) > 3
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    for operation in operations:
        assert operation["summary"], operation
        assert set(operation["tags"]) <= tags
        assert operation["responses"].keys() >= {"401", "429", "503"}


def test_each_refusal_shows_an_example_of_its_own(document: dict[str, Any]) -> None:
    for response in document["components"]["responses"].values():
        example = response["content"]["application/problem+json"]["example"]
        assert example["title"]
        assert example["detail"]
    refused = document["components"]["responses"]["TOO_MANY_REQUESTS"]
    assert refused["headers"].keys() >= {"Retry-After", "RateLimit", "RateLimit-Limit"}
    assert refused["content"]["application/problem+json"]["example"]["status"] == 429


def test_every_field_is_described_with_an_example_or_a_kind(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema["properties"].items():
            assert described["description"], (name, field)
            assert described.keys() & {"example", "items", "anyOf", "$ref"}, (name, field)


def test_every_refusal_is_a_problem_document(document: dict[str, Any]) -> None:
    for name, response in document["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], name


def test_nothing_in_it_comes_from_another_host(document: dict[str, Any]) -> None:
    # Of URLs there are those in what is said of webhooks, whose receivers have some.
    told = re.sub(r"https://hooks\.shop\.example/|https:// and|\^https\?://", "", str(document))
    assert "http" not in told.replace("'type': 'http'", "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is promised is not the database's
def test_no_contract_is_broken(address: str, tenant: Tenant, tmp_path: Path) -> None:
    tenant.message(status="unconfirmed")
    with tenant.service.database.write() as connection:
        connect(connection, SHOP, tenant.account_id)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", address + URL),
        *("--header", f"Authorization: Bearer {tenant.key}"),
        *("--max-examples", "10", "--seed", "1", "--generation-deterministic"),
        *("--checks", "all", "--exclude-checks", LEFT_OUT),
        *("--workers", "1", "--no-color", "--suppress-health-check", "all"),
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
