"""Which claimed rows travel in one call: those that say the same, or differ only in what fills a pattern."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson

from connectors.shared.gateways.base import Captcha, Gateway, Outgoing, Recipient
from connectors.shared.messages.claim import Claimed, Lane

_NO_PATTERNS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a vendor, not begun."""

    lane: Lane
    outgoing: Outgoing
    rows: tuple[Claimed, ...] = field(repr=False)
    probing: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """The messages it carries."""
        return tuple(row.id for row in self.rows)

    @property
    def priority(self) -> int:
        """0 for one-time codes, 1 transactional, 2 promotional and campaigns."""
        return self.rows[0].priority

    @property
    def recipients(self) -> list[Recipient]:
        """The numbers, as a gateway takes them, with what fills the pattern where there is one."""
        return [
            Recipient(
                row.country_code,
                row.recipient[len(row.country_code) :],
                tuple(orjson.loads(row.variables or "[]")) if self.outgoing.personalised else (),
                row.text if self.outgoing.differing else None,
            )
            for row in self.rows
        ]


@dataclass(slots=True)
class _Open:
    """A call that is being filled."""

    rows: list[Claimed] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)


def group(
    lane: Lane,
    gateway: Gateway,
    rows: Iterable[Claimed],
    *,
    patterns: Mapping[str, str] = _NO_PATTERNS,
    probing: bool = False,
) -> list[Call]:
    """Return calls in the order of their first rows; a number is never twice in one. `patterns` are by campaign."""
    calls: list[tuple[Outgoing, _Open]] = []
    filling: dict[Outgoing, list[_Open]] = {}
    most: dict[Outgoing, int] = {}
    for row in rows:
        outgoing = _outgoing(row, patterns, gateway)
        if outgoing not in most:
            most[outgoing] = _most(lane, gateway, outgoing)
        room = filling.setdefault(outgoing, [])
        target = next((call for call in room if row.recipient not in call.numbers), None)
        if target is None:
            target = _Open()
            room.append(target)
            calls.append((outgoing, target))
        target.rows.append(row)
        target.numbers.add(row.recipient)
        if len(target.rows) >= most[outgoing]:
            room.remove(target)
    made = [_call(lane, outgoing, call.rows, probing=probing) for outgoing, call in calls]
    return [part for call in made for part in _parts(gateway, call)]


def with_rows(call: Call, rows: Sequence[Claimed]) -> Call:
    """Return the call for some of its rows alone."""
    return _call(call.lane, call.outgoing, rows, probing=call.probing)


def halves(call: Call) -> list[Call]:
    """Return a refused call for many as two."""
    middle = len(call.rows) // 2
    return [with_rows(call, part) for part in (call.rows[:middle], call.rows[middle:])]


def _most(lane: Lane, gateway: Gateway, outgoing: Outgoing) -> int:
    # Somebody waits for a one-time code, and a captcha was solved for one message.
    is_single = outgoing.message_type == "OTP" or outgoing.captcha is not None
    return max(1, gateway.most_recipients(outgoing)) if lane.bulk and not is_single else 1


def _parts(gateway: Gateway, call: Call) -> list[Call]:
    """Return a call as it is, or where its texts turned out equal and are too many for one text, as several."""
    most = len(call.rows) if len(call.rows) == 1 else max(1, gateway.most_recipients(call.outgoing))
    return [with_rows(call, call.rows[start : start + most]) for start in range(0, len(call.rows), most)]


def _call(lane: Lane, outgoing: Outgoing, rows: Sequence[Claimed], *, probing: bool) -> Call:
    if outgoing.personalised and len(rows) == 1:
        # A workbook for one recipient is a single with more to go wrong.
        outgoing = replace(outgoing, text=rows[0].text, personalised=False)
    if outgoing.differing and len({row.text for row in rows}) == 1:
        outgoing = replace(outgoing, text=rows[0].text, differing=False)
    return Call(lane, outgoing, tuple(rows), probing)


def _outgoing(row: Claimed, patterns: Mapping[str, str], gateway: Gateway) -> Outgoing:
    # A workbook is XML, which reads a carriage return (escaped in this JSON) as a line feed.
    filled = row.variables is not None and gateway.fills_patterns and "\\r" not in row.variables
    pattern = patterns.get(row.campaign_id or "") if filled else None
    is_single = row.captcha is not None or row.message_type == "OTP"
    differing = pattern is None and not is_single and gateway.lists(row.text)
    text = row.text if pattern is None else pattern
    return Outgoing(
        text="" if differing else text,
        sender_id=row.sender_id,
        channel=row.channel,
        message_type=row.message_type,
        template_id=row.template_id,
        entity_id=row.entity_id,
        first_try=row.attempts == 0,
        personalised=pattern is not None,
        differing=differing,
        captcha=None if row.captcha is None else Captcha(*orjson.loads(row.captcha)),
    )
