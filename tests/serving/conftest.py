from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving.processes import Installation
from tests.shared.messages.vendor import Vendor

Install = Callable[..., Installation]


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    vendor = Vendor()
    yield vendor
    vendor.close()


@pytest.fixture
def install(tmp_path: Path, vendor: Vendor) -> Iterator[Install]:
    """Makes an installation on an empty data folder; what was started on it is ended."""
    made: list[Installation] = []

    def install_it(**settings: str) -> Installation:
        made.append(Installation(tmp_path, vendor.url, **settings))
        return made[-1]

    yield install_it
    for installation in made:
        installation.end()
