from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.service import Service
from connectors.shared.automations import running
from connectors.shared.automations.running import Runner
from tests.shared.automations.shops import NOON, ScriptedSource, Shop
from tests.shared.messages.tenants import Tenant, add_tenant

OnSqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no lock and no SQL of one database alone decides."""


@dataclass
class Clock:
    """What time runners believe it is: noon, until a test moves it."""

    now: int = NOON


@pytest.fixture(autouse=True)
def log() -> Iterator[list[Any]]:
    """What is logged."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(running, "now_ms", lambda: clock.now)
    return clock


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
def shop(source: ScriptedSource, tenant: Tenant) -> Shop:
    return source.add(tenant)


@pytest.fixture
def make_runner(source: ScriptedSource, clock: Clock) -> Iterator[Callable[[Service], Runner]]:
    """Makes runners as processes would, closed at the end."""
    made: list[Runner] = []

    def make(service: Service) -> Runner:
        made.append(source.runner(service))
        return made[-1]

    yield make
    for runner in made:
        runner.close()


@pytest.fixture
def runner(make_runner: Callable[[Service], Runner], service: Service) -> Runner:
    return make_runner(service)
