import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.service import Service
from tests.shared.verifications.desk import Desk, open_desk
from tests.shared.verifications.vendor import VerifyVendor

OpenDesk = Callable[..., Desk]


@pytest.fixture(autouse=True)
def log() -> Iterator[list[Any]]:
    """What is logged."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def vendor() -> Iterator[VerifyVendor]:
    vendor = VerifyVendor()
    yield vendor
    vendor.close()


@pytest.fixture
def open_service(service: Service, vendor: VerifyVendor) -> Iterator[Callable[..., Service]]:
    """Opens the database with settings of its own."""
    opened: list[Service] = []

    def open_it(**changes: Any) -> Service:
        given: dict[str, Any] = {"message_central_url": vendor.url, "web_threads": 32}
        opened.append(Service(dataclasses.replace(service.settings, **(given | changes))))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


@pytest.fixture
def desk(open_service: Callable[..., Service]) -> Desk:
    """An account that verifies numbers."""
    return open_desk(open_service())
