"""Connections as the hot path needs them: whose a message is that comes by one, and its defaults."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import MESSAGE_CENTRAL
from connectors.shared.accounts.tables import connections
from connectors.shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Sender:
    """A connection as the hot path needs it: whose message it is, and the defaults."""

    account_id: int
    connection_id: int
    customer_id: str
    state: ConnectionState
    failures: int
    secret_digest: bytes = field(repr=False)
    sender_id: str | None
    country_code: str | None
    message_type: str
    entity_id: str | None
    template_id: str | None
    gateway: str = MESSAGE_CENTRAL


_SENDER_COLUMNS = (
    connections.c.account_id,
    connections.c.id.label("connection_id"),
    connections.c.login.label("customer_id"),
    connections.c.state,
    connections.c.failures,
    connections.c.secret_digest,
    connections.c.sender_id,
    connections.c.country_code,
    connections.c.message_type,
    connections.c.entity_id,
    connections.c.template_id,
    connections.c.gateway,
)


def senders(connection: Connection, customer_id: str) -> list[Sender]:
    """Return the connections of a Message Central customer id, proven and unproven."""
    statement = select(*_SENDER_COLUMNS).where(
        connections.c.gateway == MESSAGE_CENTRAL,
        connections.c.login == customer_id,
        connections.c.state != ConnectionState.MERGED.value,
    )
    return [
        Sender(**{**row, "state": ConnectionState(row["state"])}) for row in connection.execute(statement).mappings()
    ]


def sender_of_account(connection: Connection, account_id: int) -> Sender:
    """Return the connection by which an account sends. Raises NotFound where the account is gone."""
    statement = (
        select(*_SENDER_COLUMNS)
        .where(connections.c.account_id == account_id, connections.c.state != ConnectionState.MERGED.value)
        .order_by(connections.c.id)
        .limit(1)
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("This account has been removed.")
    return Sender(**{**row, "state": ConnectionState(row["state"])})
