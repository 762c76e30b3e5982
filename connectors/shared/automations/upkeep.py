"""What is past its days is forgotten."""

from connectors.shared.automations import steps
from connectors.shared.database import Database


def purge(database: Database, before_ms: int) -> None:
    """Forget steps that ended before a moment. Raises StoreUnavailable."""
    more = True
    while more:
        with database.write() as connection:
            more = steps.purge(connection, before_ms) == steps.SLICE
