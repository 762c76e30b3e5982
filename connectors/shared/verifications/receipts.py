"""Receipts of one-time codes: one that failed has the next channel tried."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, select, update

from connectors.shared.accounts.tables import connections
from connectors.shared.messages.matching import SHORTEST_NATIONAL
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import IS_UNMATCHED, receipts
from connectors.shared.verifications import store
from connectors.shared.verifications.store import PENDING, SentCode, columns
from connectors.shared.verifications.tables import HAS_VERIFICATION_TRANSACTION, verifications

FAILED = frozenset({Status.UNDELIVERED, Status.EXPIRED, Status.REJECTED})

_WITH_GATEWAY = select(verifications, connections.c.gateway).join(
    connections, connections.c.id == columns.connection_id
)
_transactions: BindParameter[str] = bindparam("transactions", expanding=True)


def take_receipts(connection: Connection, arrived: Sequence[Receipt]) -> dict[int, str]:
    """Return which of these are of codes: the verification's id by the receipt's position. Marks those to move on.

    Called with the transaction that keeps the receipts; the dispatcher's process then has the next code sent.
    """
    transactions = {receipt.vendor_id for receipt in arrived if receipt.vendor_id}
    if not transactions:
        return {}
    statement = _WITH_GATEWAY.where(HAS_VERIFICATION_TRANSACTION, columns.transaction_id.in_(_transactions))
    known: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(statement, {"transactions": list(transactions)}).mappings():
        known[row["transaction_id"]].append(row)
    found: dict[int, str] = {}
    for index, receipt in enumerate(arrived):
        fitting = next((row for row in known.get(receipt.vendor_id or "", ()) if _fits(row, receipt)), None)
        if fitting is not None:
            found[index] = fitting["id"]
            if receipt.outcome in FAILED:
                _mark(connection, fitting, receipt.received_at, receipt.error_code, receipt.explanation)
    return found


def take_parked(connection: Connection, verification_id: str, sent: SentCode) -> None:
    """Take the receipts of a code that came before it was known."""
    if sent.transaction_id is None:
        return
    row = connection.execute(_WITH_GATEWAY.where(columns.id == verification_id)).mappings().one()
    parked = select(receipts).where(
        IS_UNMATCHED,
        receipts.c.recipient == row["recipient"],
        receipts.c.vendor_id == sent.transaction_id,
        receipts.c.gateway == row["gateway"],
    )
    for early in connection.execute(parked).mappings().all():
        if early["account_id"] not in (None, row["account_id"]):
            continue
        connection.execute(update(receipts).where(receipts.c.id == early["id"]).values(matched_id=verification_id))
        if early["outcome"] in {outcome.value for outcome in FAILED}:
            _mark(connection, row, early["received_at"], early["error_code"], early["explanation"])


def _fits(row: RowMapping, receipt: Receipt) -> bool:
    # Two vendors may give the same id.
    if receipt.gateway != row["gateway"] or receipt.account_id not in (None, row["account_id"]):
        return False
    if receipt.recipient is None or row["recipient"] is None:
        return receipt.recipient is None
    # Receipts may give a number without its country code.
    whole = row["recipient"] == receipt.recipient
    return whole or (len(receipt.recipient) >= SHORTEST_NATIONAL and row["recipient"].endswith(receipt.recipient))


def _mark(connection: Connection, row: RowMapping, moment: int, code: str | None, explanation: str | None) -> None:
    further = row["channel_index"] + 1 < len(store.channels_of(row))
    connection.execute(
        update(verifications)
        .where(
            columns.id == row["id"],
            PENDING,
            columns.transaction_id == row["transaction_id"],
            columns.expires_at > moment,
            columns.move_at.is_(None),
        )
        .values(move_at=moment if further else None, error_code=code, error_message=explanation)
    )
