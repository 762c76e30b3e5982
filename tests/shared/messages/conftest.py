import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.service import Service
from tests.shared.messages.tenants import Tenant, add_tenant
from tests.shared.messages.vendor import Vendor

OpenService = Callable[..., Service]


@pytest.fixture(autouse=True)
def log() -> Iterator[list[Any]]:
    """What is logged: kept, since printing exceptions with all that surrounds them takes longer than the tests."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A vendor that takes everything, until a test says otherwise."""
    vendor = Vendor()
    yield vendor
    vendor.close()


@pytest.fixture
def open_service(service: Service, vendor: Vendor) -> Iterator[OpenService]:
    """Opens the database as another process would, with settings of its own."""
    opened: list[Service] = []

    def open_it(**changes: Any) -> Service:
        given: dict[str, Any] = {"message_central_url": vendor.url, "dispatch_threads": 8}
        opened.append(Service(dataclasses.replace(service.settings, **(given | changes))))
        return opened[-1]

    yield open_it
    vendor.closing.set()
    for each in opened:
        each.close()


@pytest.fixture
def sending(open_service: OpenService) -> Service:
    """A service whose vendor is the scripted one."""
    return open_service()


@pytest.fixture
def tenant(sending: Service) -> Tenant:
    return add_tenant(sending)
