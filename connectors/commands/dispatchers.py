"""Whether anybody sends: what commands say, so that nobody waits for what cannot come."""

from sqlalchemy import select

from connectors.service import Service
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import now_ms
from connectors.shared.messages.liveness import Liveness
from connectors.shared.messages.sweep import LEASE_MS
from connectors.shared.messages.tables import dispatchers

NOBODY_SENDS = "Nothing sends at the moment: start `connectors serve`."


def anybody_sends(service: Service) -> bool:
    """Whether a dispatcher has said lately that it lives, and is not known to be dead."""
    statement = select(dispatchers.c.id).where(dispatchers.c.heartbeat_at > now_ms() - LEASE_MS)
    with service.database.read() as connection:
        said_so = set(connection.scalars(statement))
    return bool(said_so and said_so.difference(Liveness(service.database).dead()))


def why_waiting(service: Service, account_id: int) -> str | None:
    """Return why nothing of an account goes out at the moment, in words for a person; None where it does."""
    if not anybody_sends(service):
        return NOBODY_SENDS
    own = (connections.c.account_id == account_id) & (connections.c.state != ConnectionState.MERGED.value)
    statement = select(connections.c.state, connections.c.reason).where(own).order_by(connections.c.id)
    with service.database.read() as connection:
        rows = connection.execute(statement).all()
    if not rows or any(row.state == ConnectionState.ACTIVE for row in rows):
        return None  # of several connections one that is paused holds nothing up for sure
    return f"The account is {rows[0].state}. {rows[0].reason or ''}".strip().rstrip(".") + "."
