"""Which message a receipt belongs to: by the vendor's id and the number, else by number and time where one fits."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, exists, select, true

from connectors.shared.accounts.tables import connections
from connectors.shared.clock import DAY
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.states import AWAITING_RECEIPT
from connectors.shared.messages.tables import HAS_TRANSACTION, messages, receipts

WINDOW_MS = 7 * DAY
"""How long before a receipt's arrival its message may have gone out, when only the number tells."""

SHORTEST_NATIONAL = 7

_vendor_ids: BindParameter[str] = bindparam("vendor_ids", expanding=True)
_numbers: BindParameter[str] = bindparam("numbers", expanding=True)


def find_by_id(connection: Connection, arrived: Sequence[Receipt]) -> dict[int, str]:
    """Match many receipts by id and number in one query; returns the message's id by the receipt's position."""
    vendor_ids = {receipt.vendor_id for receipt in arrived if receipt.vendor_id}
    numbers = {receipt.recipient for receipt in arrived if receipt.recipient}
    if not vendor_ids or not numbers:
        return {}
    columns = messages.c
    statement = (
        select(columns.id, columns.account_id, columns.transaction_id, columns.recipient, connections.c.gateway)
        .join(connections, connections.c.id == columns.connection_id)
        .where(HAS_TRANSACTION, columns.transaction_id.in_(_vendor_ids), columns.recipient.in_(_numbers))
    )
    rows = connection.execute(statement, {"vendor_ids": list(vendor_ids), "numbers": list(numbers)})
    known: defaultdict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows:
        known[row.gateway, row.transaction_id, row.recipient].append(row)
    found: dict[int, str] = {}
    for index, receipt in enumerate(arrived):
        same = known.get((receipt.gateway, receipt.vendor_id or "", receipt.recipient or ""), ())
        fitting = [row.id for row in same if receipt.account_id in (None, row.account_id)]
        if len(fitting) == 1:  # vendors that count their messages by account give two accounts the same id
            found[index] = fitting[0]
    return found


def might_fit(connection: Connection, arrived: Sequence[Receipt]) -> list[bool]:
    """Tell for each receipt whether the ledger knows its id or its number at all: most of a flood fit nothing."""
    columns = messages.c
    ids = [receipt.vendor_id for receipt in arrived if receipt.vendor_id]
    numbers = [receipt.recipient for receipt in arrived if receipt.recipient]
    by_id = select(columns.transaction_id).where(HAS_TRANSACTION, columns.transaction_id.in_(_vendor_ids)).distinct()
    by_number = select(columns.recipient).where(columns.recipient.in_(_numbers)).distinct()
    known_ids = set(connection.scalars(by_id, {"vendor_ids": ids})) if ids else set()
    known_numbers = set(connection.scalars(by_number, {"numbers": numbers})) if numbers else set()
    return [receipt.vendor_id in known_ids or receipt.recipient in known_numbers for receipt in arrived]


def find_one(connection: Connection, receipt: Receipt) -> str | None:
    """Return the id of the one message that this receipt fits, or None."""
    if receipt.vendor_id:
        same = _by_vendor_id(connection, receipt)
        if len(same) > 1:  # two accounts' vendors gave the same id: a guess by number might be the wrong one
            return None
        known = same[0] if same else _by_earlier_receipt(connection, receipt)
        if known:
            return known
    return _by_number(connection, receipt)


def find_erased(connection: Connection, receipt: Receipt) -> list[str]:
    """Return messages of the receipt's transaction whose number was erased or purged; at most two."""
    if receipt.vendor_id is None:
        return []
    columns = messages.c
    statement = (
        select(columns.id)
        .where(
            HAS_TRANSACTION,
            columns.transaction_id == receipt.vendor_id,
            columns.recipient.is_(None),
            _may_be_of(receipt),
        )
        .limit(2)
    )
    return list(connection.scalars(statement))


def _by_vendor_id(connection: Connection, receipt: Receipt) -> list[str]:
    columns = messages.c
    rows = connection.execute(
        select(columns.id, columns.recipient).where(
            HAS_TRANSACTION, columns.transaction_id == receipt.vendor_id, _may_be_of(receipt)
        )
    ).all()
    # One transaction may hold many numbers, so the id alone decides only where there is no number to compare.
    return [row.id for row in rows if _same_number(row.recipient, receipt.recipient)]


def _by_earlier_receipt(connection: Connection, receipt: Receipt) -> str | None:
    """A receipt that was matched by its number teaches the vendor's id: its twins belong to the same message."""
    if receipt.recipient is None:
        return None
    statement = select(receipts.c.matched_id).where(
        receipts.c.recipient == receipt.recipient,
        receipts.c.vendor_id == receipt.vendor_id,
        receipts.c.gateway == receipt.gateway,
        receipts.c.account_id.is_not_distinct_from(receipt.account_id),
        receipts.c.matched_id > "",
    )
    return connection.scalars(statement.limit(1)).first()


def _by_number(connection: Connection, receipt: Receipt) -> str | None:
    if receipt.recipient is None:
        return None
    columns = messages.c
    statement = (
        select(columns.id)
        .where(
            columns.recipient == receipt.recipient,
            columns.status.in_([state.value for state in AWAITING_RECEIPT]),
            columns.begun_at <= receipt.received_at,
            columns.begun_at > receipt.received_at - WINDOW_MS,
            _may_be_of(receipt),
        )
        .limit(2)
    )
    fitting = connection.scalars(statement).all()
    return fitting[0] if len(fitting) == 1 else None


def _may_be_of(receipt: Receipt) -> ColumnElement[bool]:
    """Whether a message is of the receipt's account, and travelled by its vendor."""
    # Looked up for the few messages that fit: a list of all its connections would be made for each receipt.
    carrier = (connections.c.id == messages.c.connection_id) & (connections.c.gateway == receipt.gateway)
    return exists().where(carrier).correlate(messages) & _of_account(receipt)


def _of_account(receipt: Receipt) -> ColumnElement[bool]:
    return true() if receipt.account_id is None else messages.c.account_id == receipt.account_id


def _same_number(recipient: str | None, reported: str | None) -> bool:
    if reported is None:
        return True
    return recipient is not None and (
        recipient == reported or (len(reported) >= SHORTEST_NATIONAL and recipient.endswith(reported))
    )
