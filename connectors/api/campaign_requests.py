"""Reading what asks for a campaign: JSON with its recipients, or a form with a file of them."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from flask import request
from marshmallow import ValidationError
from webargs.core import is_json
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from connectors.api.context import context
from connectors.api.schemas_campaigns import CampaignFormSchema, NewCampaignSchema
from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.campaigns.drafting import SPOOL, Draft, RecipientsFile, Wanted, draft, file_at
from connectors.shared.campaigns.sheets import SheetRefused
from connectors.shared.campaigns.sheets.bounds import MOST_OCTETS
from connectors.shared.messages.composing import InvalidMessage
from connectors.shared.web.bodies import BoundedParser, InvalidFields
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.templated import filled_fields

LARGEST_UPLOAD: Final = MOST_OCTETS + 1_000_000
"""The file and the fields beside it."""
LARGEST_JSON: Final = 16 * 1024**2
MOST_JSON_VALUES: Final = 300_000
"""Thirty for each of ten thousand recipients. Read, a value of eight octets takes some 200: 50 MB of them were 5 GB."""
FILE: Final = "file"
SOURCE: Final = "api"

_parser = BoundedParser()


@dataclass(frozen=True, slots=True)
class Asked:
    """A campaign that may begin, and where its recipients are for as long as the request lasts."""

    draft: Draft
    wanted: Wanted
    file: RecipientsFile = field(repr=False)


def read_body() -> None:
    """Have the body received, within bounds. Raises RequestEntityTooLarge in words that say what to do instead."""
    if request.mimetype == "multipart/form-data":
        words = f"A file has at most {MOST_OCTETS // 1024**2} MB, and the fields beside it 500 kB. Split the file."
        with _refused_as_too_large(words):
            request.files  # noqa: B018 - parsed when it is asked for, and kept
    elif is_json(request.mimetype):
        request.max_content_length = LARGEST_JSON
        words = f"JSON has at most {LARGEST_JSON // 1024**2} MB and {MOST_JSON_VALUES:,} values. Send a file instead."
        with _refused_as_too_large(words):
            body = request.get_data()
        if sum(map(body.count, (b",", b"{", b"["))) > MOST_JSON_VALUES:
            raise RequestEntityTooLarge(words)


@contextmanager
def _refused_as_too_large(words: str) -> Iterator[None]:
    try:
        yield
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge(words) from None


@contextmanager
def asked_campaign() -> Iterator[Asked]:
    """Read and check the request. Raises InvalidFields, RequestEntityTooLarge, UnsupportedMediaType, BadRequest."""
    with tempfile.TemporaryDirectory(prefix="connectors-") as folder:
        path = Path(folder) / "recipients"
        try:
            given, file = _read_form(path) if request.mimetype == "multipart/form-data" else _read_json(path)
            wanted = Wanted(**_with_template(given))
            yield Asked(draft(_sender(), wanted, file, SOURCE), wanted, file)
        except InvalidMessage as error:
            raise InvalidFields({error.field: [str(error)]}) from None
        except SheetRefused as error:
            if error.code == "too_large":
                raise RequestEntityTooLarge(str(error)) from None
            raise InvalidFields({FILE: [str(error)]}) from None


def _read_json(path: Path) -> tuple[dict[str, Any], RecipientsFile]:
    if not is_json(request.mimetype):
        raise UnsupportedMediaType(
            "Send JSON (`Content-Type: application/json`), or a form with a file (`multipart/form-data`)."
        )
    given: dict[str, Any] = _parser.parse(NewCampaignSchema(), request, location="json")
    with path.open("wb") as spool:
        spool.writelines(orjson.dumps(recipient, option=orjson.OPT_APPEND_NEWLINE) for recipient in given["recipients"])
    del given["recipients"]
    return given, RecipientsFile(path, SPOOL)


def _read_form(path: Path) -> tuple[dict[str, Any], RecipientsFile]:
    uploaded = _uploaded()
    # A field that is left empty in a form is a field that is not given.
    fields = {name: values[0] for name, values in request.form.lists() if values[0].strip()}
    twice = [name for name, values in request.form.lists() if len(values) > 1]
    if twice:
        raise InvalidFields({name: ["Give it once."] for name in twice})
    # Werkzeug puts this in the place of what is not UTF-8, and phones would show it.
    garbled = [name for name, value in fields.items() if "\ufffd" in value]
    if garbled:
        raise InvalidFields({name: ["Send it in UTF-8: some of its letters cannot be read."] for name in garbled})
    given = _loaded(fields)
    uploaded.save(path)
    if path.stat().st_size > MOST_OCTETS:
        raise RequestEntityTooLarge(f"The file is larger than {MOST_OCTETS // 1024**2} MB. Split it.")
    return given, file_at(path, os.path.basename(uploaded.filename or ""))


def _uploaded() -> FileStorage:
    others = [name for name in request.files if name != FILE]
    if others:
        raise InvalidFields({name: ["Unknown field."] for name in others})
    found = request.files.getlist(FILE)
    if len(found) != 1:
        raise InvalidFields({FILE: ["Give one file of recipients, an .xlsx or .csv, in the field `file`."]})
    return found[0]


def _loaded(fields: Mapping[str, str]) -> dict[str, Any]:
    schema = CampaignFormSchema()
    try:
        loaded: dict[str, Any] = schema.load(dict(fields))
    except ValidationError as error:
        _parser.handle_error(ValidationError({"form": error.messages}), request, schema)
    return loaded


def _sender() -> Any:
    with context().service.database.read() as connection:
        return sender_of_account(connection, caller())


def _with_template(given: dict[str, Any]) -> dict[str, Any]:
    """Complete what is asked by its template, if it names one."""
    name = given.pop("template", None)
    if name is None:
        return given
    with context().service.database.read() as connection:
        return filled_fields(connection, caller(), name) | given
