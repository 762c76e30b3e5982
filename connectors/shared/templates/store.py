"""Templates of an account: made, found, changed and removed.

Where several use one account, each `owner` has its own and sees no other's; the account's own have the owner "".
"""

from collections.abc import Mapping
from typing import Any, Final

import uuid_utils
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from connectors.shared.clock import now_ms, to_rfc3339
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.kept_text import holds_unkept
from connectors.shared.templates.faults import InvalidTemplate, TemplateUnreadable
from connectors.shared.templates.registered import check_registered
from connectors.shared.templates.rendering import compile_text
from connectors.shared.templates.tables import templates

FIELDS: Final = ("name", "text", "sender_id", "message_type", "entity_id", "template_id", "registered_text")


def create(connection: Connection, account_id: int, given: Mapping[str, Any], owner: str = "") -> dict[str, Any]:
    """Keep a template and return it as the API shows it. `given` maps FIELDS; those left out are empty.

    Raises InvalidTemplate, and WrongState where the owner has one of that name.
    """
    values = {name: given.get(name) for name in FIELDS}
    _check(values)
    moment = now_ms()
    whose = {"account_id": account_id, "owner": owner}
    statement = insert(templates).values(
        id=str(uuid_utils.uuid7()), created_at=moment, updated_at=moment, **whose, **values
    )
    return _kept(connection, statement.returning(*templates.c), values)


def get(connection: Connection, account_id: int, template_id: str, owner: str = "") -> dict[str, Any]:
    """Return a template. Raises NotFound where it is not there or another's."""
    return _present(_row(connection, account_id, template_id, owner))


def list_templates(
    connection: Connection, account_id: int, *, before_id: str | None, limit: int, owner: str = ""
) -> list[dict[str, Any]]:
    """Return templates, newest first, older than `before_id`."""
    statement = select(templates).where(_is_of(account_id, owner))
    if before_id is not None:
        statement = statement.where(templates.c.id < before_id)
    rows = connection.execute(statement.order_by(templates.c.id.desc()).limit(limit)).mappings()
    return [_present(row) for row in rows]


def change(
    connection: Connection, account_id: int, template_id: str, given: Mapping[str, Any], owner: str = ""
) -> dict[str, Any]:
    """Change what is given of a template and return it.

    Raises NotFound, InvalidTemplate, and WrongState where another of the owner has the name.
    """
    row = _row(connection, account_id, template_id, owner, locked=True)
    values = {name: given.get(name, row[name]) for name in FIELDS}
    _check(values)
    statement = update(templates).where(templates.c.id == row["id"], _is_of(account_id, owner))
    return _kept(connection, statement.values(updated_at=now_ms(), **values).returning(*templates.c), values)


def remove(connection: Connection, account_id: int, template_id: str, owner: str = "") -> None:
    """Remove a template. Raises NotFound."""
    statement = delete(templates).where(templates.c.id == template_id, _is_of(account_id, owner))
    if connection.execute(statement).rowcount == 0:
        raise _not_found()


def move_all(connection: Connection, owner: str, account_id: int) -> None:
    """Have all templates of an owner belong to an account."""
    elsewhere = (templates.c.owner == owner, templates.c.account_id != account_id)
    connection.execute(update(templates).where(*elsewhere).values(account_id=account_id))


def remove_all(connection: Connection, owner: str) -> None:
    """Remove all templates of an owner, whatever their account."""
    connection.execute(delete(templates).where(templates.c.owner == owner))


def by_name_or_id(connection: Connection, account_id: int, name_or_id: str, owner: str = "") -> dict[str, Any]:
    """Return the template that a caller names; an id goes before a name. Raises NotFound."""
    mine = select(templates).where(_is_of(account_id, owner))
    for column in (templates.c.id, templates.c.name):
        if holds_unkept(name_or_id):
            break
        row = connection.execute(mine.where(column == name_or_id)).mappings().first()
        if row is not None:
            return _present(row)
    raise NotFound("There is no template of this name or id.")


def _check(values: Mapping[str, Any]) -> None:
    try:
        compiled = compile_text(values["text"])
    except TemplateUnreadable as error:
        raise InvalidTemplate("text", str(error)) from None
    if values["registered_text"] is not None:
        check_registered(values["registered_text"], compiled)


def _kept(connection: Connection, statement: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        # A savepoint: PostgreSQL takes nothing more in a transaction in which a statement failed.
        with connection.begin_nested():
            return _present(connection.execute(statement).mappings().one())
    except IntegrityError:
        raise WrongState(
            f"There is a template named {values['name']} already. Choose another name, or change that one."
        ) from None


def _row(connection: Connection, account_id: int, template_id: str, owner: str, *, locked: bool = False) -> RowMapping:
    statement = select(templates).where(templates.c.id == template_id, _is_of(account_id, owner))
    row = connection.execute(statement.with_for_update() if locked else statement).mappings().first()
    if row is None:
        raise _not_found()
    return row


def _is_of(account_id: int, owner: str) -> ColumnElement[bool]:
    return and_(templates.c.account_id == account_id, templates.c.owner == owner)


def _not_found() -> NotFound:
    return NotFound("There is no such template.")


def _present(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        **{name: row[name] for name in FIELDS},
        "created_at": to_rfc3339(row["created_at"]),
        "updated_at": to_rfc3339(row["updated_at"]),
    }
