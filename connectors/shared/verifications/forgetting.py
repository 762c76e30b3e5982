"""Numbers of verifications do not stay for ever: erased when a person asks, removed after their days."""

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.idempotency import store as idempotency
from connectors.shared.messages.retention import truncate_log
from connectors.shared.messages.tables import receipts
from connectors.shared.secrets import SecretBox
from connectors.shared.verifications import code_rows, limits
from connectors.shared.verifications.states import VerificationStatus
from connectors.shared.verifications.store import PENDING, columns
from connectors.shared.verifications.tables import verification_sends, verifications

SLICE = 1_000

_ids: BindParameter[str] = bindparam("ids", expanding=True)


def forget_number(secrets: SecretBox, connection: Connection, number: str) -> None:
    """Remove a number (digits of E.164) from every verification; a pending one ends with it."""
    ended = {
        "status": VerificationStatus.EXPIRED.value,
        "error_code": "erased",
        "error_message": "The number was erased.",
        "finished_at": now_ms(),
        "move_at": None,
    }
    of_number = columns.recipient == number
    ids = list(connection.scalars(select(columns.id).where(of_number)))
    connection.execute(update(verifications).where(of_number, PENDING).values(ended))
    connection.execute(update(verifications).where(of_number).values(recipient=None))
    connection.execute(delete(verification_sends).where(verification_sends.c.recipient == number))
    code_rows.forget_number(secrets, connection, number)
    for start in range(0, len(ids), SLICE):
        part = ids[start : start + SLICE]
        idempotency.forget(connection, part)
        connection.execute(delete(receipts).where(receipts.c.matched_id.in_(_ids)), {"ids": part})


def purge(database: Database, before_ms: int) -> None:
    """Remove verifications begun before a moment, codes that ended, and what the limits counted long enough ago."""
    with database.write() as connection:
        moment = now_ms()
        removed = limits.forget_counted(connection, moment) + code_rows.forget_ended(connection, moment)
    more = True
    while more:
        with database.write() as connection:
            # Ids are UUIDv7, and so the first of them are the oldest.
            first = select(columns.id, columns.created_at).order_by(columns.id).limit(SLICE).subquery()
            old = select(first.c.id).where(first.c.created_at < before_ms)
            gone = connection.execute(delete(verifications).where(columns.id.in_(old))).rowcount
        removed += gone
        more = gone == SLICE
    if removed:
        truncate_log(database)
