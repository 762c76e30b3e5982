"""Redacting a message: its text goes, its fate stays."""

from sqlalchemy import Connection, and_, select, update

from connectors.shared.errors import NotFound, WrongState
from connectors.shared.idempotency.store import forget_text
from connectors.shared.messages.states import WAITING, Status
from connectors.shared.messages.tables import messages

_UNSENT = frozenset({*WAITING, Status.SENDING})


def redact(connection: Connection, account_id: int, message_id: str) -> None:
    """Remove a message's text wherever it stands; a second time changes nothing.

    Raises NotFound where there is none (or another's), WrongState where it is still to be sent.
    """
    same = and_(messages.c.id == message_id, messages.c.account_id == account_id)
    over = messages.c.status.not_in(sorted(_UNSENT))
    # The digest would tell the text to whoever guesses it.
    values = {"text": None, "variables": None, "content_digest": None}
    forget_text(connection, account_id, message_id)  # first, as where a number is erased: no two wait for each other
    if connection.execute(update(messages).where(same, over).values(values)).rowcount == 0:
        _explain(connection.scalar(select(messages.c.status).where(same)))


def _explain(status: str | None) -> None:
    if status is None:
        raise NotFound("There is no such message.")
    raise WrongState(f"A message that is {status} still needs its text. Cancel it first, or wait until it is sent.")
