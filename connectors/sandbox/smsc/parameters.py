"""Reads a request to SMSC: by GET or POST, in the charset that it names itself."""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from flask import Request

from connectors.sandbox.smsc.answers import Form, Refused
from connectors.sandbox.smsc.wording import CHARSETS, codec

PHONE_DIGITS = range(7, 16)


def read_parameters(request: Request) -> dict[str, str]:
    """Return the parameters of the query string and of the body; those of the body win.

    A body of JSON is one object, as `/rest/send/` takes it.
    """
    if request.mimetype == "application/json":
        return _of_json(request.get_data())
    multipart = request.mimetype == "multipart/form-data"
    body = b"" if multipart else request.get_data()
    raw = request.query_string.decode("latin-1"), body.decode("latin-1")
    charset = codec(dict(pair for part in raw for pair in parse_qsl(part)).get("charset", ""))
    read: dict[str, str] = {}
    for part in raw:
        read.update(parse_qsl(part, keep_blank_values=True, encoding=charset, errors="replace"))
    return {**read, **request.form} if multipart else read


def form_of(parameters: Mapping[str, str]) -> Form:
    """Return the form that the answer is asked for in; what makes no sense is the default."""
    fmt, charset = parameters.get("fmt", "0"), parameters.get("charset", "").lower()
    return Form(int(fmt) if fmt in ("0", "1", "2", "3") else 0, charset if charset in CHARSETS else "")


def phone_of(text: str) -> str | None:
    """Return the digits of a number, or None. One without "+" is corrected: a Russian 8… becomes 7…."""
    given = text.strip()
    digits = re.sub(r"[\s().-]", "", given.removeprefix("+"))
    if not (digits.isascii() and digits.isdecimal()) or len(digits) not in PHONE_DIGITS:
        return None
    if not given.startswith("+") and len(digits) == 11 and digits.startswith("8"):
        return f"7{digits[1:]}"
    return digits


def needed(parameters: Mapping[str, str], name: str) -> str:
    """Return a parameter. Raise Refused where it is missing."""
    if not parameters.get(name):
        raise Refused(1, f"parameters error: {name}")
    return parameters[name]


def whole_number(parameters: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Return a parameter that is a number from 0 to `most`. Raise Refused where it is not."""
    text = parameters.get(name) or str(default)
    if not (text.isascii() and text.isdecimal()) or int(text) > most:
        raise Refused(1, f"parameters error: {name}")
    return int(text)


def _of_json(body: bytes) -> dict[str, str]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {"fmt": "3", "charset": "utf-8", **{str(name): str(value) for name, value in read.items()}}
