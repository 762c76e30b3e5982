from collections.abc import Callable, Iterator

import pytest

from tests.shared.message_central.vendor_socket import Script, VendorSocket


@pytest.fixture
def vendor() -> Iterator[Callable[[Script], VendorSocket]]:
    """Starts vendors that follow a script, and stops them after the test."""
    started: list[VendorSocket] = []

    def start(script: Script) -> VendorSocket:
        started.append(VendorSocket(script))
        return started[-1]

    yield start
    for one in started:
        one.close()
