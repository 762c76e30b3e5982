"""The list of checks: what each is called, and for which gateways it is."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.shared.gateways.features import Features
from tests.shared.gateways.conformance.bench import Bench, Stand
from tests.shared.gateways.conformance.vendor import Mood

Claim = Callable[[Features], bool]


def _always(_features: Features) -> bool:
    return True


@dataclass(frozen=True)
class Check:
    """One thing that a gateway promises. `run` raises AssertionError where it does not keep it."""

    name: str
    run: Callable[[Stand], None]
    claim: Claim
    moods: frozenset[Mood]

    def is_for(self, bench: Bench) -> bool:
        """Whether the gateway claims it, and its vendor has words for it."""
        return self.claim(bench.kind.features) and not self.moods & bench.cannot_say


CHECKS: dict[str, Check] = {}


def check(claim: Claim = _always, moods: tuple[Mood, ...] = ()) -> Callable[[Callable[[Stand], None]], Check]:
    """Make a function a check; its name says what holds."""

    def register(run: Callable[[Stand], None]) -> Check:
        made = Check(run.__name__, run, claim, frozenset(moods))
        CHECKS[made.name] = made
        return made

    return register
