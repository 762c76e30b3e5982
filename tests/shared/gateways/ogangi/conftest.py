import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.shared.accounts.store import Defaults, connect, insert_account
from connectors.shared.database import Database
from connectors.shared.gateways.logins import PRIVATE_KEY, GatewayLogin
from connectors.shared.gateways.ogangi.client import Ogangi
from connectors.shared.gateways.ogangi.logins import Logins
from connectors.shared.secrets import SecretBox
from tests.shared.gateways.ogangi import scripted
from tests.shared.gateways.ogangi.scripted import PUBLIC_KEY, ScriptedOgangi


@pytest.fixture
def ogangi() -> Iterator[ScriptedOgangi]:
    """An Ogangi that takes everything, until a test says otherwise."""
    running = ScriptedOgangi()
    yield running
    running.close()


@pytest.fixture
def client(ogangi: ScriptedOgangi) -> Ogangi:
    return Ogangi(ogangi.url, timeout=2.0)


@dataclass(frozen=True)
class Book:
    """A database of connections to Ogangi."""

    database: Database
    secrets: SecretBox

    def add(self, customer_id: str = "C-1", private_key: str = scripted.PRIVATE_KEY, **options: str) -> int:
        """Connect an account; returns the connection's id."""
        login = GatewayLogin("ogangi", "7", {PRIVATE_KEY: private_key}, {"public_key": PUBLIC_KEY, **options})
        with self.database.write() as connection:
            account_id = insert_account(connection, customer_id)
            return connect(connection, self.secrets, account_id, login, Defaults(sender_id="+2020"))

    def logins(self) -> Logins:
        return Logins(self.database, self.secrets)


@pytest.fixture
def book(sqlite_template: Path, tmp_path: Path) -> Iterator[Book]:
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}")
    yield Book(database, SecretBox(["a key for tests"]))
    database.dispose()
