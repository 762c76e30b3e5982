"""A number that is erased goes from campaigns too, and what is old goes by itself."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.campaigns.files import remove_parts
from connectors.shared.campaigns.states import HELD_IMPORTING
from connectors.shared.campaigns.tables import IS_HELD, campaign_erasures, campaign_files, campaign_skips, campaigns
from connectors.shared.clock import HOUR, first_id
from connectors.shared.database import Database
from connectors.shared.secrets import SecretBox

PURPOSE = "campaign-erasure"
SLICE_ROWS = 5_000
ABANDONED_MS = HOUR
"""A file that was stored for a campaign which was never made is removed after this."""


def erased_among(
    connection: Connection, secrets: SecretBox, campaign_id: str, numbers: Sequence[str]
) -> Collection[str]:
    """Return those of the numbers (digits of E.164) that were erased since the campaign's file came."""
    statement = select(campaign_erasures.c.number_digest).where(campaign_erasures.c.campaign_id == campaign_id)
    erased = set(connection.scalars(statement))
    if not erased:
        return ()
    return {number for number in numbers if erased.intersection(secrets.digests(PURPOSE, campaign_id, number))}


def forget_erasures(connection: Connection, campaign_id: str) -> None:
    """Nothing is read any more, so nothing has to be left out."""
    connection.execute(delete(campaign_erasures).where(campaign_erasures.c.campaign_id == campaign_id))


def purge(database: Database, before_ms: int, moment: int) -> int:
    """Remove texts, and numbers of those left out, of campaigns made before a moment; and files that nobody wants.

    Returns how many campaigns there were.
    """
    old = select(campaigns.c.id, campaigns.c.rows_read).where(
        campaigns.c.created_at < before_ms, campaigns.c.purged_at.is_(None), campaigns.c.closed_at.is_not(None)
    )
    with database.read() as connection:
        found = connection.execute(old).all()
        abandoned = _abandoned_files(connection, moment)
    for row in found:
        _purge_one(database, row.id, row.rows_read, moment)
    for campaign_id in abandoned:
        more = True
        while more:
            with database.write() as connection:
                more = remove_parts(connection, campaign_id)
    return len(found)


def forget_number(secrets: SecretBox, connection: Connection, number: str) -> None:
    """Erase a number from campaigns; a file that is still being read is read without it."""
    # Locked first: a slice that is just being written is there before tables are searched, or sees what was erased.
    importing = (
        select(campaigns.c.id)
        .where(IS_HELD, campaigns.c.held_because == HELD_IMPORTING)
        .order_by(campaigns.c.id)
        .with_for_update(key_share=True)
    )
    rows = [
        {"campaign_id": campaign_id, "number_digest": secrets.digest(PURPOSE, campaign_id, number)}
        for campaign_id in connection.scalars(importing)
    ]
    if rows:
        dialect_insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(dialect_insert(campaign_erasures).on_conflict_do_nothing(), rows)
    connection.execute(update(campaign_skips).where(campaign_skips.c.recipient == number).values(recipient=None))


def _purge_one(database: Database, campaign_id: str, last_row: int, moment: int) -> None:
    for start in range(0, last_row + 1, SLICE_ROWS):
        in_slice = campaign_skips.c.row.between(start, start + SLICE_ROWS - 1)
        numbered = (campaign_skips.c.campaign_id == campaign_id) & in_slice & campaign_skips.c.recipient.is_not(None)
        with database.write() as connection:
            connection.execute(update(campaign_skips).where(numbered).values(recipient=None))
    with database.write() as connection:
        # Nothing of it is left to hold, and the list of what is held is asked before every call.
        values = {"text": None, "pattern": None, "held_because": None, "purged_at": moment}
        connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(values))


def _abandoned_files(connection: Connection, moment: int) -> list[str]:
    old = campaign_files.c.campaign_id < first_id(moment - ABANDONED_MS)
    has_campaign = exists(select(campaigns.c.id).where(campaigns.c.id == campaign_files.c.campaign_id))
    return list(connection.scalars(select(campaign_files.c.campaign_id).where(old, ~has_campaign).distinct()))
