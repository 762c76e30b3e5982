"""`/api/v1/templates`: texts with variables, kept under a name."""

from http import HTTPStatus
from operator import itemgetter
from typing import Any, Final

from connectors.api.context import context
from connectors.api.schemas_templates import (
    NewTemplateSchema,
    TemplateChangesSchema,
    TemplatePageSchema,
    TemplateSchema,
)
from connectors.shared.access import Access, access
from connectors.shared.templates import store
from connectors.shared.templates.rendering import TemplateUnreadable, compile_text
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.shared.web.rest.paging import page_of, path_id, position
from connectors.shared.web.shapes import PageQuerySchema

KIND: Final = "templates"
NOWHERE: Final = "There is no such template."

TEMPLATE_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "id",
    "description": "The template's id: not its DLT id.",
    "schema": {"type": "string", "format": "uuid"},
}

blueprint = ApiBlueprint(KIND, "/templates", "Texts with variables, kept under a name.")


@blueprint.on("GET", "")
@access(Access.API_KEY)
@blueprint.takes(PageQuerySchema, "query")
@blueprint.answers(TemplatePageSchema, "A page of templates.")
@blueprint.refuses()
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List templates, newest first."""
    limit: int = query["limit"]
    before = position(KIND, query.get("cursor"))
    with context().service.database.read() as connection:
        found = store.list_templates(connection, caller(), before_id=before, limit=limit + 1)
    return page_of(KIND, [_shown(template) for template in found], limit, itemgetter("id"))


@blueprint.on("POST", "")
@access(Access.API_KEY)
@blueprint.takes(NewTemplateSchema, "json")
@blueprint.creates(TemplateSchema, "The template.")
@blueprint.refuses(HTTPStatus.CONFLICT, *WITH_A_BODY)
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Keep a text with variables under a name.

    Variables are written like `{{ first_name }}`; one that may be missing has a default:
    `{{ first_name | default: "there" }}`. Message Central's own `##var##`, `##var2##` and `##var3##` are variables too
    (`Var1` to `Var3`). A `registered_text` has to have the same words, and a tag for each variable.
    """
    with context().service.database.write() as connection:
        return _shown(store.create(connection, caller(), body))


@blueprint.on("GET", "/<id>", parameters=[TEMPLATE_ID])
@access(Access.API_KEY)
@blueprint.answers(TemplateSchema, "The template.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(id: str) -> dict[str, Any]:
    """Show a template."""
    with context().service.database.read() as connection:
        return _shown(store.get(connection, caller(), path_id(id, NOWHERE)))


@blueprint.on("PATCH", "/<id>", parameters=[TEMPLATE_ID])
@access(Access.API_KEY)
@blueprint.takes(TemplateChangesSchema, "json")
@blueprint.answers(TemplateSchema, "The template as it is now.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *WITH_A_BODY)
def change(body: dict[str, Any], id: str) -> dict[str, Any]:
    """Change a template. What is left out stays; null clears. What has been sent or queued keeps its text."""
    with context().service.database.write() as connection:
        return _shown(store.change(connection, caller(), path_id(id, NOWHERE), body))


@blueprint.on("DELETE", "/<id>", parameters=[TEMPLATE_ID])
@access(Access.API_KEY)
@blueprint.removes("It is gone.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def remove(id: str) -> None:
    """Remove a template. What has been sent or queued keeps its text."""
    with context().service.database.write() as connection:
        store.remove(connection, caller(), path_id(id, NOWHERE))


def _shown(template: dict[str, Any]) -> dict[str, Any]:
    return template | {"variables": _variables(template["text"])}


def _variables(text: str) -> tuple[str, ...]:
    try:
        return compile_text(text).names
    except TemplateUnreadable:
        # It was readable when it was kept: to a reader that has become stricter since.
        return ()
