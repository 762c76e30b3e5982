"""Whose the messages and calls are that SMSC tells of: a handler's URL may serve one account, or all of them."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.tables import connections
from connectors.shared.gateways.smsc.gateway import NAME
from connectors.shared.messages.tables import messages


def connection_ids(connection: Connection, account_id: int | None) -> list[int]:
    """Return the connections to SMSC that a callback may be about: an account's, or (None) everybody's."""
    statement = select(connections.c.id).where(
        connections.c.gateway == NAME, connections.c.state != ConnectionState.MERGED.value
    )
    if account_id is not None:
        statement = statement.where(connections.c.account_id == account_id)
    return list(connection.scalars(statement.order_by(connections.c.id)))


def owner_of(connection: Connection, sender: str, candidates: Sequence[int]) -> int | None:
    """Return the connection that a message from this number (digits of E.164) is for.

    The only one there is; else the one that sent to the number last; None where nobody did.
    """
    if len(candidates) == 1:
        return candidates[0]
    statement = (
        select(messages.c.connection_id)
        .where(
            messages.c.recipient == sender,
            messages.c.connection_id.in_(candidates),
            messages.c.begun_at.is_not(None),
        )
        .order_by(messages.c.begun_at.desc(), messages.c.id.desc())
        .limit(1)
    )
    return connection.scalar(statement)


def account_ids(connection: Connection, candidates: Sequence[int]) -> list[int]:
    """Return the accounts that these connections are of."""
    statement = select(connections.c.account_id).where(connections.c.id.in_(candidates)).distinct()
    return list(connection.scalars(statement))
