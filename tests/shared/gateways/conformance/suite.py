"""The suite as pytest runs it, and as a program does."""

from collections.abc import Iterator, Sequence

import pytest

from tests.shared.gateways.conformance import (  # noqa: F401 - each registers its checks
    callbacks,
    connections,
    doubts,
    incoming,
    many,
    receipts,
    refusals,
    secrecy,
    silence,
    singles,
    verifying,
)
from tests.shared.gateways.conformance.bench import Bench, Stand, set_up
from tests.shared.gateways.conformance.checks import CHECKS, Check


def checks_for(bench: Bench) -> list[Check]:
    """Return what this gateway has to pass."""
    return [each for each in CHECKS.values() if each.is_for(bench)]


class GatewayConformance:
    """Subclass it as `Test…` and give `bench`: pytest then runs one test for every check."""

    @classmethod
    def bench(cls) -> Bench:
        """Return the gateway under test and its scripted vendor."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test a check that the gateway's features call for."""
        if "conformance_check" in metafunc.fixturenames:
            checks = checks_for(self.bench())
            metafunc.parametrize("conformance_check", checks, ids=[each.name for each in checks])

    @pytest.fixture(scope="class")
    @classmethod
    def stand(cls) -> Iterator[Stand]:
        """The bench, set up once for all the checks of the class."""
        with set_up(cls.bench()) as stand:
            yield stand

    def test_conforms(self, stand: Stand, conformance_check: Check) -> None:
        run(conformance_check, stand)


def run(check: Check, stand: Stand) -> None:
    """Run one check, on a vendor that has forgotten the last. Raises AssertionError where it fails."""
    stand.vendor.reset()
    stand.vendor.come_back()
    check.run(stand)


def failures(bench: Bench, only: Sequence[str] = ()) -> dict[str, str]:
    """Run the suite, or only some of it; returns by the names of checks how they failed. Empty: it conforms."""
    found: dict[str, str] = {}
    wanted = [each for each in checks_for(bench) if not only or each.name in only]
    if missing := set(only) - {each.name for each in wanted}:
        raise KeyError(f"not among the checks for {bench.kind.name}: {', '.join(sorted(missing))}")
    with set_up(bench) as stand:
        for each in wanted:
            try:
                run(each, stand)
            except Exception as error:  # an exception that a gateway lets through is a failure like any other
                found[each.name] = f"{type(error).__name__}: {error}"
    return found
