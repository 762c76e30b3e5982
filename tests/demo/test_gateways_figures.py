"""The judge of the act with three gateways: right for what must be, wrong for each thing that can go wrong."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors.demo.gateways_cast import OGANGI, SMSC, STOPPING, TEXTS, TITLES, TOO_LATE
from connectors.demo.gateways_figures import Carried, GatewaysSeen, gateways_figures
from connectors.sandbox.gateways import GATEWAY_NAMES
from connectors.sandbox.magic_numbers import outcome_of

FALLEN = next(place for place, text in enumerate(TEXTS) if text.tried)
PHONES = Counter((text.number, text.text) for text in TEXTS)


def as_it_must_be() -> GatewaysSeen:
    return GatewaysSeen(
        carried=[Carried(text.number, text.text, text.gateway, text.status) for text in TEXTS],
        phones=PHONES,
        stopped=["+919822001000", STOPPING.number],
        after_stop="suppressed",
    )


def changed(place: int, **changes: str | None) -> Callable[[GatewaysSeen], GatewaysSeen]:
    def change(seen: GatewaysSeen) -> GatewaysSeen:
        carried = list(seen.carried)
        carried[place] = replace(carried[place], **changes)  # type: ignore[arg-type]
        return replace(seen, carried=carried)

    return change


def wrong(seen: GatewaysSeen) -> list[str]:
    return [figure.meaning for figure in gateways_figures(seen) if not figure.right]


def test_as_it_must_be_nothing_is_wrong() -> None:
    assert wrong(as_it_must_be()) == []


def test_the_cast_fits_the_sandbox() -> None:
    assert {outcome_of(text.number).refused_by for text in TEXTS if text.tried} == {"smsc"}
    assert {TITLES[name] for name in GATEWAY_NAMES} == {text.gateway for text in TEXTS}
    assert STOPPING.gateway == SMSC


CASES: list[tuple[str, Callable[[GatewaysSeen], GatewaysSeen]]] = [
    ("carried by SMSC", changed(1, gateway=OGANGI)),
    ("carried by Ogangi", changed(2, gateway=None)),
    ("refused by one", changed(FALLEN, gateway=None, status="rejected")),
    ("another gateway", changed(FALLEN, gateway=SMSC)),
    ("another end", changed(1, status="sent")),
    ("right text", lambda seen: replace(seen, phones=Counter(list(PHONES)[1:]))),
    ("SMS twice", lambda seen: replace(seen, phones=PHONES + Counter([next(iter(PHONES))]))),
    ("kept from being texted", lambda seen: replace(seen, stopped=seen.stopped[:1])),
    ("held back", lambda seen: replace(seen, after_stop="delivered")),
    ("all the same", lambda seen: replace(seen, phones=PHONES + Counter([(STOPPING.number, TOO_LATE)]))),
]


@pytest.mark.parametrize(("meaning", "change"), CASES)
def test_whatever_goes_wrong_shows(meaning: str, change: Callable[[GatewaysSeen], GatewaysSeen]) -> None:
    assert any(meaning in found for found in wrong(change(as_it_must_be())))
