"""SMSC's answers in its four formats: words, figures by commas, XML, JSON. An error is in the body of a 200."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from flask import Response

from connectors.sandbox.smsc.wording import codec

WORDS, FIGURES, XML, JSON = range(4)

Value = str | int | Sequence["Value"] | Mapping[str, "Value"]

_TYPES = {WORDS: "text/html", FIGURES: "text/html", XML: "text/xml", JSON: "application/json"}

MEANINGS = {
    1: "parameters error",
    2: "authorise error",
    3: "insufficient funds",
    4: "IP is blocked",
    5: "invalid date format",
    6: "message is denied",
    7: "invalid number",
    8: "can't deliver this message",
    9: "duplicate request, wait a minute",
}
"""Errors of every call (https://smscentre.com/api/http/send/sms/sms_answer/); the description is for people alone."""

WITH_ID = frozenset({3, 6, 7, 8})
"""Errors of a send that name the message, since it was given an id before it failed."""


class Refused(Exception):
    """SMSC says no. `message_id` is named by the errors of a send that have one."""

    def __init__(self, number: int, why: str = "", message_id: str | None = None) -> None:
        super().__init__(f"error {number}")
        self.number = number
        self.why = why or MEANINGS[number]
        self.message_id = message_id if number in WITH_ID else None


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is asked for."""

    fmt: int = WORDS
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in all of its formats. `fields` is one object, or a list of them; `root` names XML's list."""

    words: str = field(repr=False)
    figures: str = field(repr=False)
    fields: Mapping[str, Value] | Sequence[Mapping[str, Value]] = field(repr=False)
    item: str = "item"


def respond(answer: Answer, form: Form) -> Response:
    """Return the answer in the format and the charset that were asked for."""
    body = (_words, _figures, _xml, _json)[form.fmt](answer, form)
    charset = form.charset or "windows-1251"
    return Response(body, content_type=f"{_TYPES[form.fmt]}; charset={charset}")


def refusal(refused: Refused, form: Form) -> Response:
    number, message_id = refused.number, refused.message_id
    fields: dict[str, Value] = {"error": refused.why, "error_code": number}
    if message_id is not None:
        fields["id"] = numeric(message_id)
    words = f"ERROR = {number} ({refused.why})" + (f", ID - {message_id}" if message_id else "")
    return respond(Answer(words, f"{message_id or 0},-{number}", fields), form)


def numeric(message_id: str) -> str | int:
    """Return an id the way JSON shows it: a number where it is one."""
    return int(message_id) if message_id.isascii() and message_id.isdecimal() else message_id


def _words(answer: Answer, form: Form) -> bytes:
    return answer.words.encode(codec(form.charset), "replace")


def _figures(answer: Answer, form: Form) -> bytes:
    return answer.figures.encode(codec(form.charset), "replace")


def _json(answer: Answer, form: Form) -> bytes:
    """Escape what is not ASCII unless the charset is UTF-8: JSON knows no other."""
    utf_8 = form.charset.lower() == "utf-8"
    return json.dumps(answer.fields, ensure_ascii=not utf_8, separators=(",", ":")).encode()


def _xml(answer: Answer, form: Form) -> bytes:
    charset = form.charset or "windows-1251"
    if isinstance(answer.fields, Mapping):
        inner, root = _elements(answer.fields), "result"
    else:
        inner, root = "".join(_element(answer.item, each) for each in answer.fields), "list"
    text = f'<?xml version="1.0" encoding="{charset}"?>\n<{root}>{inner}</{root}>'
    return text.encode(codec(form.charset), "xmlcharrefreplace")


def _elements(fields: Mapping[str, Value]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Value) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element(name, each) for each in value)
    return f"<{name}>{escape(str(value))}</{name}>"
