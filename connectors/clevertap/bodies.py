"""The body of a request, in the two forms that CleverTap's provider screen offers: JSON and key-value pairs."""

from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import orjson
from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from connectors.clevertap.envelopes import Refusal
from connectors.shared.phone_numbers import restore_plus

LARGEST_BODY = 10 * 1024 * 1024
MOST_DRAINED = 8 * LARGEST_BODY
MOST_PAIRS = 200
INCOMPLETE = "The request ended before its body was complete."

_COMMENTS = ("//", "/*")
_CURLY_QUOTES = ("“", "”", "„")


def read_body(request: Request) -> dict[str, Any]:
    """Return the request's object. Raises Refusal in words that say what to change."""
    raw = _bounded(request).removeprefix(b"\xef\xbb\xbf")
    media_type = request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded" and not raw.lstrip().startswith((b"{", b"[")):
        return _key_value_pairs(raw)
    if media_type.startswith("multipart/"):
        raise Refusal(415, 400, "Send JSON or key-value pairs, not a multipart form.")
    return _json_object(raw)


def _bounded(request: Request) -> bytes:
    length = request.environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) <= LARGEST_BODY:
        # Straight from the server, which ends the stream here: werkzeug's guards cost more than the reading.
        raw = b""
        with suppress(OSError):  # the client is gone
            raw = request.environ["wsgi.input"].read(int(length))
        if len(raw) < int(length):
            raise Refusal(400, 400, INCOMPLETE)
        return raw
    request.max_content_length = LARGEST_BODY
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        _drain(request)
        raise Refusal(413, 400, "The request is larger than 10 MB. Send at most 1,000 messages at once.") from None
    except ClientDisconnected:
        raise Refusal(400, 400, INCOMPLETE) from None


def _drain(request: Request) -> None:
    # A client that is still sending would not see our answer, but a broken connection.
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or MOST_DRAINED, MOST_DRAINED)
    while left > 0:
        chunk = stream.read(min(left, 1 << 16))
        if not chunk:
            return
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
