"""Message Central's status callbacks: `POST /message-central/callbacks/<token>`.

The vendor signs nothing, so the URL carries a token: the operator's, or one derived for an account, which can touch
that account alone. The payload is that of its documents, "SMS Callback Integration with Message Central".
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from flask import Flask, Response, request

from connectors.shared.access import Access, access
from connectors.shared.clock import now_ms
from connectors.shared.gateways.callback_tokens import NO_CALLBACK, CallbackTokens
from connectors.shared.gateways.message_central.gateway import NAME
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.shared_commits import SharedCommits
from connectors.shared.messages.states import Status
from connectors.shared.problems import problem

PATH = "/message-central/callbacks"
LARGEST_BODY = 10 * 1024 * 1024
MOST_RECEIPTS = 10_000
RECEIPTS_AT_ONCE = 500
LONGEST_RAW = 4_000

# "Standard Status" of the documents, and the spelled-out forms. UNKNOWN decides nothing: some networks say it of a
# message that they still hold.
_OUTCOMES: dict[str, tuple[Status | None, str]] = {
    "DELIVRD": (Status.DELIVERED, ""),
    "DELIVERED": (Status.DELIVERED, ""),
    "UNDELIV": (Status.UNDELIVERED, "The phone network could not deliver it."),
    "UNDELIVERED": (Status.UNDELIVERED, "The phone network could not deliver it."),
    "EXPIRED": (Status.EXPIRED, "The phone could not be reached for as long as the network tried."),
    "REJECTD": (Status.REJECTED, "The phone network rejected it."),
    "REJECTED": (Status.REJECTED, "The phone network rejected it."),
    "UNKNOWN": (None, ""),
}


def register(app: Flask, tokens: CallbackTokens, receipts: SharedCommits[Receipt, bool]) -> None:
    """Add the callback route to the app."""

    @access(Access.CALLBACK_TOKEN)
    def receive(token: str) -> Response:
        right, account_id = tokens.read(token)
        if not right:
            return problem(404, NO_CALLBACK)
        request.max_content_length = LARGEST_BODY
        try:
            payload = orjson.loads(request.get_data(cache=False))
        except orjson.JSONDecodeError:
            return problem(400, "The body is not valid JSON.")
        entries = payload if isinstance(payload, list) else [payload]
        if len(entries) > MOST_RECEIPTS:
            return problem(413, f"At most {MOST_RECEIPTS:,} receipts are taken at once.")
        read = [receipt for entry in entries if (receipt := read_receipt(entry, account_id)) is not None]
        if not read:
            return problem(422, "No receipt was found: it needs a status, and a messageId or a mobile.")
        matched = sum(sum(receipts.run(part)) for part in _parts(read))
        return _answer(len(read), matched, len(entries) - len(read))

    app.add_url_rule(f"{PATH}/<token>", "message_central.callbacks", receive, methods=["POST"])


def read_receipt(entry: Any, account_id: int | None) -> Receipt | None:
    """Return a receipt, or None for what is none."""
    if not isinstance(entry, dict):
        return None
    vendor_status = _word(entry.get("status"), 32)
    vendor_id = _word(entry.get("messageId"), 64)
    recipient = _recipient(entry)
    if vendor_status is None or (vendor_id is None and recipient is None):
        return None
    outcome, explanation = _OUTCOMES.get(vendor_status.upper(), (None, ""))
    code = _word(entry.get("errorCode"), 32)
    return Receipt(
        gateway=NAME,
        account_id=account_id,
        vendor_id=vendor_id,
        recipient=recipient,
        vendor_status=vendor_status,
        outcome=outcome,
        error_code=code if code not in (None, "0") else vendor_status,
        explanation=explanation or None,
        raw=_raw(entry),
        received_at=now_ms(),
    )


def _parts(read: Sequence[Receipt]) -> Iterator[Sequence[Receipt]]:
    # A list of thousands in one transaction would keep everybody else from writing for seconds.
    for start in range(0, len(read), RECEIPTS_AT_ONCE):
        yield read[start : start + RECEIPTS_AT_ONCE]


def _raw(entry: dict[str, Any]) -> str:
    try:
        return orjson.dumps(entry).decode()[:LONGEST_RAW]
    except TypeError:  # nested more deeply than is written, which is less deeply than is read
        flat = {key: value for key, value in entry.items() if not isinstance(value, dict | list)}
        return orjson.dumps(flat).decode()[:LONGEST_RAW]


def _word(value: Any, longest: int) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    word = str(value).strip()
    return word if word and len(word) <= longest and word.isprintable() else None


def _recipient(entry: dict[str, Any]) -> str | None:
    """Return the digits of E.164: the documents show country code and number together, without a plus."""
    mobile = _digits(entry.get("mobile"))
    country_code = _digits(entry.get("countryCode"))
    if mobile and country_code and not mobile.startswith(country_code):
        mobile = country_code + mobile
    return mobile if mobile and len(mobile) <= 15 else None


def _digits(value: Any) -> str | None:
    word = _word(value, 40)
    if word is None:
        return None
    return "".join(character for character in word if character in "0123456789").removeprefix("00") or None


def _answer(received: int, matched: int, ignored: int) -> Response:
    body = orjson.dumps({"received": received, "matched": matched, "ignored": ignored})
    return Response(body, mimetype="application/json")
