"""`POST /partners/central/api/saveSingleSms`: the endpoint that CleverTap calls, a drop-in for the vendor's own.

CleverTap asks once, waits 15 seconds and never asks again
(https://docs.clevertap.com/docs/sms-troubleshooting-and-faqs), so whatever can be kept is accepted, and sent later.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from marshmallow import ValidationError

from connectors.clevertap.bodies import read_body
from connectors.clevertap.envelopes import (
    BAD_REQUEST,
    INVALID_COUNTRY_CODE,
    INVALID_CUSTOMER_ID,
    MAXIMUM_LIMIT_REACHED,
    SERVER_ERROR,
    SUCCESS,
    Refusal,
    envelope,
)
from connectors.clevertap.schemas import SmsSchema
from connectors.service import Service
from connectors.shared.access import Access, access
from connectors.shared.accounts.door import TooManyGuesses, WrongPassword
from connectors.shared.accounts.senders import Sender
from connectors.shared.accounts.store import Login
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.accept import Accepted, NewMessage
from connectors.shared.phone_numbers import InvalidNumber, read_number
from connectors.shared.segments import count_segments

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SOURCE = "clevertap"
PATH = "/partners/central/api/saveSingleSms"
MOST_MESSAGES = 1_000
MOST_SEGMENTS = 10
LONGEST_CUSTOMER_ID = 128
LONGEST_PASSWORD = 1_000
LONGEST_EMAIL = 254
LONGEST_ACCOUNT = 128
LONGEST_ECHO = 1_000
RETRY_SECONDS = 5
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

# Not isprintable(), which refuses what people do type: the joiners of Hindi and of emoji.
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]").search

_schema = SmsSchema()


def register(app: Flask, service: Service) -> None:
    """Add the endpoint to the app."""
    endpoint = Endpoint(service)
    app.add_url_rule(PATH, "clevertap.send", endpoint.send, methods=METHODS, strict_slashes=False)
    app.add_url_rule("/partners/<path:rest>", "clevertap.nowhere", nowhere, methods=METHODS)


@access(Access.PUBLIC)
def nowhere(rest: str) -> Response:
    """Answer in the vendor's envelope where there is nothing."""
    return Refusal(404, BAD_REQUEST, f"There is nothing here. The endpoint is {PATH}.").response()


class Endpoint:
    """Takes one message, or up to 1,000 in a batch."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @access(Access.CUSTOMER_HEADERS)
    def send(self) -> Response:
        """Keep what is asked and answer 200, or say what is wrong."""
        try:
            return self._send()
        except Refusal as refusal:
            return refusal.response()
        except WrongPassword as error:
            return Refusal(401, INVALID_CUSTOMER_ID, str(error)).response()
        except TooManyGuesses as error:
            return Refusal(429, MAXIMUM_LIMIT_REACHED, str(error), retry_after=error.retry_after).response()
        except StoreUnavailable:
            words = "We cannot keep messages at the moment. Try again in a few seconds."
            return Refusal(503, SERVER_ERROR, words, retry_after=RETRY_SECONDS).response()

    def _send(self) -> Response:
        if request.method != "POST":
            raise Refusal(405, BAD_REQUEST, "Choose POST as the request type in CleverTap.", allow="POST")
        login = _login(request.environ)
        account = _header(request.environ, "account", LONGEST_ACCOUNT) or None
        body = read_body(request.environ)
        batch = body.get("messages")
        entries = [body] if "messages" not in body else _entries(body, batch)
        sender = self._service.door.enter(login)
        read = [_read(entry, sender, account) for entry in entries]
        accepted = self._accept([message for message in read if isinstance(message, NewMessage)])
        if "messages" not in body:
            return _single(entries[0], read[0], accepted)
        return _batch(entries, read, accepted)

    def _accept(self, messages: Sequence[NewMessage]) -> list[Accepted]:
        return self._service.acceptor.accept(messages) if messages else []


def _login(environ: "WSGIEnvironment") -> Login:
    customer_id = _header(environ, "customerId", LONGEST_CUSTOMER_ID)
    password = _header(environ, "password", LONGEST_PASSWORD)
    if not customer_id or not password:
        missing = "customerId" if not customer_id else "password"
        raise Refusal(
            400,
            BAD_REQUEST,
            f"The header {missing} is missing. Add it in CleverTap under Headers, Add Pairs.",
        )
    return Login(customer_id, password, _header(environ, "email", LONGEST_EMAIL) or None)


def _header(environ: "WSGIEnvironment", name: str, longest: int) -> str:
    """Return a header as UTF-8, which WSGI hands over as if it were Latin-1 (PEP 3333)."""
    value: str = environ.get(f"HTTP_{name.upper()}", "")
    if not value.isascii():
        with suppress(UnicodeError):  # then it was Latin-1 after all
            value = value.encode("latin-1").decode("utf-8")
    value = value.strip()
    if len(value) > longest or _CONTROL_CHARACTER(value):
        raise Refusal(400, BAD_REQUEST, f"The header {name} is too long or holds characters that nobody can type.")
    return value


def _entries(body: dict[str, Any], batch: Any) -> list[Any]:
    if not isinstance(batch, list) or not batch:
        raise Refusal(400, BAD_REQUEST, "messages must be a list with at least one message.")
    if len(batch) > MOST_MESSAGES:
        raise Refusal(
            413,
            BAD_REQUEST,
            f"A batch holds at most 1,000 messages; this one has {len(batch):,}. "
            "Set the batch size in CleverTap to 1,000.",
        )
    defaults = {key: value for key, value in body.items() if key != "messages"}
    return [defaults | _given(entry) if isinstance(entry, dict) else entry for entry in batch]


def _given(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value is not None}


def _read(entry: Any, sender: Sender, account: str | None) -> NewMessage | Refusal:
    """Turn one entry into a message, or into why not."""
    if not isinstance(entry, dict):
        return Refusal(400, BAD_REQUEST, "Each of messages must be a JSON object.")
    try:
        data = _schema.load(entry)
        return _message(data, sender, account)
    except ValidationError as error:
        return Refusal(400, BAD_REQUEST, _first_words(error.messages))
    except InvalidNumber as error:
        return Refusal(400, INVALID_COUNTRY_CODE, str(error))
    except Refusal as refusal:
        return refusal


def _message(data: dict[str, Any], sender: Sender, account: str | None) -> NewMessage:
    segments = count_segments(data["messageText"])
    if segments.count > MOST_SEGMENTS:
        raise Refusal(
            400,
            BAD_REQUEST,
            f"The text needs {segments.count} SMS ({segments.encoding}); at most {MOST_SEGMENTS} are possible. "
            "Shorten it.",
        )
    sender_id = data["senderId"] or sender.sender_id
    if not sender_id:
        raise Refusal(400, BAD_REQUEST, "senderId is missing. Add it to the parameters in CleverTap.")
    return NewMessage(
        account_id=sender.account_id,
        connection_id=sender.connection_id,
        recipient=read_number(data["mobileNumber"], sender.country_code),
        text=data["messageText"],
        segments=segments,
        sender_id=sender_id,
        source=SOURCE,
        channel=data["flowType"] or "SMS",
        message_type=data["messageType"] or sender.message_type,
        template_id=data["templateId"] or sender.template_id,
        entity_id=data["entityId"] or sender.entity_id,
        source_account=account,
        external_id=data["mid"],
        deduplicate=data["mid"] is not None,
    )


def _first_words(messages: Any) -> str:
    while isinstance(messages, dict | list) and messages:
        messages = next(iter(messages.values())) if isinstance(messages, dict) else messages[0]
    return str(messages)


def _single(entry: Any, read: NewMessage | Refusal, accepted: Sequence[Accepted]) -> Response:
    if isinstance(read, Refusal):
        return read.response()
    data = {
        "transactionId": accepted[0].id,
        "mobileNumber": entry.get("mobileNumber"),
        "mid": entry.get("mid"),
    }
    return envelope(200, SUCCESS, "SUCCESS", data)


def _batch(entries: Sequence[Any], read: Sequence[NewMessage | Refusal], accepted: Sequence[Accepted]) -> Response:
    ids = iter(accepted)
    results = [
        _result(entry, message, None if isinstance(message, Refusal) else next(ids).id)
        for entry, message in zip(entries, read, strict=True)
    ]
    data = {"accepted": len(accepted), "rejected": len(read) - len(accepted), "results": results}
    if not accepted:
        return envelope(400, BAD_REQUEST, "None of the messages could be accepted; results says why.", data)
    return envelope(200, SUCCESS, "SUCCESS", data)


def _result(entry: Any, read: NewMessage | Refusal, transaction_id: str | None) -> dict[str, Any]:
    given = entry if isinstance(entry, dict) else {}
    return {
        "mid": _echo(given.get("mid")),
        "mobileNumber": _echo(given.get("mobileNumber")),
        "responseCode": read.code if isinstance(read, Refusal) else SUCCESS,
        "message": read.message if isinstance(read, Refusal) else "SUCCESS",
        "transactionId": transaction_id,
    }


def _echo(value: Any) -> Any:
    """Return a value as it came, if it is one that a message may have."""
    return value if isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_ECHO) else None
