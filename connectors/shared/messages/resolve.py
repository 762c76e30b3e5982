"""A person settles what is in doubt."""

from enum import StrEnum

from sqlalchemy import Connection, select, update

from connectors.shared.errors import NotFound, WrongState
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import messages


class Resolution(StrEnum):
    """What a person knows, or wants, of a message in doubt."""

    SENT = "sent"
    FAILED = "failed"
    RESEND = "resend"


def resolve(
    connection: Connection,
    endings: Endings,
    message_id: str,
    resolution: Resolution,
    moment: int,
    *,
    account_id: int | None = None,
    receipt_deadline_ms: int,
    validity_ms: int,
) -> None:
    """Settle an unconfirmed message; `account_id` None is the operator.

    Raises NotFound where there is none (or another's), WrongState where it is not unconfirmed.
    """
    same = messages.c.id == message_id
    if account_id is not None:
        same &= messages.c.account_id == account_id
    doubtful = messages.c.status == Status.UNCONFIRMED.value
    values = _values(resolution, moment, receipt_deadline_ms, validity_ms)
    readable = messages.c.text.is_not(None) if resolution is Resolution.RESEND else doubtful
    if connection.execute(update(messages).where(same, doubtful, readable).values(values)).rowcount == 0:
        _explain(connection.scalar(select(messages.c.status).where(same)))
    if resolution is Resolution.FAILED:
        endings.tell(connection, [message_id], moment)


def _explain(status: str | None) -> None:
    if status is None:
        raise NotFound("There is no such message.")
    if status == Status.UNCONFIRMED.value:
        raise WrongState("Its text or number has been erased, so it cannot be sent again.")
    raise WrongState(f"Only a message that is unconfirmed can be resolved; this one is {status}.")


def _values(resolution: Resolution, moment: int, receipt_deadline_ms: int, validity_ms: int) -> dict[str, object]:
    settled: dict[str, object] = {"error_code": None, "error_message": None, "finished_at": None}
    match resolution:
        case Resolution.SENT:
            return settled | {
                "status": Status.SENT.value,
                "sent_at": messages.c.begun_at,
                "deadline_at": moment + receipt_deadline_ms,
            }
        case Resolution.FAILED:
            return {
                "status": Status.FAILED.value,
                "error_code": "resolved_failed",
                "error_message": "A person found that it was not sent.",
                "finished_at": moment,
                "deadline_at": None,
            }
        case Resolution.RESEND:
            return settled | {
                "status": Status.QUEUED.value,
                "next_attempt_at": moment,
                "expires_at": moment + validity_ms,
                "deadline_at": moment + validity_ms,
                "attempts": 0,
                "claimed_by": None,
                "begun_at": None,
                "transaction_id": None,
            }
