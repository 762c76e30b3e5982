"""`/pipedrive/api/templates` and `/merge-fields`: texts kept under a name, and what they are filled in with.

Templates are the company's, also where others use its account at Message Central, and everybody who may send may write
them.
"""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from connectors.pipedrive.blueprint import api_blueprint, pages, takes, viewer
from connectors.pipedrive.company.store import get_company, get_row, require_account, templates_owner
from connectors.pipedrive.contacts.fields import NO_FIELDS, FieldBook
from connectors.pipedrive.contacts.merge_fields import explain_missing, listed, needs, unknown_names
from connectors.pipedrive.context import context
from connectors.pipedrive.errors import PipedriveError
from connectors.pipedrive.messages.schemas import NewTemplateSchema, TemplateChangesSchema
from connectors.pipedrive.platform.looking_up import fields_of
from connectors.shared.access import Access, access
from connectors.shared.templates import store
from connectors.shared.templates.faults import InvalidTemplate
from connectors.shared.templates.rendering import CompiledText, TemplateUnreadable, compile_text
from connectors.shared.web.paging import path_id
from connectors.shared.web.shapes import PageQuerySchema

NOWHERE: Final = "There is no such template."

blueprint = api_blueprint("templates")


@blueprint.get("/templates")
@access(Access.SIGNED_TOKEN)
@takes(PageQuerySchema, "query")
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List templates, newest first."""
    limit: int = query["limit"]
    listed_so_far = pages("templates")
    before = listed_so_far.position(query.get("cursor"))
    with context().service.database.read() as connection:
        found = store.list_templates(
            connection, _account(connection), before_id=before, limit=limit + 1, owner=_owner()
        )
    return listed_so_far.page(found, limit, itemgetter("id"))


@blueprint.post("/templates")
@access(Access.SIGNED_TOKEN)
@takes(NewTemplateSchema)
def add(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Keep a template."""
    _check_fields(body)
    with context().service.database.write() as connection:
        return store.create(connection, _held_account(connection), body, _owner()), 201


@blueprint.put("/templates/<template_id>")
@access(Access.SIGNED_TOKEN)
@takes(TemplateChangesSchema)
def change(body: dict[str, Any], template_id: str) -> dict[str, Any]:
    """Change what is given of a template. What has been sent or queued keeps its text."""
    _check_fields(body)
    with context().service.database.write() as connection:
        return store.change(connection, _held_account(connection), path_id(template_id, NOWHERE), body, _owner())


@blueprint.delete("/templates/<template_id>")
@access(Access.SIGNED_TOKEN)
def remove(template_id: str) -> tuple[str, int]:
    """Remove a template. What has been sent or queued keeps its text."""
    with context().service.database.write() as connection:
        store.remove(connection, _held_account(connection), path_id(template_id, NOWHERE), _owner())
    return "", 204


@blueprint.get("/merge-fields")
@access(Access.SIGNED_TOKEN)
def merge_fields() -> dict[str, Any]:
    """List what a text may be filled in with."""
    return {"items": listed(fields_of(context(), viewer()))}


def _account(connection: Connection) -> int:
    """Return the account of the viewer's company. Raises WrongState where no login has been saved."""
    return require_account(get_company(connection, viewer().company_id))


def _held_account(connection: Connection) -> int:
    """Return the same, to stay the company's until the transaction ends: its templates move to another with it."""
    get_row(connection, viewer().company_id, lock=True)
    return _account(connection)


def _owner() -> str:
    return templates_owner(viewer().company_id)


def _check_fields(body: Mapping[str, Any]) -> None:
    """Raises InvalidTemplate where a text has a merge field that nobody has, as far as Pipedrive can be asked now."""
    if "text" not in body:
        return
    try:
        compiled = compile_text(body["text"])
    except TemplateUnreadable as error:
        raise InvalidTemplate("text", str(error)) from None
    book = _book(compiled)
    unknown = () if book is None else unknown_names(compiled.names, book)
    if book is not None and unknown:
        raise InvalidTemplate("text", explain_missing(unknown, book))


def _book(compiled: CompiledText) -> FieldBook | None:
    """Return the fields that a text is to be compared with, None where Pipedrive does not tell them now."""
    if not needs(compiled).custom_fields:
        return NO_FIELDS
    try:
        # Anew: whoever misses a field makes it in Pipedrive and then saves.
        book = fields_of(context(), viewer(), anew=True)
    except PipedriveError:
        return None
    return None if book is NO_FIELDS else book
