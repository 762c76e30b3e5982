"""A customer of the endpoint: CleverTap with its headers, and Message Central behind us on a real socket."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import RowMapping, select
from werkzeug.test import TestResponse

from connectors import migrations
from connectors.app import app_for
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.serving.worker import dispatcher_for
from connectors.settings import read_settings
from connectors.shared.accounts.store import Defaults, Login, add_account
from connectors.shared.messages.tables import messages

PATH = "/partners/central/api/saveSingleSms"
MID = "9999999999.1200000000.1654002362.20220531.0.wzrk_default.-1."
PASSWORD = "S3cret of C-1"
SMS = {
    "flowType": "SMS",
    "type": "SMS",
    "mobileNumber": "+919816111111",
    "messageText": "Your order is on its way",
    "senderId": "UTOMOB",
    "mid": MID,
}


@dataclasses.dataclass
class Customer:
    """Posts to the endpoint as one customer; a field that is None is left out."""

    client: FlaskClient
    customer_id: str = "C-1"
    password: str = PASSWORD
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    def send(self, **fields: Any) -> TestResponse:
        return self.post(orjson.dumps(sms(**fields)))

    def batch(self, entries: Sequence[Any], **outer: Any) -> TestResponse:
        return self.post(orjson.dumps({"senderId": "UTOMOB"} | outer | {"messages": entries}))

    def post(self, body: bytes, content_type: str | None = "application/json", method: str = "POST") -> TestResponse:
        given = {"customerId": self.customer_id, "password": self.password} | self.headers
        headers = {name: value.encode().decode("latin-1") for name, value in given.items()}
        return self.client.open(PATH, method=method, data=body, content_type=content_type, headers=headers)


def sms(**fields: Any) -> dict[str, Any]:
    """Return the fields of one message; one that is None is left out."""
    return {name: value for name, value in (SMS | fields).items() if value is not None}


@contextmanager
def service_in(folder: Path) -> Iterator[Service]:
    """Run a service on SQLite, for a whole module that leaves little behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONNECTORS_DATA_DIR", str(folder))
        patch.setenv("CONNECTORS_DATABASE_URL", "")
        patch.setenv("CONNECTORS_SECRET_KEY", "a key for tests")
        service = Service(read_settings())
    migrations.upgrade(service.database)
    yield service
    service.close()


@contextmanager
def vendor_of(service: Service, **options: Any) -> Iterator[SandboxServer]:
    """Put a sandbox behind a service; it knows C-1 with its password alone, unless told otherwise."""
    given = SandboxOptions(**({"accounts": {"C-1": PASSWORD}} | options))
    with SandboxServer(given) as vendor:
        behind(service, vendor.url)
        yield vendor


def behind(service: Service, url: str) -> None:
    """Have a service call Message Central here."""
    service.settings = dataclasses.replace(service.settings, message_central_url=url)


@contextmanager
def dispatching(service: Service) -> Iterator[None]:
    """Run a dispatcher for as long as a block."""
    dispatcher = dispatcher_for(service)
    dispatcher.start()
    try:
        yield
    finally:
        dispatcher.stop()


def customer_of(service: Service, **given: Any) -> Customer:
    """Return C-1, as yet unknown, before a service."""
    return Customer(app_for(service).test_client(), **given)


def known_customer(service: Service, *, customer_id: str = "C-1", **defaults: Any) -> Customer:
    """Return a customer whose account was added."""
    with service.database.write() as connection:
        add_account(connection, service.secrets, Login(customer_id, PASSWORD), Defaults(**defaults))
    return customer_of(service, customer_id=customer_id)


def ledger(service: Service) -> list[RowMapping]:
    """Return every message, oldest first."""
    with service.database.read() as connection:
        return list(connection.execute(select(messages).order_by(messages.c.id)).mappings())


def refused(response: TestResponse, status: int = 400, code: int = 400) -> str:
    """Check that it is the vendor's envelope of a refusal; returns its words."""
    body = response.get_json()
    assert (response.status_code, body["responseCode"]) == (status, code), body
    assert set(body) == {"responseCode", "message", "data"}
    assert body["data"] is None
    assert body["message"].endswith((".", '"$$To"', "}"))
    return str(body["message"])


def accepted(response: TestResponse) -> str:
    """Check that it is the vendor's envelope of a success; returns our id."""
    body = response.get_json()
    assert (response.status_code, body["responseCode"], body["message"]) == (200, 200, "SUCCESS"), body
    assert set(body["data"]) == {"transactionId", "mobileNumber", "mid"}
    return str(body["data"]["transactionId"])
