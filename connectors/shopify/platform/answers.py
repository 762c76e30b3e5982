"""What the Admin API's answers mean: data, or an error with words.

https://shopify.dev/docs/api/admin-graphql (status and error codes) and …/docs/api/usage/limits
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from connectors.shared.message_central.exchange import read_retry_after
from connectors.shopify.errors import NotAllowed, RateLimited, Refused, ShopifyError, Unreachable

SENSELESS: Final = "Shopify's answer makes no sense at the moment. Try again in a minute."
LONGEST_WORDS: Final = 300
DEFAULT_PAUSE_SECONDS: Final = 2.0
SHORTEST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 3_600.0
_THROTTLING: Final = frozenset({429, 430})  # 430: "Shopify Security Rejection", for whoever seems to be a robot
_WAIT: Final = "Shopify asks us to wait: too many calls came at once."
# What could be somebody's number, mail address or a link with a key in it.
_PRIVATE: Final = re.compile(r"\+?\d[\d\s().-]{5,}\d|\S+@\S+|https?://\S+")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of GraphQL; `refusal` is what its errors mean, None without any."""

    data: Mapping[str, Any] = field(repr=False)
    refusal: ShopifyError | None


def read(status: int, headers: Mapping[str, str], octets: bytes) -> Answer:
    """Return the answer to a query. Raises ShopifyError where there is none; 401 is the caller's."""
    body = _json(octets)
    if status in _THROTTLING:
        raise RateLimited(_WAIT, _bounded(_retry_after(headers.get("Retry-After"))))
    if not 200 <= status < 300:
        raise _of_status(status, body)
    if body is None:
        raise Unreachable(SENSELESS)
    data = body.get("data")
    errors = _errors(body)
    if not errors and not isinstance(data, Mapping):
        raise Unreachable(SENSELESS)
    return Answer(data if isinstance(data, Mapping) else {}, _of_errors(errors, body) if errors else None)


def clean(words: Any) -> str:
    """Return Shopify's own words without what could be somebody's."""
    text = "".join(filter(str.isprintable, words)) if isinstance(words, str) else ""
    return _PRIVATE.sub("…", text)[:LONGEST_WORDS].strip()


def user_errors(payload: Any) -> str | None:
    """Return what a mutation's `userErrors` say, None where there are none."""
    found = payload.get("userErrors") if isinstance(payload, Mapping) else None
    messages = [clean(each.get("message")) for each in found or () if isinstance(each, Mapping)]
    return " ".join(message or "It did not say why." for message in messages) or None


def _json(octets: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(octets)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _of_status(status: int, body: Mapping[str, Any] | None) -> ShopifyError:
    errors = (body or {}).get("errors")
    words = clean(errors)
    if status in (402, 403, 423):  # unpaid, forbidden, locked
        return NotAllowed(f"Shopify does not let the app into this shop. {words}".strip())
    if status == 404:
        return NotAllowed("Shopify knows no such shop, or not this version of its Admin API.")
    if status >= 500 or status == 408 or status < 400:
        return Unreachable("Shopify is not available at the moment. Try again in a minute.")
    return Refused(f"Shopify does not accept this. {words}".strip())


def _errors(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = body.get("errors")
    if isinstance(found, str):
        return [{"message": found}]
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _of_errors(errors: Sequence[Mapping[str, Any]], body: Mapping[str, Any]) -> ShopifyError:
    codes = {_code(error) for error in errors}
    words = clean(errors[0].get("message"))
    if "THROTTLED" in codes:
        return RateLimited(_WAIT, _bounded(_seconds_until_affordable(body)))
    if codes & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
        return Unreachable("Shopify had an error of its own. Try again in a minute.")
    if codes <= {"ACCESS_DENIED", "SHOP_INACTIVE"}:
        return NotAllowed(f"Shopify does not let the app do this. {words}".strip())
    return Refused(f"Shopify does not accept this. {words}".strip())


def _code(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    if isinstance(code, str):
        return code
    return "THROTTLED" if error.get("message") == "Throttled" else ""


def _seconds_until_affordable(body: Mapping[str, Any]) -> float | None:
    """Return how long the bucket takes to hold what the query costs, where the answer tells."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return missing / float(status["restoreRate"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _retry_after(value: str | None) -> float | None:
    try:
        return float(value or "")  # as Shopify writes it: 2.0
    except ValueError:
        return read_retry_after(value)


def _bounded(seconds: float | None) -> float:
    if seconds is None or math.isnan(seconds):
        return DEFAULT_PAUSE_SECONDS
    return min(max(seconds, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
