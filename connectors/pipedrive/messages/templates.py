"""`/pipedrive/api/templates` and `/merge-fields`: texts kept under a name, and what they are filled in with.

Templates belong to the company's account at Message Central, and everybody who may send may write them.
"""

from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from connectors.pipedrive.blueprint import api_blueprint, pages, takes, viewer
from connectors.pipedrive.company.store import get_company, require_account
from connectors.pipedrive.contacts.merge_fields import listed
from connectors.pipedrive.context import context
from connectors.pipedrive.messages.schemas import NewTemplateSchema, TemplateChangesSchema
from connectors.pipedrive.platform.looking_up import fields_of
from connectors.shared.access import Access, access
from connectors.shared.templates import store
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
        found = store.list_templates(connection, _account(connection), before_id=before, limit=limit + 1)
    return listed_so_far.page(found, limit, itemgetter("id"))


@blueprint.post("/templates")
@access(Access.SIGNED_TOKEN)
@takes(NewTemplateSchema)
def add(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Keep a template."""
    with context().service.database.write() as connection:
        return store.create(connection, _account(connection), body), 201


@blueprint.put("/templates/<template_id>")
@access(Access.SIGNED_TOKEN)
@takes(TemplateChangesSchema)
def change(body: dict[str, Any], template_id: str) -> dict[str, Any]:
    """Change what is given of a template. What has been sent or queued keeps its text."""
    with context().service.database.write() as connection:
        return store.change(connection, _account(connection), path_id(template_id, NOWHERE), body)


@blueprint.delete("/templates/<template_id>")
@access(Access.SIGNED_TOKEN)
def remove(template_id: str) -> tuple[str, int]:
    """Remove a template. What has been sent or queued keeps its text."""
    with context().service.database.write() as connection:
        store.remove(connection, _account(connection), path_id(template_id, NOWHERE))
    return "", 204


@blueprint.get("/merge-fields")
@access(Access.SIGNED_TOKEN)
def merge_fields() -> dict[str, Any]:
    """List what a text may be filled in with."""
    return {"items": listed(fields_of(context(), viewer()))}


def _account(connection: Connection) -> int:
    """Return the account of the viewer's company. Raises WrongState where no login has been saved."""
    return require_account(get_company(connection, viewer().company_id))
