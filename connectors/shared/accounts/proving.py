"""Credentials that nobody has vouched for: kept apart, tried against the vendor, then promoted, merged or refused.

An unproven connection has an account of its own, without a customer id, so that a stranger's guess shares nothing with
the customer whose id was guessed.
"""

from dataclasses import fields
from hmac import compare_digest

from sqlalchemy import Connection, RowMapping, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import (
    MESSAGE_CENTRAL,
    Defaults,
    Login,
    find_account,
    insert_account,
    login_values,
    secret_digest,
)
from connectors.shared.accounts.tables import IS_UNPROVEN, accounts, connections
from connectors.shared.clock import HOUR, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import messages
from connectors.shared.secrets import SecretBox

FIRST_PAUSE_MS = SECOND
LONGEST_PAUSE_MS = 30 * SECOND
LEASE_MS = 15 * SECOND
KEPT_MS = HOUR
"""How long a refused or merged connection stays, for messages that were just being accepted on it."""


def keep_unproven(connection: Connection, secrets: SecretBox, login: Login) -> int:
    """Keep credentials to be tried; returns their connection. The same credentials are kept once."""
    stored = _stored(connection, login.customer_id)
    if stored is not None and compare_digest(stored["secret_digest"], secret_digest(secrets, login)):
        return int(stored["id"])  # another process had them proven a moment ago
    dialect_insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = login_values(secrets, login) | {
        "account_id": insert_account(connection, None),
        "gateway": MESSAGE_CENTRAL,
        "state": ConnectionState.UNPROVEN.value,
        "created_at": now_ms(),
        **_defaults(stored),
    }
    row = connections.c
    statement = (
        dialect_insert(connections)
        .values(values)
        .on_conflict_do_update(
            index_elements=[row.gateway, row.login, row.secret_digest],
            index_where=IS_UNPROVEN,
            # A refused password stays refused while it is tried again: who brings it meanwhile is told so.
            set_={"created_at": now_ms()},
        )
        .returning(row.id)
    )
    connection_id = int(connection.execute(statement).scalar_one())
    _delete_empty_accounts(connection)
    return connection_id


def _defaults(stored: RowMapping | None) -> dict[str, object]:
    """Return what a message gets that does not say so itself: the stored ones, since it may be that customer's."""
    return {entry.name: stored[entry.name] if stored else entry.default for entry in fields(Defaults)}


def promote(connection: Connection, connection_id: int) -> None:
    """The vendor accepted the credentials: they become the customer's, new or in place of the stored ones."""
    proven = _row(connection, connection_id)
    if proven is None or proven["state"] not in (ConnectionState.UNPROVEN, ConnectionState.REFUSED):
        return
    stored = _stored(connection, proven["login"])
    if stored is not None:
        _take_over(connection, proven, stored)
        return
    own = connections.c.id == connection_id
    named = find_account(connection, proven["login"])
    if named is None:
        named = proven["account_id"]
        connection.execute(update(accounts).where(accounts.c.id == named).values(customer_id=proven["login"]))
    connection.execute(update(connections).where(own).values(account_id=named, **_active(now_ms())))
    if named != proven["account_id"]:  # the customer's account, which sent by other gateways alone
        _move_messages(connection, connection_id, connection_id)
        _delete_empty_accounts(connection)


def refuse(connection: Connection, endings: Endings, connection_id: int, code: str | None, reason: str) -> None:
    """The vendor says the credentials are wrong: what waited on them alone fails."""
    changed = connection.execute(
        update(connections)
        .where(connections.c.id == connection_id, IS_UNPROVEN)
        .values(state=ConnectionState.REFUSED.value, reason_code=code, reason=reason, retry_at=None)
    )
    if changed.rowcount:
        fail_waiting(connection, endings, connection_id, code, reason)


def postpone_proof(connection: Connection, connection_id: int, moment: int) -> None:
    """The vendor could not be asked, though it may have refused them before: try after 1 s, doubling to 30 s."""
    row = connections.c
    failures = connection.execute(
        update(connections)
        .where(row.id == connection_id, IS_UNPROVEN)
        .values(state=ConnectionState.UNPROVEN.value, failures=row.failures + 1)
        .returning(row.failures)
    ).scalar_one_or_none()
    if failures is not None:
        pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** min(failures - 1, 10))
        connection.execute(update(connections).where(row.id == connection_id).values(retry_at=moment + pause))


def lease(connection: Connection, connection_id: int, moment: int) -> bool:
    """Win the right to try these credentials; another process may be trying them now."""
    row = connections.c
    won = connection.execute(
        update(connections)
        .where(
            row.id == connection_id,
            IS_UNPROVEN,
            func.coalesce(row.retry_at, 0) <= moment,
        )
        .values(retry_at=moment + LEASE_MS)
    )
    return won.rowcount == 1


def is_untried(database: Database, connection_id: int) -> bool:
    """Whether the first try of these credentials is still going on."""
    row = connections.c
    with database.read() as connection:
        found = connection.execute(select(row.state, row.failures).where(row.id == connection_id)).first()
    return found is not None and found.state == ConnectionState.UNPROVEN and found.failures == 0


def due_for_proof(connection: Connection, moment: int, most: int) -> list[int]:
    """Return unproven connections whose turn it is."""
    row = connections.c
    statement = select(row.id).where(
        row.state == ConnectionState.UNPROVEN.value,
        func.coalesce(row.retry_at, row.created_at + 5 * SECOND) <= moment,
    )
    return list(connection.scalars(statement.order_by(row.retry_at).limit(most)))


def settle_leftovers(connection: Connection, endings: Endings, moment: int) -> None:
    """Move or fail messages that were accepted just as their connection was merged or refused; forget old ones."""
    row = connections.c
    past = select(row.id, row.state, row.merged_into, row.reason_code, row.reason, row.account_id).where(
        row.state.in_((ConnectionState.MERGED.value, ConnectionState.REFUSED.value))
    )
    for leftover in connection.execute(past).mappings().all():
        if leftover["state"] == ConnectionState.MERGED:
            _move_messages(connection, leftover["id"], leftover["merged_into"])
        else:
            fail_waiting(connection, endings, leftover["id"], leftover["reason_code"], leftover["reason"] or "")
    connection.execute(
        delete(connections).where(
            row.state.in_((ConnectionState.MERGED.value, ConnectionState.REFUSED.value)),
            row.created_at < moment - KEPT_MS,
            ~exists().where(messages.c.connection_id == row.id),
        )
    )
    _delete_empty_accounts(connection)


def fail_waiting(connection: Connection, endings: Endings, connection_id: int, code: str | None, reason: str) -> None:
    """Fail what waits on a connection that will never be usable."""
    statement = (
        update(messages)
        .where(
            messages.c.connection_id == connection_id,
            messages.c.status.in_((Status.QUEUED.value, Status.SCHEDULED.value)),
        )
        .values(
            status=Status.FAILED.value,
            error_code=code,
            error_message=reason,
            finished_at=now_ms(),
            deadline_at=None,
        )
        .returning(messages.c.id)
    )
    endings.tell(connection, list(connection.scalars(statement)), now_ms())


def _take_over(connection: Connection, proven: RowMapping, stored: RowMapping) -> None:
    columns = ("secret_sealed", "secret_digest", "token_sealed", "token_expires_at")
    values = {name: proven[name] for name in columns} | _active(now_ms())
    if proven["email"]:
        values["email"] = proven["email"]
    connection.execute(update(connections).where(connections.c.id == stored["id"]).values(values))
    connection.execute(
        update(connections)
        .where(connections.c.id == proven["id"])
        .values(
            state=ConnectionState.MERGED.value,
            merged_into=stored["id"],
            token_sealed=None,
            created_at=now_ms(),
        )
    )
    _move_messages(connection, proven["id"], stored["id"])


def _move_messages(connection: Connection, from_id: int, to_id: int | None) -> None:
    owner = connection.scalar(select(connections.c.account_id).where(connections.c.id == to_id))
    if owner is None:
        return
    # A first copy may have come by the stored credentials meanwhile; then this one is a second copy.
    twin = messages.alias()
    copy = (
        select(twin.c.id).where(twin.c.account_id == owner, twin.c.content_digest == messages.c.content_digest).exists()
    )
    connection.execute(
        update(messages)
        .where(messages.c.connection_id == from_id, copy)
        .values(
            content_digest=None,
            status=Status.CANCELED.value,
            error_code="duplicate",
            error_message="The same message was accepted with the customer's stored credentials.",
            finished_at=now_ms(),
            deadline_at=None,
        )
    )
    connection.execute(
        update(messages).where(messages.c.connection_id == from_id).values(connection_id=to_id, account_id=owner)
    )


def _row(connection: Connection, connection_id: int) -> RowMapping | None:
    statement = select(connections).where(connections.c.id == connection_id).with_for_update()
    return connection.execute(statement).mappings().first()


def _stored(connection: Connection, customer_id: str) -> RowMapping | None:
    statement = (
        select(connections)
        .join(accounts, accounts.c.id == connections.c.account_id)
        .where(
            accounts.c.customer_id == customer_id,
            connections.c.gateway == MESSAGE_CENTRAL,
            connections.c.login == customer_id,
        )
        .order_by(connections.c.id)
        .limit(1)
    )
    return connection.execute(statement).mappings().first()


def _active(moment: int) -> dict[str, object]:
    return {
        "state": ConnectionState.ACTIVE.value,
        "proven_at": moment,
        "reason_code": None,
        "reason": None,
        "failures": 0,
        "retry_at": None,
    }


def _delete_empty_accounts(connection: Connection) -> None:
    connection.execute(
        delete(accounts).where(
            accounts.c.customer_id.is_(None),
            ~exists().where(connections.c.account_id == accounts.c.id),
            ~exists().where(messages.c.account_id == accounts.c.id),
        )
    )
