"""The body of a request, in the two forms that CleverTap's provider screen offers: JSON and key-value pairs."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from connectors.clevertap.envelopes import Refusal
from connectors.shared.phone_numbers import restore_plus

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LARGEST_BODY = 10 * 1024 * 1024
MOST_DRAINED = 8 * LARGEST_BODY
MOST_PAIRS = 200
INCOMPLETE = "The request ended before its body was complete."

_COMMENTS = ("//", "/*")
_CURLY_QUOTES = ("“", "”", "„")


def read_body(environ: "WSGIEnvironment") -> dict[str, Any]:
    """Return the request's object. Raises Refusal in words that say what to change."""
    raw = _bounded(environ).removeprefix(b"\xef\xbb\xbf")
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded" and not raw.lstrip().startswith((b"{", b"[")):
        return _key_value_pairs(raw)
    if media_type.startswith("multipart/"):
        raise Refusal(415, 400, "Send JSON or key-value pairs, not a multipart form.")
    return _json_object(raw)


def _bounded(environ: "WSGIEnvironment") -> bytes:
    """Read straight from the server: werkzeug's guards cost more than reading, and cut a chunked body in silence."""
    length = environ.get("CONTENT_LENGTH") or ""
    expected = int(length) if length.isdecimal() else None
    if expected is None and not environ.get("wsgi.input_terminated"):
        return b""
    raw = b""
    if expected is None or expected <= LARGEST_BODY:
        try:
            raw = environ["wsgi.input"].read(LARGEST_BODY + 1 if expected is None else expected)
        except (OSError, ValueError):  # the client is gone, or its chunks are none
            raise Refusal(400, 400, INCOMPLETE) from None
    if max(len(raw), expected or 0) > LARGEST_BODY:
        _drain(environ["wsgi.input"], expected or MOST_DRAINED)
        raise Refusal(413, 400, "The request is larger than 10 MB. Send at most 1,000 messages at once.")
    if expected is not None and len(raw) < expected:
        raise Refusal(400, 400, INCOMPLETE)
    return raw


def _drain(stream: Any, left: int) -> None:
    # A client that is still sending would not see our answer, but a broken connection.
    left = min(left, MOST_DRAINED)
    with suppress(OSError, ValueError):
        while left > 0 and (chunk := stream.read(min(left, 1 << 16))):
            left -= len(chunk)


def _json_object(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        raise Refusal(400, 400, "The request has no body. In CleverTap choose the type JSON and paste the sample.")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, 400, _why_unreadable(error)) from None
    if not isinstance(body, dict):
        raise Refusal(400, 400, 'The body must be a JSON object: {"mobileNumber": "$$To", …}.')
    return body


def _why_unreadable(error: orjson.JSONDecodeError) -> str:
    if error.doc.startswith(_COMMENTS, error.pos):
        # The vendor's own sample for CleverTap has one behind its sender id.
        return (
            f"JSON has no comments: remove the one in line {error.lineno}, "
            "from // to the end of its line, and save the provider again."
        )
    where = f"line {error.lineno}, column {error.colno}"
    if error.doc.startswith(_CURLY_QUOTES, error.pos):
        return f'The body is not valid JSON, at {where}: it needs straight quotes, ", not curly ones.'
    return f"The body is not valid JSON, at {where}: {error.msg}."


def _key_value_pairs(raw: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_PAIRS, errors="strict")
    except UnicodeDecodeError:
        raise Refusal(400, 400, "The key-value pairs are not UTF-8.") from None
    except ValueError:
        raise Refusal(400, 400, f"At most {MOST_PAIRS} key-value pairs are possible.") from None
    body: dict[str, Any] = dict(pairs)
    if isinstance(body.get("mobileNumber"), str):
        # A + that was not percent-encoded means a space here.
        body["mobileNumber"] = restore_plus(body["mobileNumber"])
    return body
