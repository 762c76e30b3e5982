"""How an account is: whether its messages go out and why not, what waits, what came back."""

from typing import TypedDict

from sqlalchemy import ColumnElement, Connection, RowMapping, TextClause, func, or_, select, text

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import connections_of
from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.clock import DAY, now_ms, to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shared.messages.tables import IS_QUEUED, messages, receipts

_COUNTED = (accounts.c.counted_day, accounts.c.counted)
# Word for word what a partial index says, so that only rows of this kind are ever read (see messages/tables.py).
IS_SCHEDULED = text("status = 'scheduled'")
FITS_NO_MESSAGE = text("(matched_id IS NULL OR matched_id = '')")


class Reason(TypedDict):
    """Why an account is paused or refused: the vendor's code, and words for a person."""

    code: str | None
    message: str


class DailyLimit(TypedDict):
    """What an account may send a day (UTC), and how many went out today; `held_until` once others are held."""

    limit: int
    counted: int
    held_until: str | None


class ConnectionHealth(TypedDict):
    """One connection of an account to a vendor. Moments are RFC 3339."""

    gateway: str
    state: str
    reason: Reason | None
    retry_at: str | None
    sender_id: str | None
    waiting: int
    last_receipt_at: str | None


class AccountHealth(TypedDict):
    """An account as its owner and the operator may see it: no password, no token. Moments are RFC 3339.

    What is said of a connection is said of the first, by which messages go that no route leads elsewhere.
    """

    customer_id: str
    sender_id: str | None
    country_code: str | None
    message_type: str
    entity_id: str | None
    template_id: str | None
    rate: float
    bulk: bool
    email: str | None
    state: str
    reason: Reason | None
    retry_at: str | None
    last_receipt_at: str | None
    unmatched_receipts: int
    waiting: int
    daily_limit: DailyLimit | None
    created_at: str | None
    gateway: str
    connections: list[ConnectionHealth]


def account_health(connection: Connection, account_id: int, daily_limit: int = 0) -> AccountHealth:
    """Return how one account is; `daily_limit` is the service's own, 0: none. Raises NotFound where there is none."""
    owned = [_connection_health(connection, row) for row in connections_of(connection, account_id)]
    row = _main_connection(connection, account_id)
    return AccountHealth(
        customer_id=row["customer_id"] or row["login"],
        sender_id=row["sender_id"],
        country_code=row["country_code"],
        message_type=row["message_type"],
        entity_id=row["entity_id"],
        template_id=row["template_id"],
        rate=row["rate"],
        bulk=row["bulk"],
        email=row["email"],
        state=row["state"],
        reason=_reason(row),
        retry_at=to_rfc3339(row["retry_at"]),
        last_receipt_at=to_rfc3339(row["last_receipt_at"]),
        unmatched_receipts=_unmatched_receipts(connection, account_id),
        waiting=sum(each["waiting"] for each in owned),
        daily_limit=_daily_limit(row, daily_limit, now_ms()) if daily_limit > 0 else None,
        created_at=to_rfc3339(row["since"]),
        gateway=row["gateway"],
        connections=owned,
    )


def _connection_health(connection: Connection, row: RowMapping) -> ConnectionHealth:
    return ConnectionHealth(
        gateway=row["gateway"],
        state=row["state"],
        reason=_reason(row),
        retry_at=to_rfc3339(row["retry_at"]),
        sender_id=row["sender_id"],
        waiting=_waiting(connection, row["id"]),
        last_receipt_at=to_rfc3339(row["last_receipt_at"]),
    )


def default_country(connection: Connection, account_id: int) -> str | None:
    """Return the calling code by which an account's national numbers are read, None where it has none."""
    code: str | None = _main_connection(connection, account_id)["country_code"]
    return code


def _main_connection(connection: Connection, account_id: int) -> RowMapping:
    statement = (
        select(connections, accounts.c.customer_id, accounts.c.created_at.label("since"), *_COUNTED)
        .join(accounts, accounts.c.id == connections.c.account_id)
        .where(accounts.c.id == account_id, connections.c.state != ConnectionState.MERGED.value)
        .order_by(connections.c.id)
        .limit(1)
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no such account.")
    return row


def _daily_limit(row: RowMapping, limit: int, moment: int) -> DailyLimit:
    today = moment // DAY
    counted = row["counted"] if row["counted_day"] == today else 0
    return DailyLimit(
        limit=limit,
        counted=counted,
        held_until=to_rfc3339((today + 1) * DAY) if counted >= limit else None,
    )


def _reason(row: RowMapping) -> Reason | None:
    if row["reason"] is None and row["reason_code"] is None:
        return None
    return Reason(code=row["reason_code"], message=row["reason"] or "")


def _waiting(connection: Connection, connection_id: int) -> int:
    # By connection, as the queue's index is.
    own = messages.c.connection_id == connection_id
    return sum(_count(connection, state, own) for state in (IS_QUEUED, IS_SCHEDULED))


def _count(connection: Connection, state: TextClause, own: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(messages).where(state, own)) or 0


def _unmatched_receipts(connection: Connection, account_id: int) -> int:
    """Count what came on the account's own URL; of the operator's, only where it can be nobody else's."""
    whose = receipts.c.account_id == account_id
    if _is_only_account(connection, account_id):
        whose = or_(whose, receipts.c.account_id.is_(None))
    return connection.scalar(select(func.count()).select_from(receipts).where(FITS_NO_MESSAGE, whose)) or 0


def _is_only_account(connection: Connection, account_id: int) -> bool:
    # An account without a customer id is a stranger's unproven guess.
    known = select(accounts.c.id).where(accounts.c.customer_id.is_not(None)).limit(2)
    return list(connection.scalars(known)) == [account_id]
