"""A number is verified by a call from it: whoever can call from a phone has it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select, update

from connectors.shared.verifications import code_rows
from connectors.shared.verifications.states import CALL, VerificationStatus
from connectors.shared.verifications.store import PENDING, columns
from connectors.shared.verifications.tables import verification_codes, verifications

_SHORTEST_NUMBER: Final = 7
"""Fewer digits are no number that was called but the vendor's mere flag: SMSC says "1"."""


def confirm_call(
    connection: Connection,
    *,
    connection_ids: Sequence[int],
    number: str,
    called: str | None,
    moment: int,
) -> bool:
    """A call came from a number (digits of E.164): approve what waits for it; returns whether something did.

    That is the newest verification of the number that these connections wait for, and that waited already at `moment`,
    when the call came: a call of which we hear twice must not approve what was begun after it. `called` (digits) is the
    number that was called, where the vendor says so; a call to another one than the person was told confirms nothing.
    Told twice, the second time finds nothing that waits. Runs in the caller's transaction.
    """
    codes = verification_codes.c
    awaited = (
        select(columns.id, codes.id.label("code_id"))
        .join(verification_codes, codes.id == columns.vendor_id)
        .where(
            columns.connection_id.in_(connection_ids),
            columns.recipient == number,
            PENDING,
            columns.expires_at > moment,
            codes.channel == CALL,
            codes.created_at <= moment,
            codes.used_at.is_(None),
            codes.expires_at > moment,
        )
    )
    if called is not None and len(called) >= _SHORTEST_NUMBER and called != number:
        awaited = awaited.where(columns.call_number == called)
    row = connection.execute(awaited.order_by(columns.id.desc()).limit(1)).one_or_none()
    if row is None or not code_rows.use(connection, row.code_id, moment):
        return False
    approved = connection.execute(
        update(verifications)
        .where(columns.id == row.id, columns.vendor_id == row.code_id, PENDING)
        .values(
            status=VerificationStatus.APPROVED.value,
            finished_at=moment,
            move_at=None,
            error_code=None,
            error_message=None,
        )
    )
    return approved.rowcount == 1
