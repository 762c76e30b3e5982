"""A kind of gateway: everything that the house asks of a vendor's folder. `docs/adding-a-gateway.md` teaches it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from connectors.shared.database import Database
from connectors.shared.gateways.base import Gateway
from connectors.shared.gateways.callback_tokens import CallbackTokens
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.logins import LoginForm
from connectors.shared.gateways.verifier import Verifier
from connectors.shared.incoming.door import IncomingDoor
from connectors.shared.incoming.source import IncomingSource
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.shared_commits import SharedCommits
from connectors.shared.secrets import SecretBox


class HouseSettings(Protocol):
    """What `connectors.settings` has for all gateways, and for the first of them; others read their own."""

    @property
    def message_central_url(self) -> str: ...
    @property
    def message_central_timeout(self) -> float: ...
    @property
    def bulk_size(self) -> int: ...
    @property
    def workbook_rows(self) -> int: ...
    @property
    def public_url(self) -> str: ...
    @property
    def data_dir(self) -> Path: ...


class House(Protocol):
    """What a gateway is built of: the service, as far as gateways know it."""

    @property
    def settings(self) -> HouseSettings: ...
    @property
    def database(self) -> Database: ...
    @property
    def secrets(self) -> SecretBox: ...
    @property
    def callback_tokens(self) -> CallbackTokens: ...
    @property
    def receipts(self) -> SharedCommits[Receipt, bool]: ...
    @property
    def incoming(self) -> IncomingDoor: ...


def _no_callbacks(_app: Flask) -> None:
    pass


def _no_url(_house: House, _token: str) -> str | None:
    return None


def _no_commands(_open: "Opener") -> tuple[click.Command, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Built:
    """A gateway at work in a process."""

    gateway: Gateway
    verifier: Verifier
    register: Callable[[Flask], None] = _no_callbacks
    """Adds the routes that the vendor calls."""
    incoming: IncomingSource | None = None
    """Where messages from phones are asked for again and again."""


Opener = Callable[[], AbstractContextManager[House]]
"""Opens the service for a command: `with open_house() as house:`."""


@dataclass(frozen=True, slots=True)
class GatewayKind:
    """A vendor. `name` is what commands and routes call it, `title` what people do."""

    name: str
    title: str
    features: Features
    login: LoginForm
    build: Callable[[House], Built]
    """Reads its own settings. Raises SettingsError."""
    callback_url: Callable[[House, str], str | None] = _no_url
    """Returns the URL to give to the vendor, with this token in it; None where it calls nobody."""
    commands: Callable[[Opener], tuple[click.Command, ...]] = _no_commands
    """Commands of its own, added to `connectors`; what they need is imported when they run."""
