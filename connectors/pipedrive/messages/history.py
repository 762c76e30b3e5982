"""Messages of a company by who they went to: single ones, and those of campaigns. Always within one company."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, union_all

from connectors.pipedrive.tables import pipedrive_messages, pipedrive_people
from connectors.pipedrive.write_back.status import logs_of
from connectors.shared.errors import NotFound
from connectors.shared.messages.queries import present, shown
from connectors.shared.messages.tables import messages

NOWHERE = "There is no such message."

_singles = pipedrive_messages.c
_people = pipedrive_people.c
_of_row: ColumnElement[bool] = and_(
    messages.c.campaign_id == _people.campaign_id, messages.c.campaign_row == _people.row
)


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose a message is: the account that it is kept in, and the contact whom it is for."""

    account_id: int
    person_id: int


def list_history(
    connection: Connection, company_id: int, person_id: int, *, before_id: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return what a company sent to a contact, newest first, older than `before_id`."""
    theirs = union_all(
        select(_singles.message_id.label("id")).where(
            _singles.company_id == company_id, _singles.person_id == person_id
        ),
        _campaigns_rows(company_id).where(_people.person_id == person_id),
    ).subquery()
    statement = shown().where(messages.c.id.in_(select(theirs.c.id)))
    if before_id is not None:
        statement = statement.where(messages.c.id < before_id)
    rows = connection.execute(statement.order_by(messages.c.id.desc()).limit(limit)).mappings().all()
    logs = logs_of(connection, company_id, [row["id"] for row in rows])
    return [present(row) | {"person_id": person_id, "log": logs.get(row["id"])} for row in rows]


def show_message(connection: Connection, company_id: int, message_id: str) -> dict[str, Any]:
    """Return a message of a company with its `person_id` and `log`. Raises NotFound where there is none."""
    whose = belonging(connection, company_id, message_id)
    row = connection.execute(shown().where(messages.c.id == message_id)).mappings().one()
    log = logs_of(connection, company_id, [message_id]).get(message_id)
    return present(row) | {"person_id": whose.person_id, "log": log}


def belonging(connection: Connection, company_id: int, message_id: str) -> Belonging:
    """Return whose a message of a company is. Raises NotFound where it is not there, or another company's."""
    single = and_(_singles.message_id == messages.c.id, _singles.company_id == company_id)
    of_campaign = and_(_of_row, _people.company_id == company_id)
    statement = (
        select(messages.c.account_id, _singles.person_id, _people.person_id)
        .outerjoin(pipedrive_messages, single)
        .outerjoin(pipedrive_people, of_campaign)
        .where(messages.c.id == message_id, or_(_singles.message_id.is_not(None), _people.row.is_not(None)))
    )
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound(NOWHERE)
    return Belonging(account_id=row[0], person_id=row[1] if row[1] is not None else row[2])


def _campaigns_rows(company_id: int) -> Select[Any]:
    # The index of campaigns' rows serves it: what is compared to a row of a campaign is no NULL.
    return (
        select(messages.c.id)
        .select_from(pipedrive_people)
        .join(messages, _of_row)
        .where(_people.company_id == company_id)
    )
