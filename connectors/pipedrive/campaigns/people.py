"""The people of a campaign with what became of their SMS: those who were left out, and why, among them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, select

from connectors.pipedrive.campaigns.schemas import IMPORTING, SKIPPED
from connectors.pipedrive.tables import pipedrive_people
from connectors.shared.campaigns import reports
from connectors.shared.campaigns.tables import campaign_skips
from connectors.shared.clock import to_rfc3339
from connectors.shared.database import Database
from connectors.shared.messages.tables import messages

SLICE: Final = 2_000
HEADER: Final = (*reports.HEADER[:1], "Name", "Person", *reports.HEADER[1:])
WIDTHS: Final = (*reports.WIDTHS[:1], 30, 12, *reports.WIDTHS[1:])
_NO_NUMBER: Final = "This person has no phone number."

Line = tuple[Any, ...]

_sms = messages.c
_skip = campaign_skips.c
_person = pipedrive_people.c
_MESSAGE: Final = (
    *(_sms.status, _sms.recipient, _sms.error_code, _sms.error_message, _sms.sent_at, _sms.finished_at),
    _sms.segments,
)
_LEFT_OUT: Final = (_skip.reason, _skip.detail, _skip.recipient.label("skipped_recipient"))
_IS_SKIP: Final = and_(_skip.campaign_id == _person.campaign_id, _skip.row == _person.row)


def in_words(reason: str, detail: str | None) -> str:
    """Return why somebody was left out; the shared words speak of rows of a file."""
    return _NO_NUMBER if reason == "no_number" else detail or ""


def list_people(
    connection: Connection, account_id: int, campaign_id: str, *, status: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return people of a campaign behind a row, each once; of one status, if asked."""
    statement, of_campaign, place = _chosen(account_id, status)
    wanted = statement.where(of_campaign == campaign_id, place > after).order_by(place).limit(limit)
    return [_present(row) for row in connection.execute(wanted).mappings()]


def report_lines(database: Database, account_id: int, campaign_id: str) -> Iterator[Line]:
    """Yield the lines of a report, in the order in which people were read. Raises NotFound at once."""
    lines = reports.report_lines(database, account_id, campaign_id)
    return _with_people(lines, _people(database, campaign_id))


def _chosen(account_id: int, status: str | None) -> tuple[Select[Any], ColumnElement[str], ColumnElement[int]]:
    """Return what to select, and the columns of campaign and row to select by: those of what is asked for.

    By those of the people SQLite would look through all messages of the campaign again for each of them.
    """
    statement = select(_person.row, _person.person_id, _person.name, *_MESSAGE, *_LEFT_OUT)
    is_message = and_(
        _sms.campaign_id == _person.campaign_id,
        _sms.campaign_row == _person.row,
        _sms.account_id + 0 == account_id,  # no index of the account's may lead the way
    )
    if status == SKIPPED:
        joined = campaign_skips.join(pipedrive_people, _IS_SKIP).outerjoin(messages, is_message)
        return statement.select_from(joined), _skip.campaign_id, _skip.row
    if status not in (None, IMPORTING):
        joined = messages.join(pipedrive_people, is_message).outerjoin(campaign_skips, _IS_SKIP)
        return statement.select_from(joined).where(_sms.status == status), _sms.campaign_id, _sms.campaign_row
    joined = pipedrive_people.outerjoin(messages, is_message).outerjoin(campaign_skips, _IS_SKIP)
    everybody = statement.select_from(joined)
    if status == IMPORTING:
        everybody = everybody.where(_sms.id.is_(None), _skip.row.is_(None))
    return everybody, _person.campaign_id, _person.row


def _present(row: RowMapping) -> dict[str, Any]:
    number = row["recipient"] or row["skipped_recipient"]
    return {
        "row": row["row"],
        "person_id": row["person_id"],
        "name": row["name"],
        "to": f"+{number}" if number else None,
        "status": row["status"] or (SKIPPED if row["reason"] else IMPORTING),
        "error": _error(row),
        "sent_at": to_rfc3339(row["sent_at"]),
        "finished_at": to_rfc3339(row["finished_at"]),
        "segments": row["segments"],
    }


def _error(row: RowMapping) -> dict[str, Any] | None:
    if row["status"] is None and row["reason"]:
        return {"code": row["reason"], "message": in_words(row["reason"], row["detail"])}
    return {"code": row["error_code"], "message": row["error_message"]} if row["error_code"] else None


def _with_people(lines: Iterable[reports.Line], people: Iterator[tuple[int, str, int]]) -> Iterator[Line]:
    """Put the person of each row beside it; both are in the order of rows."""
    last = next(people, None)
    for row, *rest in lines:
        while last is not None and last[0] < row:
            last = next(people, None)
        name, person = (last[1], str(last[2])) if last is not None and last[0] == row else ("", "")
        *others, code, reason = rest
        yield row, name, person, *others, code, in_words(code, reason)


def _people(database: Database, campaign_id: str) -> Iterator[tuple[int, str, int]]:
    after = 0
    statement = select(_person.row, _person.name, _person.person_id).where(_person.campaign_id == campaign_id)
    while True:
        with database.read() as connection:
            found = connection.execute(statement.where(_person.row > after).order_by(_person.row).limit(SLICE)).all()
        yield from ((row, name or "", person_id) for row, name, person_id in found)
        if len(found) < SLICE:
            return
        after = found[-1].row
