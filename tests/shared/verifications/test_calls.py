"""A call from the number is the proof."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shared.verifications.calls import confirm_call
from tests.shared.verifications.desk import DIGITS, ON_SQLITE, Desk
from tests.shared.verifications.gateways import CALLS, TO_CALL, GatewayDouble, kind, own_desk

OTHER = "74951111111"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, open_service: Callable[..., Service]) -> Desk:
    monkeypatch.setattr("connectors.service.GATEWAYS", (kind(GatewayDouble(CALLS)),))
    return own_desk(open_service(), CALLS)


def call(
    desk: Desk,
    made: dict[str, Any],
    called: str | None = None,
    number: str = DIGITS,
    shift: int = 0,
    moment: int | None = None,
) -> bool:
    """A call comes, on the verification's connection or one beside it."""
    connection_id = desk.row(made["id"])["connection_id"] + shift
    with desk.service.database.write() as connection:
        return confirm_call(
            connection, connection_ids=[connection_id], number=number, called=called, moment=moment or now_ms()
        )


def test_a_call_approves_once(own: Desk) -> None:
    made = own.start(channels=("CALL", "SMS"))
    assert [call(own, made, TO_CALL) for _ in range(2)] == [True, False]
    shown = own.show(made["id"])
    assert (shown["status"], shown["finished_at"] is not None) == ("approved", True)


@ON_SQLITE
@pytest.mark.parametrize(
    ("called", "number", "shift", "confirmed"),
    [
        (None, DIGITS, 0, True),
        ("1", DIGITS, 0, True),
        ("", DIGITS, 0, True),
        (DIGITS, DIGITS, 0, True),
        (OTHER, DIGITS, 0, False),
        (TO_CALL, OTHER, 0, False),
        (TO_CALL, DIGITS, 1, False),
    ],
)
def test_whose_call_it_is(own: Desk, called: str | None, number: str, shift: int, confirmed: bool) -> None:
    made = own.start(channels=("CALL",))
    assert call(own, made, called, number, shift) is confirmed
    assert own.show(made["id"])["status"] == ("approved" if confirmed else "pending")


@ON_SQLITE
@pytest.mark.parametrize("ended", ["expired", "erased", "moved on", "locked"])
def test_what_waits_no_more_is_not_approved(own: Desk, ended: str) -> None:
    made = own.start(channels=("CALL", "SMS"))
    if ended == "moved on":
        own.resend(made["id"])
    else:
        changes: dict[str, dict[str, Any]] = {
            "expired": {"expires_at": 1},
            "erased": {"recipient": None},
            "locked": {"status": "locked"},
        }
        own.change(made["id"], **changes[ended])
    assert not call(own, made, TO_CALL)


@ON_SQLITE
def test_a_code_is_approved_by_no_call(own: Desk) -> None:
    assert not call(own, own.start())


@ON_SQLITE
def test_a_call_that_is_told_twice_approves_nothing_that_began_after_it(own: Desk) -> None:
    first = own.start(channels=("CALL",))
    called_at = now_ms()
    assert call(own, first, TO_CALL, moment=called_at)
    second = own.start(channels=("CALL",))
    assert second["id"] != first["id"]
    assert not call(own, second, TO_CALL, moment=called_at - 1)
    assert call(own, second, TO_CALL)
