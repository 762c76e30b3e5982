"""Each figure of the act with three gateways beside what it must be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.demo.figures import Figure, of_phones
from connectors.demo.gateways_cast import STOPPING, TEXTS, TITLES, TOO_LATE

Entry = tuple[str, int, int]
WHO: Final = "Which gateway carried what"


@dataclass(frozen=True, slots=True)
class Carried:
    """One text: who was seen to carry it (None: it reached no phone), and where the ledger says it stands."""

    number: str = field(repr=False)
    text: str = field(repr=False)
    gateway: str | None
    status: str


@dataclass(frozen=True, slots=True)
class GatewaysSeen:
    """All that was observed of the act from outside, once everything was over."""

    carried: Sequence[Carried] = field(repr=False)
    """What was sent, in its order; the text after STOP aside."""
    phones: Counter[tuple[str, str]] = field(repr=False)
    """Texts on phones, by number."""
    stopped: Sequence[str] = field(repr=False)
    """Numbers that opted out."""
    after_stop: str
    """The status of what was sent to somebody who had answered STOP."""


def gateways_figures(seen: GatewaysSeen) -> list[Figure]:
    """Return every figure of the act."""
    wanted = Counter((text.number, text.text) for text in TEXTS)
    return [
        *(Figure(WHO, *entry) for entry in _of_gateways(seen)),
        *(Figure("On their phones", *entry) for entry in of_phones(wanted, seen.phones)),
        *(Figure("Somebody answers STOP", *entry) for entry in _of_stop(seen)),
    ]


def _of_gateways(seen: GatewaysSeen) -> Iterator[Entry]:
    by = Counter(carried.gateway for carried in seen.carried)
    for title in TITLES.values():
        yield f"carried by {title}", by[title], sum(text.gateway == title for text in TEXTS)
    found = {(carried.number, carried.text): carried for carried in seen.carried}
    fallen = [found.get((text.number, text.text)) for text in TEXTS if text.tried]
    yield "refused by one, and carried by the other", sum(one is not None and bool(one.gateway) for one in fallen), 1
    wrong = sum(
        (carried.gateway, carried.status) != (text.gateway, text.status)
        for text in TEXTS
        if (carried := found.get((text.number, text.text)))
    )
    yield "by another gateway, or with another end, than it must be", wrong, 0


def _of_stop(seen: GatewaysSeen) -> Iterator[Entry]:
    yield "numbers kept from being texted", sum(number == STOPPING.number for number in seen.stopped), 1
    yield "texts to them that are held back", int(seen.after_stop == "suppressed"), 1
    yield "texts that reach them all the same", sum(text == TOO_LATE for _, text in seen.phones.elements()), 0
