"""What Pipedrive's answers mean: what is left of the company's budget, and refusals as errors with words.

https://pipedrive.readme.io/docs/core-api-concepts-http-status-codes and …/core-api-concepts-rate-limiting
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from connectors.pipedrive.errors import Gone, InDoubt, NotAllowed, PipedriveError, RateLimited, Refused
from connectors.shared.message_central.exchange import read_retry_after

SENSELESS: Final = "Pipedrive's answer makes no sense at the moment. Try again in a minute."
LONGEST_WORDS: Final = 200
SHORTEST_PAUSE_SECONDS: Final = 0.1
DEFAULT_PAUSE_SECONDS: Final = 2.0
BLOCKED_PAUSE_SECONDS: Final = 5.0
"""For whoever goes on after a 429 a page of HTML comes, with 403. Whoever meets several rests ever longer."""
LONGEST_WINDOW_SECONDS: Final = 600.0
"""A pause beyond this is no window of calls: the day's share is used up."""
LONGEST_PAUSE_SECONDS: Final = 24 * 3_600.0
_MOST: Final = 1e9
_LIKE_A_NUMBER: Final = re.compile(r"\+?\d[\d\s().-]{5,}\d")


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the company's tokens of this day, where Pipedrive said so."""

    remaining: int
    limit: int | None


def json_of(octets: bytes) -> dict[str, Any] | None:
    """Return a body, None where it is no JSON object: gateways answer with pages."""
    try:
        body = orjson.loads(octets)
    except orjson.JSONDecodeError:
        body = _loosely(octets)
    return body if isinstance(body, dict) else None


def _loosely(octets: bytes) -> Any:
    """Read JSON with half of a character in it, as of a name that was cut in an emoji: one hides no others."""
    try:
        return orjson.loads(json.dumps(json.loads(octets), ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def budget_of(headers: Mapping[str, str]) -> Budget | None:
    """Return the budget of an answer; its headers come, though they are not documented, and sometimes do not."""
    remaining = _number(headers.get("x-daily-ratelimit-token-remaining"))
    limit = _number(headers.get("x-daily-ratelimit-token-limit"))
    return None if remaining is None else Budget(int(remaining), None if limit is None else int(limit))


def refusal_of(status: int, headers: Mapping[str, str], body: Mapping[str, Any] | None) -> PipedriveError:
    """Return the error that an answer other than 401 means."""
    if status == 429:
        return _rate_limited(_pause(headers))
    if status == 403 and body is None:
        return RateLimited("Pipedrive blocks our calls for a while.", max(_pause(headers), BLOCKED_PAUSE_SECONDS))
    if status >= 500 or status == 408 or (body is None and status < 400):
        return _doubt(status)
    return _no(status, _words(body))


def _rate_limited(seconds: float) -> RateLimited:
    if seconds > LONGEST_WINDOW_SECONDS:
        return RateLimited("Your company's calls of Pipedrive for today are used up: it takes more tomorrow.", seconds)
    return RateLimited("Pipedrive asks us to wait: too many calls came at once. Try again in a few seconds.", seconds)


def _no(status: int, words: str) -> PipedriveError:
    if status == 402:
        return NotAllowed(f"Pipedrive says that your company's account there is not open. {words}".strip())
    if status == 403:
        return NotAllowed(f"Pipedrive does not let you do this. {words}".strip())
    if status in (404, 410):
        return Gone(f"Pipedrive has no such thing, or you may not see it. {words}".strip())
    return Refused(f"Pipedrive does not accept this. {words}".strip())


def _doubt(status: int) -> InDoubt:
    if status in (502, 503, 504):
        return InDoubt("Pipedrive is not available at the moment. Try again in a minute.")
    return InDoubt(SENSELESS)


def _words(body: Mapping[str, Any] | None) -> str:
    """Return Pipedrive's own words without what could be somebody's number in them."""
    found = (body or {}).get("error")
    words = "".join(filter(str.isprintable, found)) if isinstance(found, str) else ""
    return _LIKE_A_NUMBER.sub("…", words)[:LONGEST_WORDS]


def _pause(headers: Mapping[str, str]) -> float:
    """Return the seconds that are left of the window: a duration, not a moment."""
    seconds = _number(headers.get("x-ratelimit-reset"))
    if seconds is None:
        seconds = read_retry_after(headers.get("Retry-After"))
    if seconds is None:
        return DEFAULT_PAUSE_SECONDS
    return min(max(seconds, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(number) else min(max(number, 0.0), _MOST)
