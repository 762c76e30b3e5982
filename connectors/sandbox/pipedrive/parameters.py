"""Reads what calls carry, as strictly as API v2 does: a word where a number is due is a 400."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import orjson
from flask import request

from connectors.sandbox.pipedrive.answers import Refusal

MOST_IDS = 100
MOST_OF_A_PAGE = 500
PAGE = 100
MOST_CUSTOM_FIELDS = 15

_RFC_3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").fullmatch

Item = TypeVar("Item")


def number(name: str) -> int | None:
    """Return a parameter of the query that is to be a number. Raises Refusal."""
    given = request.args.get(name)
    if given is None or given == "":
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise Refusal(400, f"Parameter '{name}' should be a positive integer")
    return int(given)


def ids() -> frozenset[int] | None:
    """Return the `ids` of the query. Raises Refusal for more than a hundred, or for what is none."""
    given = request.args.get("ids")
    if given is None:
        return None
    words = given.split(",")
    if len(words) > MOST_IDS:
        raise Refusal(400, f"Parameter 'ids' should contain no more than {MOST_IDS} ids")
    if not all(word.isascii() and word.isdecimal() for word in words):
        raise Refusal(400, "Parameter 'ids' should be a comma separated list of ids")
    return frozenset(int(word) for word in words)


def limit() -> int:
    """Raises Refusal where it is not 1 to 500."""
    given = number("limit")
    if given is None:
        return PAGE
    if not 1 <= given <= MOST_OF_A_PAGE:
        raise Refusal(400, f"Parameter 'limit' should be between 1 and {MOST_OF_A_PAGE}")
    return given


def time(name: str) -> str | None:
    """Raises Refusal for what is no moment such as 2026-01-01T00:00:00Z."""
    given = request.args.get(name)
    if given is not None and not _RFC_3339_UTC(given):
        raise Refusal(400, f"Parameter '{name}' should be in RFC3339 format")
    return given


def one_of(name: str, words: Sequence[str], default: str) -> str:
    given = request.args.get(name, default)
    if given not in words:
        raise Refusal(400, f"Parameter '{name}' should be one of {', '.join(words)}")
    return given


def custom_fields(known: Sequence[str]) -> list[str]:
    """Return the codes of the fields that are to be shown. Raises Refusal for more than fifteen."""
    given = request.args.get("custom_fields")
    if given is None:
        return list(known)
    wanted = [word for word in given.split(",") if word]
    if len(wanted) > MOST_CUSTOM_FIELDS:
        raise Refusal(400, f"Parameter 'custom_fields' should contain no more than {MOST_CUSTOM_FIELDS} keys")
    return [code for code in known if code in wanted]


def page(items: Sequence[Mapping[str, Any]], sort_by: str = "id") -> tuple[list[Mapping[str, Any]], str | None]:
    """Return the page that the query's `cursor` and `limit` ask for, in order, and the cursor of the next.

    Raises Refusal for a cursor that is none of ours.
    """
    falling = one_of("sort_direction", ("asc", "desc"), "asc") == "desc"
    ordered = sorted(items, key=lambda item: _place(item, sort_by), reverse=falling)
    after = _read_cursor(request.args.get("cursor"))
    if after is not None:
        # What was added or taken away between two pages moves none of the others.
        ordered = [
            item for item in ordered if (_place(item, sort_by) < after if falling else _place(item, sort_by) > after)
        ]
    most = limit()
    shown = ordered[:most]
    following = _cursor(_place(shown[-1], sort_by)) if len(ordered) > most else None
    return list(shown), following


def body() -> dict[str, Any]:
    """Return the JSON object that came. Raises Refusal."""
    given: Any = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise Refusal(400, "The request body should be a JSON object")
    return given


def _place(item: Mapping[str, Any], sort_by: str) -> tuple[str, int]:
    return (str(item[sort_by] or "") if sort_by != "id" else "", item["id"])


def _cursor(place: tuple[str, int]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode()


def _read_cursor(cursor: str | None) -> tuple[str, int] | None:
    if not cursor:
        return None
    try:
        word, number_ = orjson.loads(base64.urlsafe_b64decode(cursor))
        return str(word), int(number_)
    except (binascii.Error, ValueError, TypeError):
        raise Refusal(400, "Parameter 'cursor' is invalid") from None
