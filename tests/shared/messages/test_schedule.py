"""How much of a connection a dispatcher holds: waiting or in flight, by priority."""

from connectors.shared.messages.grouping import Call
from connectors.shared.messages.schedule import Schedule
from tests.shared.messages.test_grouping import claimed, grouped


def promotions(start: int, count: int) -> list[Call]:
    return grouped([claimed(n, priority=2) for n in range(start, start + count)])


def test_messages_are_held_until_their_call_has_ended() -> None:
    schedule = Schedule(64)
    schedule.put(promotions(0, 250))
    assert [schedule.rows(1, priority) for priority in (0, 1, 2)] == [0, 0, 250]
    assert (schedule.rows(2, 2), schedule.pending(1)) == (0, 3)
    call = schedule.take_now()
    assert call is not None
    assert (schedule.rows(1, 2), schedule.pending(1)) == (250, 2)
    schedule.done(call)
    assert schedule.rows(1, 2) == 150


def test_a_campaign_leaves_room_for_what_is_more_urgent() -> None:
    schedule = Schedule(64)
    schedule.put([*promotions(0, 250), *grouped([claimed(1_000, priority=0, message_type="OTP")])])
    assert [schedule.rows(1, priority) for priority in (0, 1, 2)] == [1, 1, 251]
