from collections.abc import Iterator

import pytest

from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from tests.sandbox.caller import Caller


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(SandboxOptions(receipt_delay=0.02)) as running:
        yield running


@pytest.fixture
def caller(server: SandboxServer) -> Iterator[Caller]:
    calling = Caller(server)
    yield calling
    calling.close()
