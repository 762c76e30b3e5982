"""Delivery receipts: kept raw, matched to a message, and the row moves forward, in one commit.

A receipt may come early, late, twice, out of order, or for nothing we know: each is kept, and one that fits no
message yet is tried again when a call ends and by the sweeper.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, insert, select, update

from connectors.shared.accounts.tables import connections
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.matching import find_by_id, find_erased, find_one, might_fit
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.states import AWAITING_RECEIPT, OPEN_TO_DELIVERED, Status
from connectors.shared.messages.tables import IS_UNMATCHED, messages, receipts

GIVEN_UP = ""
"""`matched_id` of a receipt that fitted no message in time."""

_ids: BindParameter[str] = bindparam("ids", expanding=True)


Taker = Callable[[Connection, Sequence[Receipt]], Mapping[int, str]]
"""Called with the open transaction and receipts; returns by their position the ids of what it knows them to be of."""


class ReceiptWriter:
    """Applies receipts inside a shared commit. `taker` is asked first: not every receipt is of a message."""

    def __init__(self, endings: Endings, taker: Taker) -> None:
        self._endings = endings
        self._taker = taker

    def apply(self, connection: Connection, arrived: Sequence[Receipt]) -> list[bool]:
        """Keep each receipt and move the messages they fit; tells for each whether it fitted something."""
        taken = self._taker(connection, arrived)
        by_id = find_by_id(connection, arrived)
        matches: list[str | None] = [taken.get(index) or by_id.get(index) for index in range(len(arrived))]
        kept = list(arrived)
        for index, fits in enumerate(might_fit(connection, arrived)):
            if fits and matches[index] is None:
                kept[index], matches[index] = _find(connection, arrived[index])
        connection.execute(insert(receipts), [_row(*pair) for pair in zip(kept, matches, strict=True)])
        move(connection, self._endings, _fitting(arrived, matches))
        return [match is not None for match in matches]


def match_parked(connection: Connection, endings: Endings, parked: Iterable[Receipt]) -> int:
    """Try parked receipts once more; returns how many found their message."""
    found: list[tuple[str, Receipt]] = []
    for receipt in parked:
        message_id = find_one(connection, receipt)
        if message_id is not None:
            found.append((message_id, receipt))
            connection.execute(update(receipts).where(receipts.c.id == receipt.row_id).values(matched_id=message_id))
    move(connection, endings, found)
    return len(found)


def untaken(connection: Connection, taker: Taker, parked: Sequence[Receipt]) -> list[Receipt]:
    """Have parked receipts taken once more; returns the others."""
    taken = taker(connection, parked)
    for index, matched_id in taken.items():
        same = receipts.c.id == parked[index].row_id
        connection.execute(update(receipts).where(same).values(matched_id=matched_id))
    return [receipt for index, receipt in enumerate(parked) if index not in taken]


def parked_for(connection: Connection, recipients: Sequence[str]) -> list[Receipt]:
    """Return the receipts for these numbers that fitted no message so far."""
    if not recipients:
        return []
    numbers: BindParameter[str] = bindparam("numbers", expanding=True)
    statement = select(receipts).where(IS_UNMATCHED, receipts.c.recipient.in_(numbers))
    return [_receipt(row._mapping) for row in connection.execute(statement, {"numbers": list(recipients)})]


def all_parked(connection: Connection, after_id: int, most: int) -> list[Receipt]:
    """Return the next unmatched receipts, oldest first."""
    statement = select(receipts).where(IS_UNMATCHED, receipts.c.id > after_id).order_by(receipts.c.id).limit(most)
    return [_receipt(row._mapping) for row in connection.execute(statement)]


def give_up(connection: Connection, received_before: int) -> None:
    """Stop trying receipts that fitted nothing for so long; they stay for whoever looks."""
    connection.execute(
        update(receipts).where(IS_UNMATCHED, receipts.c.received_at < received_before).values(matched_id=GIVEN_UP)
    )


def move(connection: Connection, endings: Endings, found: Sequence[tuple[str, Receipt]]) -> None:
    """Move messages forward as their receipts say; one guarded statement for each outcome."""
    if not found:
        return
    grouped: dict[tuple[Status | None, str | None, str | None], list[str]] = defaultdict(list)
    latest = max(receipt.received_at for _, receipt in found)
    for message_id, receipt in found:
        grouped[receipt.outcome, receipt.error_code, receipt.explanation].append(message_id)
    for (outcome, code, explanation), ids in grouped.items():
        if outcome is None:
            _settle_as_sent(connection, ids)
        else:
            ended = _end(connection, ids, outcome, code, explanation, latest)
            endings.tell(connection, ended, latest)
    _note_arrival(connection, [message_id for message_id, _ in found], latest)


def _end(
    connection: Connection,
    ids: list[str],
    outcome: Status,
    code: str | None,
    explanation: str | None,
    moment: int,
) -> list[str]:
    delivered = outcome is Status.DELIVERED
    open_states = OPEN_TO_DELIVERED if delivered else AWAITING_RECEIPT
    statement = (
        update(messages)
        .where(messages.c.id.in_(_ids), messages.c.status.in_([state.value for state in open_states]))
        .values(
            status=outcome.value,
            error_code=None if delivered else code,
            error_message=None if delivered else explanation,
            sent_at=func.coalesce(messages.c.sent_at, messages.c.begun_at),
            finished_at=moment,
            deadline_at=None,
            captcha=None,
        )
        .returning(messages.c.id)
    )
    return list(connection.scalars(statement, {"ids": ids}))


def _settle_as_sent(connection: Connection, ids: list[str]) -> None:
    """A receipt that says UNKNOWN still proves that the vendor has the message."""
    connection.execute(
        update(messages)
        .where(messages.c.id.in_(_ids), messages.c.status == Status.UNCONFIRMED.value)
        .values(
            status=Status.SENT.value,
            sent_at=func.coalesce(messages.c.sent_at, messages.c.begun_at),
            finished_at=None,
            error_code=None,
            error_message=None,
        ),
        {"ids": ids},
    )


def _note_arrival(connection: Connection, ids: list[str], moment: int) -> None:
    owners = select(messages.c.connection_id).where(messages.c.id.in_(_ids))
    connection.execute(
        update(connections).where(connections.c.id.in_(owners)).values(last_receipt_at=moment),
        {"ids": ids},
    )


def _find(connection: Connection, receipt: Receipt) -> tuple[Receipt, str | None]:
    """Return the receipt as it may be kept, and its message."""
    found = find_one(connection, receipt)
    if found is not None:
        return receipt, found
    # It must not bring back a number that was erased while it was on its way; it still tells the fate.
    erased = find_erased(connection, receipt)
    if not erased:
        return receipt, None
    return replace(receipt, recipient=None, raw="{}"), erased[0] if len(erased) == 1 else None


def _fitting(arrived: Sequence[Receipt], matches: Sequence[str | None]) -> list[tuple[str, Receipt]]:
    return [(match, receipt) for receipt, match in zip(arrived, matches, strict=True) if match is not None]


def _row(receipt: Receipt, message_id: str | None) -> dict[str, object]:
    return {
        "gateway": receipt.gateway,
        "account_id": receipt.account_id,
        "vendor_id": receipt.vendor_id,
        "recipient": receipt.recipient,
        "status": receipt.vendor_status,
        "outcome": receipt.outcome.value if receipt.outcome else None,
        "error_code": receipt.error_code,
        "explanation": receipt.explanation,
        "raw": receipt.raw,
        "received_at": receipt.received_at,
        "matched_id": message_id,
    }


def _receipt(row: RowMapping) -> Receipt:
    return Receipt(
        gateway=row["gateway"],
        account_id=row["account_id"],
        vendor_id=row["vendor_id"],
        recipient=row["recipient"],
        vendor_status=row["status"],
        outcome=Status(row["outcome"]) if row["outcome"] else None,
        error_code=row["error_code"],
        explanation=row["explanation"],
        raw=row["raw"],
        received_at=row["received_at"],
        row_id=row["id"],
    )
