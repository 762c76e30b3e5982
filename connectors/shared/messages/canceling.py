"""Canceling a message while it waits."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from connectors.shared.errors import NotFound, WrongState
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.states import WAITING, Status
from connectors.shared.messages.tables import messages

CANCELED_CODE = "canceled"

# A row in a dispatcher's hands is asked for once more when its call begins, so until then it may be canceled.
NOT_BEGUN: ColumnElement[bool] = or_(
    messages.c.status.in_(sorted(WAITING)),
    and_(messages.c.status == Status.SENDING.value, messages.c.begun_at.is_(None)),
)


def canceled(moment: int, why: str = "It was canceled before it was sent.") -> dict[str, Any]:
    """Return what a canceled row holds."""
    return {
        "status": Status.CANCELED.value,
        "error_code": CANCELED_CODE,
        "error_message": why,
        "finished_at": moment,
        "deadline_at": None,
        "captcha": None,
    }


def cancel(connection: Connection, endings: Endings, account_id: int, message_id: str, moment: int) -> None:
    """Cancel a message. Raises NotFound where there is none (or another's), WrongState once it is on its way."""
    same = and_(messages.c.id == message_id, messages.c.account_id == account_id)
    if connection.execute(update(messages).where(same, NOT_BEGUN).values(canceled(moment))).rowcount == 0:
        _explain(connection.scalar(select(messages.c.status).where(same)))
    endings.tell(connection, [message_id], moment)


def _explain(status: str | None) -> None:
    if status is None:
        raise NotFound("There is no such message.")
    raise WrongState(f"Only a message that still waits can be canceled; this one is {status}.")
