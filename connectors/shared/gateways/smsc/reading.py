"""How SMSC's answers are read: strictly where something was sent, leniently where it only tells."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from connectors.shared.gateways.smsc.answers import Outcome, Refusal
from connectors.shared.message_central.exchange import NoReply, Reply
from connectors.shared.message_central.outcomes import Outcome as WireOutcome
from connectors.shared.message_central.wording import spoken

Fields = Mapping[str, Any]
T = TypeVar("T")

MOSCOW = timezone(timedelta(hours=3))
"""The vendor writes moments in Moscow's time, which has not changed its offset since 2014."""
_WRITTEN_MOMENTS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")
_LATEST_SECONDS = 4_102_444_800  # the year 2100
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,10})?", re.ASCII)
# What the vendor writes where it does not heed `fmt`, as for a request that it could not read.
_PLAIN_ERROR = re.compile(r"\s*ERROR\s*=\s*([0-9]{1,4})\s*(\(.*\))?", re.ASCII | re.DOTALL)

_PLAIN_SUCCESS = "OK"

_OF_THE_WIRE = {
    WireOutcome.NOT_CONNECTED: Outcome.NOT_CONNECTED,
    WireOutcome.NO_ANSWER: Outcome.NO_ANSWER,
}
_OF_HTTP = {
    401: Outcome.HTTP_DENIED,
    403: Outcome.HTTP_DENIED,
    # Given up while reading, or while the vendor's code ran: it may have done its work all the same.
    408: Outcome.UNREADABLE,
    429: Outcome.THROTTLED,
    503: Outcome.UNAVAILABLE,
}


def read(reply: Reply | NoReply, secrets: tuple[str, ...], interpret: Callable[[Any], T | None]) -> T | Refusal:
    """Return what `interpret` makes of the body's JSON; where it makes nothing (None), or there is none, a refusal.

    `secrets` are masked in the vendor's words.
    """
    if isinstance(reply, NoReply):
        return without_reply(reply)
    content = parse(reply.body)
    refusal = refusal_in(content, reply, secrets)
    if refusal is not None:
        return refusal
    result = None if content is None else interpret(content)
    return unread(reply) if result is None else result


def parse(body: bytes) -> Any:
    """Return the body's JSON, "OK", a refusal in plain words as the same in JSON, or None for anything else."""
    words = decode(body)
    try:
        # Amounts keep their digits: 1.40 is no 1.4.
        return json.loads(words, parse_float=str)
    except (ValueError, RecursionError):
        if words.strip() == _PLAIN_SUCCESS:
            return _PLAIN_SUCCESS
        plain = _PLAIN_ERROR.match(words)
        return None if plain is None else {"error_code": plain[1], "error": (plain[2] or "").strip("() \r\n")}


def decode(body: bytes) -> str:
    """UTF-8 is asked for; windows-1251 is what the vendor speaks by itself."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("windows-1251", "replace")


def refusal_in(content: Any, reply: Reply, secrets: tuple[str, ...]) -> Refusal | None:
    """Return the vendor's own refusal, None where the body holds none."""
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    if not isinstance(content, dict):
        return None
    code, words = integer(content, "error_code"), text(content, "error")
    if not code and not words:
        return None
    if (integer(content, "cnt") or 0) > 0:
        # It says that it did, and that it did not.
        return unread(reply)
    said = spoken(words or "", secrets)
    # The code comes negative where it is made of `fmt=1`'s.
    known = abs(code) if code else None
    return Refusal(Outcome.REFUSED, known, said, text(content, "id"), reply.http_status, reply.retry_after)


def without_reply(reply: NoReply) -> Refusal:
    """Return what the lack of an answer means."""
    outcome = _OF_THE_WIRE.get(reply.outcome, Outcome.UNREADABLE)
    return Refusal(outcome, words=reply.reason, http_status=reply.http_status)


def unread(reply: Reply) -> Refusal:
    """Return what an HTTP status means by itself, where the body is not the vendor's."""
    status = reply.http_status
    outcome = _OF_HTTP.get(status) or (Outcome.HTTP_REFUSED if 400 <= status < 500 else Outcome.UNREADABLE)
    words = "the answer made no sense" if status < 400 else f"the answer was HTTP {status}"
    return Refusal(outcome, words=words, http_status=status, retry_after=reply.retry_after)


def rows(content: Any) -> list[Fields] | None:
    """Return the objects of an array, or one object as an array of it; None for anything else."""
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return None
    return [row for row in content if isinstance(row, dict)]


def text(fields: Fields, *names: str) -> str | None:
    """Return the first of these that is there and not empty, as a text that every database takes."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        known = str(value).replace("\x00", "")
        if known:
            # Half of an emoji, cut by an operator, is no Unicode.
            return known.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return None


def integer(fields: Fields, name: str) -> int | None:
    """Return a whole number that may be written as a text."""
    value = text(fields, name)
    return int(value) if value is not None and _INTEGER.fullmatch(value.strip()) else None


def amount(fields: Fields, name: str) -> str | None:
    """Return an amount of money, in the vendor's own digits."""
    value = (text(fields, name) or "").strip()
    return value.replace(",", ".") if _AMOUNT.fullmatch(value) else None


def digits(value: str | None) -> str:
    """Return the digits of a number that may be written with "+" and blanks; a name, as a sender's, stays as it is."""
    bare = (value or "").strip()
    only = "".join(character for character in bare if character in "0123456789")
    return only if only and not any(character.isalpha() for character in bare) else bare


def moment(fields: Fields, *, stamps: tuple[str, ...], written: tuple[str, ...]) -> int | None:
    """Return a moment in UTC milliseconds: of a time stamp in seconds, else as it is written, in Moscow's time."""
    for name in stamps:
        seconds = integer(fields, name)
        if seconds is not None and 0 < seconds < _LATEST_SECONDS:
            return seconds * 1_000
    for name in written:
        for form in _WRITTEN_MOMENTS:
            known = _written(text(fields, name) or "", form)
            if known is not None:
                return known
    return None


def _written(value: str, form: str) -> int | None:
    try:
        local = datetime.strptime(value.strip(), form).replace(tzinfo=MOSCOW)
        return int(local.astimezone(UTC).timestamp()) * 1_000
    except (ValueError, OverflowError):
        return None
