"""What is to be done with an entry for Pipedrive that is due, by what became of its message."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import RowMapping

from connectors.pipedrive.tables import LogState
from connectors.shared.clock import DAY, MINUTE, SECOND
from connectors.shared.messages.states import ENDS_BY_RECEIPT, Status

GIVE_UP_MS: Final = 7 * DAY
SHORTEST_PAUSE_MS: Final = SECOND
LONGEST_PAUSE_MS: Final = MINUTE
LONGEST_SCHEDULED_PAUSE_MS: Final = 10 * MINUTE

NEVER_SENT: Final = frozenset({Status.FAILED, Status.CANCELED, Status.SUPPRESSED})
WENT_OUT: Final = ENDS_BY_RECEIPT | {Status.SENT, Status.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Ready:
    """It may be written now, or looked for."""


@dataclass(frozen=True, slots=True)
class Later:
    """Its message has not been sent yet."""

    look_at: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """It will never be written."""

    reason: str


Fate = Ready | Later | LeftOut


def sent_moment(row: RowMapping) -> int | None:
    """Return when a message was sent, None as long as it is not known to have been."""
    if row["sent_at"] is not None:
        return int(row["sent_at"])
    if row["status"] in WENT_OUT:
        return int(row["begun_at"] or row["finished_at"] or row["message_created_at"])
    return None


def fate_of(row: RowMapping, moment: int) -> Fate:
    """Judge an entry by its row joined with its message's."""
    sent_at = sent_moment(row)
    too_late = sent_at is not None and moment - max(sent_at, row["created_at"]) >= GIVE_UP_MS
    if row["state"] != LogState.WAITING:
        doubt = "Whether Pipedrive has it could not be found out for seven days, so it was not written again."
        return LeftOut(_with(doubt, row["reason"])) if too_late else Ready()
    if sent_at is None:
        return _unsent(row, moment)
    if too_late:
        return LeftOut(_with("It could not be written for seven days.", row["reason"]))
    if row["text"] is None or row["recipient"] is None:
        return LeftOut("The text of the message, or its number, was erased before it could be written.")
    return Ready()


def _unsent(row: RowMapping, moment: int) -> Fate:
    if row["status"] in NEVER_SENT:
        return LeftOut(_with("The message was not sent.", row["error_message"]))
    if row["status"] == Status.UNCONFIRMED:
        if moment - (row["begun_at"] or row["message_created_at"]) >= GIVE_UP_MS:
            return LeftOut("Whether the message was sent has not become known for seven days.")
    elif (row["due_at"] or 0) > moment:
        return Later(min(row["due_at"], moment + LONGEST_SCHEDULED_PAUSE_MS))
    age = moment - max(row["message_created_at"], row["due_at"] or 0)
    return Later(moment + min(max(age // 4, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS))


def _with(words: str, more: str | None) -> str:
    return f"{words} {more}" if more else words
