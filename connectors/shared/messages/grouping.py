"""Which claimed rows travel in one call: those of one connection that say the same, to different numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.shared.gateways.base import Gateway, Outgoing, Recipient
from connectors.shared.messages.claim import Claimed, Lane


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
        """0 for one-time codes, 1 transactional, 2 promotional."""
        return self.rows[0].priority

    @property
    def recipients(self) -> list[Recipient]:
        """The numbers, as a gateway takes them."""
        return [Recipient(row.country_code, row.recipient[len(row.country_code) :]) for row in self.rows]


@dataclass(slots=True)
class _Open:
    """A call that is being filled."""

    rows: list[Claimed] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)


def group(lane: Lane, gateway: Gateway, rows: Iterable[Claimed], *, probing: bool = False) -> list[Call]:
    """Return calls in the order of their first rows; a number is never twice in one."""
    calls: list[tuple[Outgoing, _Open]] = []
    filling: dict[Outgoing, list[_Open]] = {}
    most: dict[Outgoing, int] = {}
    for row in rows:
        outgoing = _outgoing(row)
        if outgoing not in most:
            most[outgoing] = gateway.most_recipients(outgoing) if lane.bulk else 1
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
    return [Call(lane, outgoing, tuple(call.rows), probing) for outgoing, call in calls]


def halves(call: Call) -> list[Call]:
    """Return a refused call for many as two."""
    middle = len(call.rows) // 2
    return [Call(call.lane, call.outgoing, part, call.probing) for part in (call.rows[:middle], call.rows[middle:])]


def _outgoing(row: Claimed) -> Outgoing:
    return Outgoing(
        text=row.text,
        sender_id=row.sender_id,
        channel=row.channel,
        message_type=row.message_type,
        template_id=row.template_id,
        entity_id=row.entity_id,
        first_try=row.attempts == 0,
    )
