"""Whether this process can do its work: the database answers, and holds every column that is asked for."""

from sqlalchemy import literal, select
from sqlalchemy.exc import DBAPIError

from connectors.shared.database import Database, metadata
from connectors.shared.errors import StoreUnavailable


class Readiness:
    """Asks the database, never a vendor: a vendor that is gone makes nobody unready."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._migrated = False

    def obstacle(self) -> str | None:
        """Return what is in the way, in words for the operator, or None."""
        try:
            with self._database.read() as connection:
                connection.execute(select(literal(1)))
        except StoreUnavailable:
            return "The database does not answer."
        # Once is enough: no upgrade takes a column away from a version that may still run.
        self._migrated = self._migrated or self._is_migrated()
        return None if self._migrated else "The database is not up to date. Run `connectors db upgrade`."

    def _is_migrated(self) -> bool:
        """Ask for no row of every table.

        Not by the number of the last migration: while an upgrade rolls, processes of the version before meet a
        database that is ahead of them, and work on.
        """
        try:
            with self._database.read() as connection:
                for table in metadata.tables.values():
                    connection.execute(select(table).limit(0))
        except (StoreUnavailable, DBAPIError):
            return False
        return True
