"""fireMessage, which makes an incoming message, and getMOMessages, which lists them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request

from connectors.sandbox.ogangi import signing
from connectors.sandbox.ogangi.answers import element, elements, envelope, invalid_parameters
from connectors.sandbox.ogangi.book import Incoming
from connectors.sandbox.state import Sandbox

SHORT_CODE = "19893143924"
"""Where a fired message goes, and an answer when nobody says to which number; the document shows this one."""

MOST_RESULTS = 1_000
NO_FILTER = "null"

_FILTERED = ("from", "to", "carrier")
_NUMBER = re.compile(r"\d{5,15}")


def fire(sandbox: Sandbox, parameters: Sequence[str]) -> Response:
    """instanceId, mobileNumber and text (Base64). The answer calls itself activateCampaign, as in the document."""
    _, number, text64 = parameters
    text = signing.decoded(text64)
    if text is None or not _NUMBER.fullmatch(number):
        return invalid_parameters()
    receive(sandbox, number, SHORT_CODE, text)
    return envelope("activateCampaign")


def fire_json(sandbox: Sandbox, parameters: Sequence[str]) -> Response:
    """instanceId in the path; number and text in a body of JSON, whose description the document has lost."""
    posted: Any = request.get_json(force=True, silent=True)
    body = posted if isinstance(posted, dict) else {}
    number, text = (str(body.get(name) or "") for name in ("mobileNumber", "text"))
    if not _NUMBER.fullmatch(number) or not text:
        return invalid_parameters()
    receive(sandbox, number, SHORT_CODE, text)
    shown = {"instanceId": parameters[0], "mobileNumber": number, "text": text}
    return envelope("fireMessage", result=f"<mo>{elements(shown)}</mo>")


def list_messages(sandbox: Sandbox, parameters: Sequence[str]) -> Response:
    """instanceId, page, resultsPerPage and filters, or "null". Newest first; page 1 is the first, as is page 0.

    Filters are `from=…&order=desc`: https://messangi.com/documentation/doku.php?id=restapi:appx_mo_search.
    """
    _, page, size, search = parameters
    filters = _filters(search)
    if not page.isdecimal() or not size.isdecimal() or not 1 <= int(size) <= MOST_RESULTS or filters is None:
        return invalid_parameters()
    found = [one for one in sandbox.ogangi.incoming() if _fits(one, filters)]
    if filters.get("order", "").lower() == "asc":
        found.reverse()
    start = (max(1, int(page)) - 1) * int(size)
    items = "".join(f"<MOMessage>{elements(one.fields())}</MOMessage>" for one in found[start : start + int(size)])
    listed = f"{element('records', len(found))}<MessageList>{items}</MessageList>"
    return envelope("getMOMessages", result=f"<MOMessageList>{listed}</MOMessageList>")


def receive(sandbox: Sandbox, number: str, to: str, text: str) -> Incoming:
    """Keep an incoming message, and show it on its phone."""
    received = sandbox.ogangi.receive(number, to, text)
    sandbox.inbox.answer(f"+{number}", text)
    return received


def _filters(search: str) -> dict[str, str] | None:
    if search == NO_FILTER:
        return {}
    pairs = [part.partition("=") for part in search.split("&")]
    found = {name.lower(): value for name, equals, value in pairs if equals}
    well = len(found) == len(pairs) and found.keys() <= {*_FILTERED, "keyword", "order"}
    return found if well and found.get("order", "asc").lower() in ("asc", "desc") and _is_pattern(found) else None


def _is_pattern(filters: Mapping[str, str]) -> bool:
    try:
        re.compile(filters.get("keyword", ""))
    except re.error:
        return False
    return True


def _fits(message: Incoming, filters: Mapping[str, str]) -> bool:
    """Say whether each field is one of the values that its filter names by commas, and the text fits the keyword."""
    fields = message.fields()
    named = all(fields[name].casefold() in filters[name].casefold().split(",") for name in _FILTERED if name in filters)
    return named and re.match(filters.get("keyword", ""), message.text) is not None
