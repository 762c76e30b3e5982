"""Runs Alembic on the connection that `connectors.migrations` hands over."""

from alembic import context

import connectors.installed  # noqa: F401 - declares every connector's tables
from connectors.shared.database import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it (https://alembic.sqlalchemy.org/en/latest/batch.html)
    transactional_ddl=False,  # the caller's transaction holds every step
)
context.run_migrations()
