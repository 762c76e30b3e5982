"""What callers send, read within bounds: whatever it is, the answer is a 4xx that says what to do, never a 500."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

import orjson
from flask import Request, current_app, request
from marshmallow import Schema, ValidationError
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from connectors.shared.errors import NotUnderstood

LARGEST_BODY: Final = 1_000_000
LARGEST: Final = "connectors_largest_body"
"""The attribute of a view that reads more (see `reads_up_to()`)."""
_WHOLE: Final = "body"
_SCHEMA: Final = "_schema"


class InvalidFields(NotUnderstood):
    """Fields do not validate; `errors` maps each one's name (`recipients.3.to` where nested) to what is wrong."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        super().__init__(f"Check {', '.join(self.errors)}.")


class BoundedParser(FlaskParser):
    """Reads queries and JSON strictly: nothing unknown, nothing twice, nothing that is not UTF-8."""

    # None: as the schema has it, which refuses what it does not know.
    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": None, "files": None}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Read the body. Raises UnsupportedMediaType, RequestEntityTooLarge, BadRequest."""
        if not is_json(req.mimetype):
            raise UnsupportedMediaType("Send JSON, with the header `Content-Type: application/json`.")
        try:
            # orjson: bounded in depth, and strict about surrogates, which no database takes.
            return orjson.loads(req.get_data())
        except orjson.JSONDecodeError:
            raise BadRequest("The body cannot be read as JSON in UTF-8.") from None

    def load_querystring(self, req: Request, schema: Schema) -> MultiDictProxy:
        """Read the query. Raises ValidationError for what is given twice."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise ValidationError({name: ["Give it once."] for name in twice})
        found: MultiDictProxy = super().load_querystring(req, schema)
        return found

    def load_files(self, req: Request, schema: Schema) -> MultiDictProxy:
        """Read a form, its fields and its files as one; a field that is left empty is not given.

        Raises UnsupportedMediaType, RequestEntityTooLarge, ValidationError for what is given twice.
        """
        if req.mimetype != "multipart/form-data":
            raise UnsupportedMediaType("Send a form with a file in it, as `Content-Type: multipart/form-data`.")
        given: MultiDict[str, Any] = CombinedMultiDict([req.form, req.files])
        twice = [name for name, values in given.lists() if len(values) > 1]
        if twice:
            raise ValidationError({name: ["Give it once."] for name in twice})
        filled = MultiDict(
            (name, value) for name, value in given.items() if not isinstance(value, str) or value.strip()
        )
        found: MultiDictProxy = self._makeproxy(filled, schema)
        return found

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_: Any) -> NoReturn:
        """Raises InvalidFields."""
        messages = error.messages
        raise InvalidFields(dict(_named(messages if isinstance(messages, dict) else {_WHOLE: messages})))


def invalid_fields(error: ValidationError) -> InvalidFields:
    """Return the same for fields that a schema was given by other ways than a request."""
    return InvalidFields(dict(_flat(error.messages, ())))


def bound_body() -> None:
    """Let nobody make us read more than the view has use for."""
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = getattr(view, LARGEST, LARGEST_BODY)


def _named(messages: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Flatten what webargs reports below the place it read ("json", "query")."""
    for found in messages.values():
        yield from _flat(found, ())


def _flat(found: Any, path: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    if isinstance(found, Mapping):
        for name, below in found.items():
            yield from _flat(below, path if name == _SCHEMA else (*path, str(name)))
    else:
        yield ".".join(path) or _WHOLE, _texts(found)


def _texts(found: Any) -> list[str]:
    return [str(text) for text in found] if isinstance(found, Iterable) and not isinstance(found, str) else [str(found)]
