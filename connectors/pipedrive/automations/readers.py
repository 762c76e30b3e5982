"""In whose name a company's people and deals are read, and its webhooks made: an admin's whose permission is good."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import pipedrive_grants, pipedrive_webhooks

_grants = pipedrive_grants.c


def readers(connection: Connection, company_id: int, first: Sequence[int] = ()) -> list[GrantKey]:
    """Return who may be asked in the name of, in this order: `first` (user ids), then the company's other admins."""
    good = select(_grants.user_id, _grants.is_admin).where(_grants.company_id == company_id, _grants.dead_at.is_(None))
    rows = connection.execute(good.order_by(_grants.installed_at, _grants.user_id)).all()
    known = {row.user_id for row in rows}
    users = [*(user_id for user_id in first if user_id in known), *(row.user_id for row in rows if row.is_admin)]
    return [GrantKey(company_id, user_id) for user_id in dict.fromkeys(users)]


def readers_of_events(connection: Connection, company_id: int, kinds: Sequence[str]) -> list[GrantKey]:
    """Return the same, first those in whose name these webhooks are."""
    own = pipedrive_webhooks.c
    statement = select(own.user_id).where(own.company_id == company_id, own.kind.in_(kinds)).order_by(own.kind)
    return readers(connection, company_id, list(connection.scalars(statement)))
