"""A stand-in for Shopify, and parts that call it."""

from collections.abc import Iterator

import pytest

from connectors.service import Service
from connectors.shopify.context import Context
from tests.shopify.connected import parts_of
from tests.shopify.platform.granted import point_at
from tests.shopify.platform.playing import Played, playing


@pytest.fixture
def shopify(monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """Shopify, on a socket; our app is set up for it."""
    with playing() as played:
        point_at(monkeypatch, played)
        yield played


@pytest.fixture
def parts(shopify: Played, service: Service) -> Context:
    """The parts of the connector, on SQLite."""
    return parts_of(service)
