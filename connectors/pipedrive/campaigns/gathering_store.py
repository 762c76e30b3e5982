"""What the gathering of a campaign's people keeps: whose turn it is, and each page with its people, in one commit.

Whoever reads a page holds a lease: `next_attempt_at` moved ahead. Nothing of a page counts once another has the lease.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, insert, select, update

from connectors.pipedrive.campaigns.recipients import Recipient
from connectors.pipedrive.campaigns.selections import Selection, read_selection
from connectors.pipedrive.forgetting import number_digest
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import IS_GATHERING, pipedrive_campaigns, pipedrive_people
from connectors.shared.campaigns.erasing import erased_among
from connectors.shared.campaigns.files import write_part
from connectors.shared.campaigns.importing import fail
from connectors.shared.campaigns.states import HELD_IMPORTING
from connectors.shared.campaigns.store import end_gathering
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.secrets import SecretBox

LEASE_MS: Final = 60 * SECOND
"""Mostly a page takes a second. One that takes longer than this counts all the same, unless another has begun it."""

log = structlog.get_logger()


class Lost(Exception):
    """The campaign was canceled, or somebody else reads its people now."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A page of a campaign that is ours to read."""

    campaign_id: str
    account_id: int
    who: GrantKey
    selection: Selection = field(repr=False)
    text: str = field(repr=False)
    country_code: str | None
    most: int
    """People; more than these were not confirmed."""
    cursor: str | None = field(repr=False)
    people: int
    parts: int
    attempts: int
    created_at: int
    leased_until: int


def claim(connection: Connection, busy_companies: Collection[int], moment: int) -> Turn | None:
    """Take the campaign that has waited longest, of companies other than these; None where none is due."""
    row = connection.execute(_due(busy_companies, moment)).mappings().first()
    if row is None:
        return None
    free = _is(row["campaign_id"]) & (pipedrive_campaigns.c.next_attempt_at == row["next_attempt_at"])
    leased_until = moment + LEASE_MS
    taken = connection.execute(update(pipedrive_campaigns).where(free).values(next_attempt_at=leased_until))
    return _turn(row, leased_until) if taken.rowcount == 1 else None


def is_due(connection: Connection, busy_companies: Collection[int], moment: int) -> bool:
    """Whether there is anything to claim."""
    return connection.execute(_due(busy_companies, moment)).first() is not None


def keep_page(
    connection: Connection, secrets: SecretBox, turn: Turn, found: Sequence[Recipient], following: str | None
) -> None:
    """Keep the people of a page behind those before, and where the next one begins. Raises Lost."""
    _require_ours(connection, turn)
    fresh = _not_there_yet(connection, turn, found)
    if fresh:
        octets = b"".join(recipient.line for recipient in fresh)
        write_part(connection, secrets, turn.account_id, turn.campaign_id, turn.parts, octets)
        connection.execute(insert(pipedrive_people), _people(connection, secrets, turn, fresh))
    people = turn.people + len(fresh)
    values = {"cursor": following, "people": people, "parts": turn.parts + 1, "attempts": 0, "waits_because": None}
    _change(connection, turn, next_attempt_at=now_ms(), **values)
    if people > turn.most:
        words = (
            f"The list has changed: it has more people than the {turn.most:,} that were confirmed. Look at the preview "
            "again, and begin anew. Nobody was texted."
        )
        _fail(connection, turn, "list_changed", words)
    elif following is None:
        _end(connection, turn, people)


def postpone(connection: Connection, turn: Turn, until: int, because: str) -> None:
    """Read the page again at another time; the words say why."""
    values = {"next_attempt_at": until, "attempts": turn.attempts + 1, "waits_because": because}
    connection.execute(update(pipedrive_campaigns).where(_is_ours(turn)).values(values))


def give_up(connection: Connection, turn: Turn, code: str, words: str) -> None:
    """End a campaign whose people cannot be read. Raises Lost."""
    _require_ours(connection, turn)
    _fail(connection, turn, code, words)


def close(connection: Connection, campaign_id: str) -> None:
    """Read nothing more for a campaign."""
    values = {"gathered_at": now_ms(), "cursor": None, "waits_because": None}
    connection.execute(update(pipedrive_campaigns).where(_is(campaign_id)).values(values))


def close_if_over(connection: Connection, campaign_id: str) -> None:
    """Read nothing more for a campaign that was canceled; one that somebody else reads goes on."""
    held = connection.scalar(select(campaigns.c.held_because).where(campaigns.c.id == campaign_id))
    if held != HELD_IMPORTING:
        close(connection, campaign_id)


def stop_all(connection: Connection, company_id: int, words: str) -> None:
    """End what is being gathered for a company that goes: nobody would ever end it."""
    gathering = select(pipedrive_campaigns.c.campaign_id).where(
        IS_GATHERING, pipedrive_campaigns.c.company_id == company_id
    )
    for campaign_id in connection.scalars(gathering).all():
        fail(connection, campaign_id, "uninstalled", words, now_ms())
        close(connection, campaign_id)


def _due(busy_companies: Collection[int], moment: int) -> Select[Any]:
    own = pipedrive_campaigns.c
    return (
        select(pipedrive_campaigns, campaigns.c.text, campaigns.c.country_code)
        .join(campaigns, campaigns.c.id == own.campaign_id)
        .where(IS_GATHERING, own.next_attempt_at <= moment, own.company_id.not_in(busy_companies))
        .order_by(own.next_attempt_at, own.campaign_id)
        .limit(1)
    )


def _turn(row: RowMapping, leased_until: int) -> Turn:
    return Turn(
        campaign_id=row["campaign_id"],
        account_id=row["account_id"],
        who=GrantKey(row["company_id"], row["user_id"]),
        selection=read_selection(row["selection"]),
        text=row["text"] or "",
        country_code=row["country_code"],
        most=row["expected_count"],
        cursor=row["cursor"],
        people=row["people"],
        parts=row["parts"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        leased_until=leased_until,
    )


def _require_ours(connection: Connection, turn: Turn) -> None:
    """Lock the campaign. Raises Lost where it is over, or somebody else's turn."""
    locked = select(campaigns.c.held_because).where(campaigns.c.id == turn.campaign_id)
    held = connection.scalar(locked.with_for_update(key_share=True))
    mine = connection.execute(select(pipedrive_campaigns.c.people).where(_is_ours(turn))).first()
    if held != HELD_IMPORTING or mine is None:
        raise Lost


def _not_there_yet(connection: Connection, turn: Turn, found: Sequence[Recipient]) -> list[Recipient]:
    """Leave out who was on an earlier page: the list may move while it is read."""
    ids = [recipient.person_id for recipient in found]
    people = pipedrive_people.c
    statement = select(people.person_id).where(
        people.company_id == turn.who.company_id, people.person_id.in_(ids), people.campaign_id == turn.campaign_id
    )
    known = set(connection.scalars(statement))
    fresh: list[Recipient] = []
    for recipient in found:
        if recipient.person_id not in known:
            known.add(recipient.person_id)
            fresh.append(recipient)
    return fresh


def _people(connection: Connection, secrets: SecretBox, turn: Turn, fresh: Sequence[Recipient]) -> list[dict[str, Any]]:
    numbers = [recipient.digits for recipient in fresh if recipient.digits is not None]
    erased = erased_among(connection, secrets, turn.campaign_id, numbers)
    rows = []
    for row, recipient in enumerate(fresh, turn.people + 1):
        is_known = recipient.digits not in erased
        digest = number_digest(secrets, recipient.digits) if recipient.digits and is_known else None
        rows.append(
            {
                "campaign_id": turn.campaign_id,
                "row": row,
                "company_id": turn.who.company_id,
                "person_id": recipient.person_id,
                "name": recipient.name if is_known else None,
                "number_digest": digest,
            }
        )
    return rows


def _end(connection: Connection, turn: Turn, people: int) -> None:
    if not people:
        words = "Nobody could be read: they are deleted, or you may not see them. Choose others."
        _fail(connection, turn, "empty", words)
        return
    end_gathering(connection, turn.campaign_id, people)
    close(connection, turn.campaign_id)
    log.info("campaign_gathered", campaign=turn.campaign_id, people=people)


def _fail(connection: Connection, turn: Turn, code: str, words: str) -> None:
    fail(connection, turn.campaign_id, code, words, now_ms())
    close(connection, turn.campaign_id)


def _change(connection: Connection, turn: Turn, **values: Any) -> None:
    connection.execute(update(pipedrive_campaigns).where(_is_ours(turn)).values(values))


def _is(campaign_id: str) -> ColumnElement[bool]:
    return (pipedrive_campaigns.c.campaign_id == campaign_id) & pipedrive_campaigns.c.gathered_at.is_(None)


def _is_ours(turn: Turn) -> ColumnElement[bool]:
    own = pipedrive_campaigns.c
    return _is(turn.campaign_id) & (own.next_attempt_at == turn.leased_until) & (own.parts == turn.parts)
