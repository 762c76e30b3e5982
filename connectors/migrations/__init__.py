"""The database's schema, step by step: `upgrade()` brings any version up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from connectors.shared.database import Database
from connectors.shared.errors import ConnectorsError

ADVISORY_LOCK = 7_034_201
"""Any number that no other user of the PostgreSQL database takes: starting processes upgrade in turn."""


class DatabaseIsNewer(ConnectorsError):
    """The database was brought up to date by a newer version than this one."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database up to `revision`. Safe when several processes start at once."""
    with database.write() as connection:
        if not database.embedded:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to `revision`."""
    with database.write() as connection:
        command.downgrade(_config(connection), revision)


def is_current(database: Database) -> bool:
    """Whether the database has every step that this version needs. Raises DatabaseIsNewer where it has others."""
    with database.read() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    steps = ScriptDirectory.from_config(_config(None))
    if current is not None and current not in {step.revision for step in steps.walk_revisions()}:
        raise DatabaseIsNewer(
            f"The database is of a newer version (step {current}) than this one. Install that version again, or "
            "restore the backup from before the upgrade."
        )
    return current == steps.get_current_head()


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
