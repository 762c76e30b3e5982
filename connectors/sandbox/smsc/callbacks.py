"""What SMSC posts to the client's handler, in the form that the handler's address asks for.

See https://smscentre.com/api/http/miscellaneous/callback/.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape

from connectors.sandbox.magic_numbers import ReceiptStatus
from connectors.sandbox.posting import Posting
from connectors.sandbox.receipts import STATES
from connectors.sandbox.smsc.book import ERRORS, STATUSES, Incoming, Sent
from connectors.sandbox.smsc.wording import DEFAULT_CHARSET, codec, dated, now

HASHES: dict[str, Callable[[bytes], str]] = {
    "md5": lambda text: hashlib.md5(text, usedforsecurity=False).hexdigest(),
    "sha1": lambda text: hashlib.sha1(text, usedforsecurity=False).hexdigest(),
    "crc32": lambda text: str(zlib.crc32(text)),
}

CALL_TEXT = "[waitcall] "
"""The text of the incoming message that a confirming call is kept as."""


@dataclass(frozen=True, slots=True)
class Handler:
    """An address as it is entered in the cabinet: what follows "?" is posted, what follows "!" goes by GET."""

    url: str = field(repr=False)
    echoed: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, address: str) -> "Handler":
        """Take an address apart: `https://host/!get&get?post&post`."""
        base, _, posted = address.partition("?")
        base, _, by_get = base.partition("!")
        return cls(f"{base}?{by_get}" if by_get else base, dict(parse_qsl(posted, keep_blank_values=True)))

    @property
    def fmt(self) -> str:
        return self.echoed.get("fmt", "")

    @property
    def charset(self) -> str:
        """The charset of what is posted; KOI8-R is not used with XML and JSON."""
        named = self.echoed.get("charset", DEFAULT_CHARSET).lower()
        return DEFAULT_CHARSET if named == "koi8-r" and self.fmt in ("2", "3") else named


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `signed` are the values that the control hash is counted over, the secret aside."""

    fields: Mapping[str, str] = field(repr=False)
    signed: tuple[str, ...] = field(repr=False)


def status_postings(addresses: Iterable[str], sent: Sent, status: ReceiptStatus) -> list[Posting]:
    """Return what tells each handler of a message's status."""
    event = _status_event(sent, STATUSES[STATES[status]], ERRORS.get(STATES[status], 0))
    return [posting(address, event) for address in addresses]


def _status_event(sent: Sent, status: int, error: int) -> Event:
    moment = now()
    fields = {
        "id": sent.message_id,
        "phone": sent.phone,
        "status": str(status),
        "time": dated(moment),
        "ts": str(int(moment.timestamp())),
        "err": str(error),
        "cnt": str(sent.parts),
        "type": "0",
        "flag": "0",
        "cost": str(sent.cost),
    }
    return Event(fields, (sent.message_id, sent.phone, str(status)))


def incoming_event(incoming: Incoming, answered: Sent | None) -> Event:
    """Return the event of an incoming message; `sms_id` names the message that it answers.

    The document has lost the recipe of its hash; this one is what old copies of it say.
    """
    fields = {
        "id": str(incoming.number),
        "sms_id": answered.message_id if answered else "0",
        "phone": incoming.phone,
        "mes": incoming.text,
        "to": incoming.to,
        "time": dated(incoming.at),
        "ts": str(int(incoming.at.timestamp())),
    }
    return Event(fields, (incoming.phone, incoming.text, incoming.to))


def call_event(incoming: Incoming) -> Event:
    """Return the event of a confirming call: `phone` called the number in `waitcall`."""
    fields = {
        "id": str(incoming.number),
        "phone": incoming.phone,
        "waitcall": incoming.to,
        "time": dated(incoming.at),
        "ts": str(int(incoming.at.timestamp())),
    }
    return Event(fields, (incoming.phone, incoming.to))


def posting(address: str, event: Event) -> Posting:
    """Return what is posted to a handler: its own parameters are sent along, a secret replaced by the hash."""
    handler = Handler.of(address)
    fields = {**event.fields, **{name: _echoed(name, value, event) for name, value in handler.echoed.items()}}
    charset = codec(handler.charset)
    if handler.fmt == "2":
        return Posting(handler.url, _xml(fields, handler.charset), f"text/xml; charset={handler.charset}")
    if handler.fmt == "3":
        return Posting(handler.url, _json(fields, charset), f"application/json; charset={handler.charset}")
    body = urlencode(fields, encoding=charset, errors="replace").encode()
    return Posting(handler.url, body, "application/x-www-form-urlencoded")


def _echoed(name: str, value: str, event: Event) -> str:
    if name not in HASHES:
        return value
    return HASHES[name](":".join((*event.signed, value)).encode())


def _xml(fields: Mapping[str, str], charset: str) -> bytes:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    text = f'<?xml version="1.0" encoding="{charset}"?>\n<result>{inner}</result>'
    return text.encode(codec(charset), "xmlcharrefreplace")


def _json(fields: Mapping[str, str], charset: str) -> bytes:
    """Escape only where the charset has no such character, such as an emoji in windows-1251."""
    try:
        return json.dumps(fields, ensure_ascii=False).encode(charset)
    except UnicodeEncodeError:
        return json.dumps(fields).encode()
