"""The rows of incoming messages: found by their digests, written, listed, and emptied of numbers and texts."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

import uuid_utils
from sqlalchemy import BindParameter, Connection, RowMapping, Select, bindparam, insert, select, union, update

from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shared.incoming.cleaning import LONGEST_VENDOR_ID, shown_address
from connectors.shared.incoming.keywords import keyword_of
from connectors.shared.incoming.message import Way
from connectors.shared.incoming.tables import incoming_messages
from connectors.shared.incoming.telling_apart import Kept, Marked

SLICE: Final = 200
"""Messages in one statement, each with some digests: SQLite and PostgreSQL bound how many values it may carry."""

Item = TypeVar("Item")

_rows = incoming_messages.c
_digests: BindParameter[bytes] = bindparam("digests", expanding=True)
_contents: BindParameter[bytes] = bindparam("contents", expanding=True)
_of_connection = _rows.connection_id == bindparam("connection")
_columns = [_rows[name] for name in Kept.__dataclass_fields__]
# Two looks and no "or": SQLite would go through all that the connection has.
_kept = union(
    select(*_columns).where(_of_connection, _rows.digest.in_(_digests)),
    select(*_columns).where(_of_connection, _rows.content_digest.in_(_contents)),
)


def lock_account(connection: Connection, connection_id: int) -> RowMapping | None:
    """Return (account_id, gateway) of a connection, locked against others who keep its messages; None once gone."""
    statement = select(connections.c.account_id, connections.c.gateway).where(connections.c.id == connection_id)
    row = connection.execute(statement).mappings().first()
    # The account, since what is said by one gateway may undo what was said by another.
    return row if row is not None and lock_accounts(connection, [row["account_id"]]) else None


def lock_accounts(connection: Connection, account_ids: Collection[int]) -> list[int]:
    """Lock accounts against others who heed what is said to them; returns those that have not been removed."""
    # In one order, so that no two wait for each other.
    chosen = select(accounts.c.id).where(accounts.c.id.in_(account_ids)).order_by(accounts.c.id)
    return list(connection.scalars(chosen.with_for_update(key_share=True)))


def find_kept(connection: Connection, connection_id: int, arrived: Sequence[Marked]) -> list[Kept]:
    """Return every row that one of these may be."""
    found: dict[str | None, Kept] = {}
    for part in slices(arrived):
        values = {
            "connection": connection_id,
            "digests": [digest for marked in part for digest in marked.digests],
            "contents": [content for marked in part for content in marked.contents],
        }
        found |= {row.id: Kept(*row) for row in connection.execute(_kept, values)}
    return list(found.values())


def write(
    connection: Connection, connection_id: int, account: RowMapping, new: Sequence[Marked], way: Way, now: int
) -> list[str]:
    """Write new messages; returns their ids."""
    rows = [_row(connection_id, account, marked, way, now) for marked in new]
    if rows:
        connection.execute(insert(incoming_messages), rows)
    return [row["id"] for row in rows]


def write_twins(connection: Connection, paired: Sequence[Kept]) -> None:
    """Keep by what name these came by the other way."""
    for row in paired:
        connection.execute(update(incoming_messages).where(_rows.id == row.id).values(twin_digest=row.twin_digest))


def get_incoming(connection: Connection, account_id: int, incoming_id: str) -> dict[str, Any]:
    """Return one incoming message in the API's shape. Raises NotFound where it is not there or another's."""
    row = connection.execute(_shown(account_id).where(_rows.id == incoming_id)).mappings().first()
    if row is None:
        raise NotFound("There is no such incoming message.")
    return present(row)


def list_incoming(
    connection: Connection, account_id: int, *, sender: str | None, before_id: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return an account's incoming messages, newest first, older than `before_id`."""
    statement = _shown(account_id)
    if sender is not None:
        # An expression is no column of an index: SQLite would walk all of the account's, as that index has their order.
        statement = select(*statement.selected_columns).where(
            _rows.account_id + 0 == account_id, _rows.sender == sender
        )
    if before_id is not None:
        statement = statement.where(_rows.id < before_id)
    rows = connection.execute(statement.order_by(_rows.id.desc()).limit(limit)).mappings()
    return [present(row) for row in rows]


def present(row: RowMapping) -> dict[str, Any]:
    """Return a row in the API's shape."""
    return {
        "id": row["id"],
        "from": shown_address(row["sender"]),
        "to": shown_address(row["recipient"]),
        "text": row["text"],
        "received_at": to_rfc3339(row["happened_at"]),
        "gateway": row["gateway"],
    }


def slices(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield as many at a time as one statement takes."""
    for start in range(0, len(items), SLICE):
        yield items[start : start + SLICE]


def scrub(connection: Connection, ids: Collection[str]) -> None:
    """Remove numbers and texts; by their digests they are still known."""
    for part in slices(sorted(ids)):
        statement = update(incoming_messages).where(_rows.id.in_(part))
        connection.execute(statement.values(sender=None, text=None))


def _shown(account_id: int) -> Select[Any]:
    columns = (_rows.id, _rows.sender, _rows.recipient, _rows.text, _rows.happened_at, _rows.gateway)
    return select(*columns).where(_rows.account_id == account_id)


def _row(connection_id: int, account: RowMapping, marked: Marked, way: Way, now: int) -> dict[str, Any]:
    message = marked.message
    keyword = keyword_of(message.text)
    return {
        "id": str(uuid_utils.uuid7()),
        "account_id": account["account_id"],
        "connection_id": connection_id,
        "gateway": account["gateway"],
        "sender": message.sender,
        "recipient": message.recipient or None,
        "text": message.text,
        "way": way.value,
        "vendor_id": message.vendor_id[:LONGEST_VENDOR_ID] if message.vendor_id else None,
        "digest": marked.digests[0],
        "content_digest": marked.contents[0],
        "twin_digest": None,
        "keyword": keyword.value if keyword else None,
        "happened_at": message.happened_at,
        "received_at": now,
    }
