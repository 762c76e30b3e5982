"""Routes of an account: added, listed, removed."""

from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.accounts.store import find_connection
from connectors.shared.clock import now_ms, to_rfc3339
from connectors.shared.errors import NotFound, NotUnderstood
from connectors.shared.routes.tables import routes


def add_route(connection: Connection, account_id: int, prefix: str, gateway: str, fallback: str | None) -> None:
    """Have a gateway carry the numbers that begin with these digits ("": all); one that is there is replaced.

    Raises NotUnderstood where the account has no connection to it.
    """
    if fallback == gateway:
        raise NotUnderstood("A fallback is another gateway than the one that it stands in for.")
    for name in (gateway, fallback):
        if name is not None and find_connection(connection, account_id, name) is None:
            raise NotUnderstood(
                f"The account has no connection to {name}: make one with `connectors accounts connect "
                f"--gateway {name}`."
            )
    values = {"gateway": gateway, "fallback": fallback, "created_at": now_ms()}
    # Two commands at once may add the same.
    dialect_insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = dialect_insert(routes).values(account_id=account_id, prefix=prefix, **values)
    key = [routes.c.account_id, routes.c.prefix]
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values))


def list_routes(connection: Connection, account_id: int) -> list[dict[str, Any]]:
    """Return an account's routes by their prefix, as people and programs read them."""
    rows = connection.execute(select(routes).where(routes.c.account_id == account_id).order_by(routes.c.prefix))
    return [
        {
            "prefix": row.prefix,
            "gateway": row.gateway,
            "fallback": row.fallback,
            "created_at": to_rfc3339(row.created_at),
        }
        for row in rows
    ]


def remove_route(connection: Connection, account_id: int, prefix: str) -> None:
    """Remove a route; its numbers go as the rest does. Raises NotFound."""
    same = (routes.c.account_id == account_id) & (routes.c.prefix == prefix)
    if connection.execute(delete(routes).where(same)).rowcount == 0:
        numbers = f"numbers that begin with +{prefix}" if prefix else "every number"
        raise NotFound(f"There is no route for {numbers}.")
