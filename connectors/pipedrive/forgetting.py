"""Erasures reach what is kept of people here: names, and which number is whose.

Notes and activities that were written into Pipedrive are Pipedrive's: who has somebody erased there removes them there.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, select, tuple_, update

from connectors.pipedrive.automations import inbox
from connectors.pipedrive.context import Context
from connectors.pipedrive.tables import pipedrive_campaigns, pipedrive_people
from connectors.service import Service
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.messages.dispatcher import Job
from connectors.shared.messages.tables import messages
from connectors.shared.secrets import SecretBox

_PURPOSE: Final = "pipedrive-person"
_FORGOTTEN: Final = {"name": None, "number_digest": None}
PURGE_SECONDS: Final = 600.0
SLICE: Final = 1_000

_people = pipedrive_people.c
_ids: BindParameter[str] = bindparam("ids", expanding=True)
_rows = select(messages.c.campaign_id, messages.c.campaign_row).where(
    messages.c.id.in_(_ids), messages.c.campaign_id.is_not(None)
)
_purged = select(pipedrive_campaigns.c.campaign_id).where(
    pipedrive_campaigns.c.campaign_id == campaigns.c.id, campaigns.c.purged_at.is_not(None)
)
_named = (
    select(_people.campaign_id, _people.row)
    .where(_people.campaign_id.in_(_purged), _people.name.is_not(None))
    .limit(SLICE)
    .subquery()
)
_of_purged = (
    update(pipedrive_people)
    .where(tuple_(_people.campaign_id, _people.row).in_(select(_named.c.campaign_id, _named.c.row)))
    .values(_FORGOTTEN)
)
_of_messages = update(pipedrive_people).where(tuple_(_people.campaign_id, _people.row).in_(_rows)).values(_FORGOTTEN)


def number_digest(secrets: SecretBox, digits: str) -> bytes:
    """Return by what the number (digits of E.164) of a campaign's person is found again."""
    return secrets.digest(_PURPOSE, digits)


def listen(service: Service) -> None:
    """Have names go with the messages and numbers that they belong to."""
    service.forgetting.register(_forget_messages)
    service.forgetting.register_for_numbers(partial(_forget_number, service.secrets))


def jobs(parts: Context) -> Sequence[Job]:
    """Return what has names, and what Pipedrive told us, go by themselves once they are old."""
    return [
        Job("pipedrive-purge", PURGE_SECONDS, partial(purge, parts.service.database)),
        Job("pipedrive-events-purge", PURGE_SECONDS, partial(purge_events, parts.service)),
    ]


def purge(database: Database) -> None:
    """Forget who was left out of campaigns that were purged: those have no message with which their names would go."""
    more = True
    while more:
        with database.read() as connection:  # campaigns of years are looked through: nobody waits for that to write
            more = connection.execute(select(_named).limit(1)).first() is not None
        if more:
            with database.write() as connection:
                connection.execute(_of_purged)


def purge_events(service: Service) -> None:
    """Forget what Pipedrive told us, of events past their days."""
    before = now_ms() - service.settings.retention_ms
    more = True
    while more:
        with service.database.write() as connection:
            more = inbox.purge(connection, before) == inbox.SLICE


def _forget_messages(connection: Connection, message_ids: Sequence[str]) -> None:
    connection.execute(_of_messages, {"ids": list(message_ids)})


def _forget_number(secrets: SecretBox, connection: Connection, number: str) -> None:
    # Under every key, since it may have been kept before the first one was.
    is_theirs = _people.number_digest.in_(secrets.digests(_PURPOSE, number))
    connection.execute(update(pipedrive_people).where(is_theirs).values(_FORGOTTEN))
