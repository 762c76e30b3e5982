from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.service import Service
from tests.api.ledger import Tenant
from tests.shared.webhooks.house import House
from tests.shared.webhooks.receiver import Receiver


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What is logged."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def start_receiver() -> Iterator[Callable[[], Receiver]]:
    """Starts places that webhooks are posted to."""
    started: list[Receiver] = []

    def start() -> Receiver:
        started.append(Receiver())
        return started[-1]

    yield start
    for receiver in started:
        receiver.close()


@pytest.fixture
def house(service: Service, start_receiver: Callable[[], Receiver]) -> Iterator[House]:
    house = House(service)
    yield house
    house.close()


@pytest.fixture
def receiver(start_receiver: Callable[[], Receiver]) -> Receiver:
    return start_receiver()


@pytest.fixture
def tenant(house: House) -> Tenant:
    return house.tenant()
