"""What PostgreSQL believes of its tables: never that one is small which has grown.

It goes on to believe a table empty that was empty when it last looked. To it every index then costs the same, and it
goes through the whole table for each batch: claiming 100 of 200,000 rows took 4 seconds instead of 8 ms. Its own
autovacuum looks again within a minute (https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-STATISTICS);
a campaign is imported and half sent by then.
"""

from sqlalchemy import text

from connectors.shared.database import Database, metadata

# By the counters that it keeps anyway: no table is read for this.
_GROWN = text(
    """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relname = ANY(:tables) AND pg_table_is_visible(oid)
    AND pg_stat_get_live_tuples(oid) > 100 + 10 * GREATEST(reltuples, 0)
    """
)


def refresh(database: Database) -> list[str]:
    """Have PostgreSQL look at the tables that have grown tenfold since it last did; returns their names.

    Raises StoreUnavailable.
    """
    if database.embedded:
        return []
    with database.read() as connection:
        grown = list(connection.scalars(_GROWN, {"tables": list(metadata.tables)}))
    for table in grown:
        with database.write() as connection:
            connection.exec_driver_sql(f"ANALYZE {table}")
    return grown
