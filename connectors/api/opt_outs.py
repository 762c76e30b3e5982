"""`/api/v1/opt-outs`: who does not want to be texted."""

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge

from connectors.api.context import context
from connectors.api.numbers import digits_of
from connectors.api.schemas_opt_outs import (
    ImportedSchema,
    NewOptOutSchema,
    OptOutFileSchema,
    OptOutPageSchema,
    OptOutSchema,
)
from connectors.shared.access import Access, access
from connectors.shared.accounts.health import default_country
from connectors.shared.campaigns.sheets import FIRST_OCTETS, SheetOptions, SheetRefused, kind_of
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE
from connectors.shared.opt_outs import store
from connectors.shared.opt_outs.importing import LARGEST_FILE, Imported, import_file
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.shared.web.rest.paging import page_of, position
from connectors.shared.web.shapes import PageQuerySchema

KIND: Final = "opt-outs"
SOURCE: Final = "api"
_IMPORT: Final = "import"
_FORM_AROUND_FILE: Final = 100_000

NUMBER: Final[dict[str, Any]] = {
    "in": "path",
    "name": "number",
    "description": "The number, as it may be written in `POST`; its plus may be left out.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 40},
    "example": "+919816111111",
}

blueprint = ApiBlueprint(KIND, "/opt-outs", "Numbers that do not want to be texted.")


@blueprint.on("GET", "")
@access(Access.API_KEY)
@blueprint.takes(PageQuerySchema, "query")
@blueprint.answers(OptOutPageSchema, "A page of opt-outs.")
@blueprint.refuses()
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List opt-outs, newest first."""
    before = _before(position(KIND, query.get("cursor")))
    with context().service.database.read() as connection:
        found = store.list_opt_outs(connection, caller(), before=before, limit=query["limit"] + 1)
    page = page_of(KIND, found, query["limit"], _place)
    return page | {"items": [opt_out.shown() for opt_out in page["items"]]}


@blueprint.on("POST", "")
@access(Access.API_KEY)
@blueprint.takes(NewOptOutSchema, "json")
@blueprint.creates(OptOutSchema, "The opt-out.")
@blueprint.refuses(*WITH_A_BODY)
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Opt a number out.

    Again for the same number: it has the scope given last, and the answer is the same.
    """
    service = context().service
    with service.database.write() as connection:
        number = digits_of(connection, "number", body["number"])
        return store.add(connection, service.secrets, caller(), number, body["scope"], SOURCE).shown()


@blueprint.on("POST", f"/{_IMPORT}")
@access(Access.API_KEY)
@blueprint.reads_up_to(LARGEST_FILE + _FORM_AROUND_FILE)
@blueprint.takes(OptOutFileSchema, "files")
@blueprint.answers(ImportedSchema, "What became of the file.")
@blueprint.refuses(*WITH_A_BODY)
def import_list(form: dict[str, Any]) -> Imported:
    """Opt out every number of a file.

    A number that is opted out already may get the wider scope, never the narrower. Rows that cannot be read are told
    and left out; the others count.
    """
    options = SheetOptions(form.get("mobile_column"), form.get("country_column"))
    try:
        return _import(form["file"], options, form["scope"])
    except SheetRefused as error:
        if error.code == TOO_LARGE:
            raise RequestEntityTooLarge(str(error)) from None
        raise InvalidFields({"file": [str(error)]}) from None


@blueprint.on("GET", "/<number>", parameters=[NUMBER])
@access(Access.API_KEY)
@blueprint.answers(OptOutSchema, "The opt-out.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
def show(number: str) -> dict[str, Any]:
    """Show whether a number has opted out."""
    _refuse_import(number)
    service = context().service
    with service.database.read() as connection:
        return store.get(connection, service.secrets, caller(), digits_of(connection, "number", number)).shown()


@blueprint.on("DELETE", "/<number>", parameters=[NUMBER])
@access(Access.API_KEY)
@blueprint.removes("It may be texted again.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
def remove(number: str) -> None:
    """Let a number be texted again."""
    _refuse_import(number)
    service = context().service
    with service.database.write() as connection:
        store.remove(connection, service.secrets, caller(), digits_of(connection, "number", number))


def _refuse_import(number: str) -> None:
    # For other methods the rule of numbers fits, too.
    if number == _IMPORT:
        raise MethodNotAllowed(["POST"])


def _import(file: FileStorage, options: SheetOptions, scope: store.Scope) -> Imported:
    service = context().service
    kind = kind_of(file.filename or "", file.stream.read(FIRST_OCTETS))
    file.stream.seek(0)
    with service.database.read() as connection:
        country_code = default_country(connection, caller())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        file.save(path)
        return import_file(
            service.database, service.secrets, caller(), path, kind, options, scope=scope, country_code=country_code
        )


def _place(opt_out: store.OptOut) -> str:
    return f"{opt_out.created_at} {opt_out.number_digest.hex()}"


def _before(place: str | None) -> tuple[int, bytes] | None:
    if place is None:
        return None
    created_at, digest = place.split(" ")
    return int(created_at), bytes.fromhex(digest)
