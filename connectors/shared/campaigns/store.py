"""Campaigns: made, and shown with what became of their recipients. Always within one account."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import uuid_utils
from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, insert, select, update

from connectors.shared.campaigns.files import write_file
from connectors.shared.campaigns.states import HELD_IMPORTING, OPEN, CampaignState, state_of
from connectors.shared.campaigns.tables import campaign_skips, campaigns
from connectors.shared.clock import now_ms, to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shared.messages.queries import present as present_message
from connectors.shared.messages.queries import shown as shown_messages
from connectors.shared.messages.screening import DAILY_LIMIT, OUTSIDE_HOURS
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import IS_OF_CAMPAIGN, messages
from connectors.shared.secrets import SecretBox

SKIP_REASONS = ("invalid", "no_number", "missing_variable", "duplicate", "opted_out")
GATHERING = 2**62
"""A lease of the import that nobody else gets: the file is not whole yet."""
MOST_HELD_LOOKED_AT = 20_000
"""Of a million messages that wait for the morning nobody needs the exact number at each look."""

_SHOWN = (
    *("id", "name", "total", "rows_read", "rows_expected", "segments", "text", "sender_id", "channel"),
    *("message_type", "template_id", "entity_id", "source"),
)
_MOMENTS = ("due_at", "created_at", "imported_at", "paused_at", "canceled_at", "failed_at", "closed_at")
_ids: BindParameter[str] = bindparam("ids", expanding=True)

# The ids are those of one account's campaigns already, and so everything is in the index alone.
_counts = (
    select(messages.c.campaign_id, messages.c.status, func.count().label("n"))
    .where(IS_OF_CAMPAIGN, messages.c.campaign_id.in_(_ids))
    .group_by(messages.c.campaign_id, messages.c.status)
)
_waiting = (
    select(messages.c.error_code)
    .where(IS_OF_CAMPAIGN, messages.c.campaign_id == bindparam("id"), messages.c.status == Status.SCHEDULED.value)
    .limit(MOST_HELD_LOOKED_AT)
    .subquery()
)
_held = (
    select(_waiting.c.error_code, func.count().label("n"))
    .where(_waiting.c.error_code.in_((OUTSIDE_HOURS, DAILY_LIMIT)))
    .group_by(_waiting.c.error_code)
)


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """One intent for many recipients, validated; its text compiles. Moments are UTC milliseconds."""

    account_id: int
    connection_id: int
    name: str
    source: str
    text: str
    sender_id: str
    file_kind: str
    channel: str = "SMS"
    message_type: str = "TRANSACTION"
    template_id: str | None = None
    entity_id: str | None = None
    country_code: str | None = None
    """By which the file's national numbers are read."""
    mobile_column: str | None = None
    country_column: str | None = None
    due_at: int | None = None
    file_name: str | None = None
    rows_expected: int | None = None
    one_per_number: bool = False
    """Whether a number is texted once, whatever the text; else once with the same text."""


def create(
    connection: Connection,
    secrets: SecretBox,
    new: NewCampaign,
    content: Iterable[bytes] = (),
    *,
    campaign_id: str | None = None,
    gathering: bool = False,
) -> str:
    """Keep a campaign with its file, to be imported; returns its id.

    A large file is better stored before, by `files.stage()`, whose answer is then the `campaign_id`. With `gathering`
    its file is still being written by whoever asked, part by part (`files.write_part()`), until `end_gathering()`.
    """
    chosen = campaign_id or str(uuid_utils.uuid7())
    connection.execute(
        insert(campaigns).values(
            id=chosen,
            created_at=now_ms(),
            held_because=HELD_IMPORTING,
            parked=True,
            import_leased_until=GATHERING if gathering else 0,
            **asdict(new),
        )
    )
    write_file(connection, secrets, new.account_id, chosen, content)
    return chosen


def end_gathering(connection: Connection, campaign_id: str, rows: int) -> bool:
    """Let a campaign be imported whose file is whole now; False where it was canceled or failed meanwhile."""
    statement = update(campaigns).where(
        campaigns.c.id == campaign_id,
        campaigns.c.held_because == HELD_IMPORTING,
        campaigns.c.import_leased_until == GATHERING,
    )
    return connection.execute(statement.values(import_leased_until=0, rows_expected=rows)).rowcount == 1


def get_campaign(connection: Connection, account_id: int, campaign_id: str) -> dict[str, Any]:
    """Return one campaign in the API's shape. Raises NotFound where it is not there or another's."""
    return _present_all(connection, [require(connection, account_id, campaign_id)])[0]


def get_campaigns(connection: Connection, account_id: int, campaign_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return those of the campaigns that are the account's, in no order."""
    statement = select(campaigns).where(campaigns.c.account_id == account_id, campaigns.c.id.in_(campaign_ids))
    return _present_all(connection, connection.execute(statement).mappings().all())


def list_campaigns(connection: Connection, account_id: int, before_id: str | None, limit: int) -> list[dict[str, Any]]:
    """Return campaigns, newest first, older than `before_id`."""
    statement = select(campaigns).where(campaigns.c.account_id == account_id)
    if before_id is not None:
        statement = statement.where(campaigns.c.id < before_id)
    rows = connection.execute(statement.order_by(campaigns.c.id.desc()).limit(limit)).mappings().all()
    return _present_all(connection, rows)


def list_recipients(
    connection: Connection, account_id: int, campaign_id: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return the messages of a campaign behind a row of its file, each with its `row`. Raises NotFound."""
    require(connection, account_id, campaign_id)
    statement = (
        shown_messages()
        .where(
            IS_OF_CAMPAIGN,
            messages.c.campaign_id == campaign_id,
            messages.c.account_id == account_id,
            messages.c.campaign_row > after,
        )
        .order_by(messages.c.campaign_row)
        .limit(limit)
    )
    return [present_message(row) | {"row": row["campaign_row"]} for row in connection.execute(statement).mappings()]


def list_skips(
    connection: Connection, account_id: int, campaign_id: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return who was left out, behind a row: `{"row", "reason", "detail", "to"}`. Raises NotFound."""
    require(connection, account_id, campaign_id)
    skips = campaign_skips.c
    statement = (
        select(skips.row, skips.reason, skips.detail, skips.recipient)
        .where(skips.campaign_id == campaign_id, skips.row > after)
        .order_by(skips.row)
        .limit(limit)
    )
    return [
        {"row": row, "reason": reason, "detail": detail, "to": f"+{recipient}" if recipient else None}
        for row, reason, detail, recipient in connection.execute(statement)
    ]


def require(connection: Connection, account_id: int, campaign_id: str, *, lock: bool = False) -> RowMapping:
    """Return a campaign's row, locked until the transaction ends if asked. Raises NotFound."""
    statement = select(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.account_id == account_id)
    if lock:
        # Rows that name the campaign may still be inserted beside it.
        statement = statement.with_for_update(key_share=True)
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no such campaign.")
    return row


def _present_all(connection: Connection, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    moment = now_ms()
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for campaign_id, status, count in connection.execute(_counts, {"ids": [row["id"] for row in rows]}):
        counts[campaign_id][status] = count
    return [_present(connection, row, counts[row["id"]], moment) for row in rows]


def _present(connection: Connection, row: RowMapping, counts: Counter[str], moment: int) -> dict[str, Any]:
    state = state_of(row, has_open=any(counts[status] for status in OPEN), moment=moment)
    return {
        **{name: row[name] for name in _SHOWN},
        **{name: to_rfc3339(row[name]) for name in _MOMENTS},
        "state": state.value,
        "counts": {status.value: counts[status] for status in Status},
        "skipped": {reason: row[f"skipped_{reason}"] for reason in SKIP_REASONS},
        "held": _held_back(connection, row["id"], running=state is CampaignState.RUNNING, counts=counts),
        "error": {"code": row["error_code"], "message": row["error"]} if row["error_code"] else None,
    }


def _held_back(connection: Connection, campaign_id: str, *, running: bool, counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many wait for the hours of their country, or for tomorrow; beyond many it is no longer exact."""
    held = {OUTSIDE_HOURS: 0, DAILY_LIMIT: 0}
    if running and counts[Status.SCHEDULED]:
        held |= {row.error_code: row.n for row in connection.execute(_held, {"id": campaign_id})}
    return held
