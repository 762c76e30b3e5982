"""Where what Pipedrive told us is kept, once each, until it is worked off and for as long as it may be told again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import uuid_utils
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.pipedrive.automations.happening import Happening
from connectors.pipedrive.tables import IS_UNWORKED, pipedrive_events
from connectors.shared.clock import now_ms

SLICE: Final = 1_000

_events = pipedrive_events.c


@dataclass(frozen=True, slots=True)
class Event:
    """A row; moments are UTC milliseconds."""

    id: str
    kind: str
    happened_at: int
    refs: Mapping[str, str]


def keep(connection: Connection, company_id: int, happening: Happening) -> bool:
    """Keep what happened; False where it is kept already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values: dict[str, Any] = {
        "id": str(uuid_utils.uuid7()),
        "company_id": company_id,
        "meta_id": happening.meta_id,
        "kind": happening.kind,
        "happened_at": happening.happened_at,
        "received_at": now_ms(),
        "refs": orjson.dumps(happening.refs).decode(),
    }
    once = insert(pipedrive_events).values(values).on_conflict_do_nothing(index_elements=["company_id", "meta_id"])
    return connection.execute(once.returning(_events.id)).first() is not None


def waiting_companies(connection: Connection) -> list[int]:
    """Return the companies of which something waits to be worked off."""
    return list(connection.scalars(select(_events.company_id).where(IS_UNWORKED).distinct()))


def waiting(connection: Connection, company_id: int, most: int) -> Sequence[Event]:
    """Return what waits of a company, in the order in which it came."""
    columns = (_events.id, _events.kind, _events.happened_at, _events.refs)
    statement = select(*columns).where(IS_UNWORKED, _events.company_id == company_id).order_by(_events.id).limit(most)
    return [Event(row.id, row.kind, row.happened_at, orjson.loads(row.refs)) for row in connection.execute(statement)]


def finish(connection: Connection, event_id: str, moment: int) -> None:
    """Have an event worked off."""
    connection.execute(update(pipedrive_events).where(_events.id == event_id).values(worked_at=moment))


def purge(connection: Connection, before_ms: int) -> int:
    """Forget what was told before a moment; returns how much: SLICE where there may be more."""
    old = select(_events.id).where(_events.id < _id_at(before_ms)).order_by(_events.id).limit(SLICE)
    return connection.execute(delete(pipedrive_events).where(_events.id.in_(old))).rowcount


def _id_at(moment_ms: int) -> str:
    """Return what ids begin with that were made at a moment."""
    start = f"{moment_ms:012x}"
    return f"{start[:8]}-{start[8:]}"
