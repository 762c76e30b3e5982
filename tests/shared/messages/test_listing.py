"""Calls of differing texts, and of what goes singly; one recipient's own end; calls at once of one connection."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.service import Service
from connectors.shared.gateways.base import Fault, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.messages.claim import Lane
from connectors.shared.messages.grouping import Call, group, halves
from connectors.shared.messages.schedule import Schedule
from tests.shared.messages.tenants import dispatching, number_of, row, wait_for_ends
from tests.shared.messages.test_grouping import claimed, sizes
from tests.shared.messages.two_gateways import FIRST, OTHER, add_pair, install, route
from tests.shared.messages.vendor import Vendor

LANE = Lane(1, 1, "active", None, 0.0, 0, True, "listing")
ACCEPTED = SendResult(Verdict.ACCEPTED, Fault.NOBODY, transaction_id="1")
CAPTCHA = '["7f3k", "203.0.113.7"]'


@dataclass
class Listing:
    """A gateway whose calls carry differing texts, ten at once; of equal ones three. `ends` is by number."""

    name: str = "listing"
    most_at_once: int = 0
    fills_patterns: bool = True
    ends: dict[str, SendResult] = field(default_factory=dict)
    calls: list[list[str]] = field(default_factory=list)

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        self.calls.append([to.digits for to in recipients])
        otherwise = [(place, self.ends[to.digits]) for place, to in enumerate(recipients) if to.digits in self.ends]
        beyond = (len(recipients), ACCEPTED)  # a gateway that cannot count harms nobody
        return SendResult(Verdict.ACCEPTED, Fault.NOBODY, transaction_id="1", exceptions=(*otherwise, beyond))

    def most_recipients(self, outgoing: Outgoing) -> int:
        return 10 if outgoing.differing or outgoing.personalised else 3

    def lists(self, text: str) -> bool:
        return "\n" not in text

    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        return ACCEPTED


def grouped(*rows: Any, lane: Lane = LANE) -> list[Call]:
    return group(lane, Listing(), rows, patterns={"c": "Dear ##var##"})


def texts(call: Call) -> list[str | None]:
    return [to.text for to in call.recipients]


def test_differing_texts_share_a_call() -> None:
    calls = grouped(*(claimed(n, text=f"text {n}") for n in range(14)))
    assert sizes(calls) == [10, 4]
    assert texts(calls[1]) == [f"text {n}" for n in range(10, 14)]
    assert {(call.outgoing.text, call.outgoing.differing) for call in calls} == {("", True)}


def test_equal_texts_travel_as_one_text_and_no_more_than_may() -> None:
    calls = grouped(*(claimed(n) for n in range(8)))
    assert sizes(calls) == [3, 3, 2]
    assert {(call.outgoing.text, call.outgoing.differing) for call in calls} == {("sale", False)}
    assert texts(calls[0]) == [None] * 3


def test_what_is_left_of_a_list_is_told_anew() -> None:
    (call,) = grouped(*(claimed(n, text=text) for n, text in enumerate(["a", "a", "b"])))
    one, rest = halves(call)
    assert (one.outgoing.text, one.outgoing.differing) == ("a", False)
    assert (rest.outgoing.differing, texts(rest)) == (True, ["a", "b"])


def test_codes_captchas_and_what_no_list_takes_go_by_themselves() -> None:
    calls = grouped(
        *(claimed(n, message_type="OTP", priority=0, text="your code") for n in range(2)),
        *(claimed(n, captcha=CAPTCHA) for n in range(2, 4)),
        claimed(4, text="two\nlines"),
        claimed(5, text="a"),
        claimed(6, text="b"),
    )
    assert sizes(calls) == [1, 1, 1, 1, 1, 2]
    assert [call.outgoing.differing for call in calls] == [False] * 5 + [True]
    assert [call.outgoing.captcha is not None for call in calls] == [False, False, True, True, False, False]
    assert "7f3k" not in repr(calls)


def test_a_pattern_is_filled_and_a_number_is_never_twice_in_a_list() -> None:
    (call,) = grouped(*(claimed(n, campaign_id="c", text=f"Dear {n}", variables=f'["{n}"]') for n in range(2)))
    assert (call.outgoing.personalised, call.outgoing.differing) == (True, False)
    assert sizes(grouped(*(claimed(n, number=0, text=f"text {n}") for n in range(3)))) == [1, 1, 1]


def test_an_account_without_calls_for_many_sends_no_list() -> None:
    lane = Lane(1, 1, "active", None, 0.0, 0, False, "listing")
    calls = grouped(claimed(1, text="a"), claimed(2, text="b"), lane=lane)
    assert [(call.outgoing.text, call.outgoing.differing) for call in calls] == [("a", False), ("b", False)]


def test_each_recipient_has_its_own_end(sending: Service, vendor: Vendor) -> None:
    gateway = Listing(name=OTHER)
    install(sending, gateway)
    tenant, _ = add_pair(sending)
    refused, doubted, away = (number_of(n)[1:] for n in range(3))
    gateway.ends = {
        refused: SendResult(Verdict.REFUSED, Fault.RECIPIENT, "8", "Not there."),
        doubted: SendResult(Verdict.IN_DOUBT, Fault.NETWORK, "no_answer", "No answer."),
        away: SendResult(Verdict.TRY_AGAIN, Fault.VENDOR, "9", "Later."),
    }
    route(tenant, "", OTHER, FIRST)
    ids = [each.id for each in tenant.accept_all([tenant.new(number_of(n), f"text {n}") for n in range(8)])]
    with dispatching(sending):
        assert wait_for_ends(sending) == {"sent": 7, "unconfirmed": 1}
    assert [call.numbers for call in vendor.calls] == [(refused,), (away,)]
    assert row(sending, ids[1])["error_code"] == "no_answer"
    assert sum(len(call) for call in gateway.calls) == 8 + 2  # the one that was away was tried three times


def test_a_connection_at_its_bound_keeps_nobody_else_waiting() -> None:
    schedule = Schedule(64, {"listing": 2})
    other = Lane(2, 2, "active", None, 0.0, 0, True, "message-central")

    def calls(lane: Lane, start: int) -> list[Call]:
        return [
            Call(lane, each.outgoing, each.rows)
            for each in grouped(*(claimed(n, text="\n") for n in range(start, start + 12)))
        ]

    schedule.put([*calls(LANE, 0), *calls(other, 100)])
    taken = [schedule.take_now() for _ in range(6)]
    lanes = [call.lane.id for call in taken if call is not None]
    assert sorted(lanes) == [1, 1, 2, 2, 2, 2]
    assert schedule.take_now() is None
    ended = next(call for call in taken if call is not None and call.lane.id == 1)
    schedule.done(ended)
    again = schedule.take_now()
    assert again is not None
    assert (again.lane.id, schedule.take_now()) == (1, None)
