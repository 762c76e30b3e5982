"""Where a gateway is put to the test: built of its kind on a real database, before a scripted vendor."""

import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import RawIOBase
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors import migrations
from connectors.app import app_for
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.accounts.store import Defaults, connect, insert_account
from connectors.shared.database import Database
from connectors.shared.gateways.base import Gateway, Outgoing, Recipient, SendResult
from connectors.shared.gateways.kinds import Built, GatewayKind
from connectors.shared.gateways.logins import GatewayLogin
from tests.shared.gateways.conformance.vendor import Callback, Mood, ScriptedVendor

TIMEOUT_SECONDS = 0.5
"""What benches set their gateways' timeouts to: enough for a vendor on this machine, though it be busy."""
SENDER_ID = "UTOMOB"


def as_it_is(built: Built) -> Built:
    """Change nothing."""
    return built


@dataclass(frozen=True)
class Bench:
    """All that the suite has to be told of a gateway."""

    kind: GatewayKind
    vendor: Callable[[], ScriptedVendor]
    settings: Callable[[str], Mapping[str, str]]
    """The environment variables that have the gateway call this URL, and wait for TIMEOUT_SECONDS."""
    login: Callable[[int, str], GatewayLogin]
    """The credentials of a customer: a number that is its own, and its secret."""
    cannot_say: frozenset[Mood] = frozenset()
    """What this vendor has no words for."""
    cannot_carry: tuple[str, ...] = ()
    """Characters that this vendor's documents say it changes: texts with them are not sent to it."""
    wrap: Callable[[Built], Built] = as_it_is
    """Puts something in place of parts of the gateway: one that misbehaves, say."""


@dataclass(frozen=True)
class Line:
    """One customer's connection to the vendor."""

    account_id: int
    connection_id: int
    login: GatewayLogin = field(repr=False)

    @property
    def secret(self) -> str:
        return next(iter(self.login.secret.values()))


class Stand:
    """A bench that is set up."""

    def __init__(self, bench: Bench, service: Service, vendor: ScriptedVendor) -> None:
        self.bench = bench
        self.service = service
        self.vendor = vendor
        self.built = bench.wrap(bench.kind.build(service))
        service.__dict__["built"] = {**service.built, bench.kind.name: self.built}
        self._numbers = count(1)

    @property
    def gateway(self) -> Gateway:
        return self.built.gateway

    @functools.cached_property
    def client(self) -> FlaskClient:
        """The web side, with the gateway's callbacks."""
        # Connectors want Message Central itself, whatever stands before it here.
        self.service.__dict__["message_central"] = None
        return app_for(self.service).test_client()

    def number(self) -> int:
        """A number that nobody had before."""
        return next(self._numbers)

    def recipient(self) -> Recipient:
        """A phone that was never texted."""
        return Recipient("91", f"98{self.number():08}")

    def recipients(self, size: int) -> list[Recipient]:
        return [self.recipient() for _ in range(size)]

    def connect(self) -> Line:
        """Add an account with a connection, known to the vendor."""
        number = self.number()
        # Nothing in it survives careless encoding.
        login = self.bench.login(number, f"se&cr=et+%/ü {number:04}")
        with self.service.database.write() as connection:
            account_id = insert_account(connection, f"customer-{number}")
            defaults = Defaults(sender_id=SENDER_ID, country_code="91")
            connection_id = connect(connection, self.service.secrets, account_id, login, defaults)
        line = Line(account_id, connection_id, login)
        self.vendor.accounts[login.login] = line.secret
        return line

    def send(self, line: Line, text: str, recipients: Sequence[Recipient], **values: Any) -> SendResult:
        """Make one call."""
        return self.gateway.send(line.connection_id, outgoing(text, **values), recipients)

    def carried(self, texts: Sequence[str]) -> list[str]:
        """Return those texts that the vendor can carry as they are."""
        return [text for text in texts if not any(part in text for part in self.bench.cannot_carry)]

    def send_one(self, line: Line | None = None, text: str | None = None) -> SendResult:
        """Send a text of its own to a phone of its own."""
        return self.send(line or self.connect(), text or f"text {self.number()}", [self.recipient()])

    def call_back(self, callback: Callback, token: str) -> TestResponse:
        """Do as the vendor does: call our URL."""
        return self.client.post(
            self._callback_path(token),
            data=callback.body,
            content_type=callback.content_type,
            query_string=callback.query,
        )

    def call_back_with(self, body: RawIOBase, content_type: str, token: str) -> TestResponse:
        """Call our URL with a body that is as long as its end says (`seek`)."""
        return self.client.post(self._callback_path(token), input_stream=body, content_type=content_type)

    def _callback_path(self, token: str) -> str:
        url = self.bench.kind.callback_url(self.service, token)
        assert url is not None, "it declares callbacks and has no URL for them"
        return urlsplit(url).path


def outgoing(text: str, **values: Any) -> Outgoing:
    """What a call says, of an ordinary message."""
    given: dict[str, Any] = {
        "sender_id": SENDER_ID,
        "channel": "SMS",
        "message_type": "TRANSACTION",
        "template_id": None,
        "entity_id": None,
    }
    return Outgoing(text=text, **(given | values))


@contextmanager
def set_up(bench: Bench) -> Iterator[Stand]:
    """Set a bench up with a database, a vendor and a service of its own."""
    vendor = bench.vendor()
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, _environment(folder, bench, vendor.url)):
        shutil.copy(_migrated(), Path(folder) / "connectors.sqlite3")
        service = Service(read_settings())
        try:
            yield Stand(bench, service, vendor)
        finally:
            vendor.close()
            service.close()


def _environment(folder: str, bench: Bench, url: str) -> dict[str, str]:
    return {
        "CONNECTORS_DATA_DIR": folder,
        "CONNECTORS_DATABASE_URL": f"sqlite:///{folder}/connectors.sqlite3",
        "CONNECTORS_SECRET_KEY": "a key for tests",
        "CONNECTORS_MESSAGE_CENTRAL_URL": "http://127.0.0.1:9",
        **bench.settings(url),
    }


_kept: list[tempfile.TemporaryDirectory[str]] = []


@functools.cache
def _migrated() -> Path:
    """A migrated database, to be copied: migrating takes twenty times as long."""
    _kept.append(tempfile.TemporaryDirectory())
    path = Path(_kept[0].name) / "connectors.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.dispose()
    return path
