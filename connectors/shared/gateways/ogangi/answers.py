"""Ogangi's answers: XML with or without a root element, read into what its calls tell.

https://messangi.com/documentation/doku.php?id=restapi:appx_resp_xml has the part that all of them share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final
from xml.etree.ElementTree import Element

from connectors.shared.gateways.ogangi.xml_reading import UnreadableXml, read_xml
from connectors.shared.message_central.exchange import NoReply, Reply
from connectors.shared.message_central.outcomes import Outcome
from connectors.shared.message_central.wording import spoken

LONGEST_WORD: Final = 32
LONGEST_PIN: Final = 64

_ENVELOPE_DEPTH: Final = 4
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Meaning(Enum):
    """How one exchange ended."""

    OK = "ok"
    CREDENTIALS = "credentials"
    """The signature, or whoever signed, is refused."""
    REFUSED = "refused"
    """HTTP says that the call is not as it should be: 404 is told for invalid parameters."""
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    ERROR = "error"
    """An error of the vendor's own, told in its own words."""
    NOT_CONNECTED = "not_connected"
    """The call is known not to have gone out."""
    NO_ANSWER = "no_answer"
    """It may have gone out, and no whole answer came in time."""
    UNREADABLE = "unreadable"
    """An answer came that makes no sense: what became of the call is unknown."""


_OF_NO_REPLY = {Outcome.NOT_CONNECTED: Meaning.NOT_CONNECTED, Outcome.NO_ANSWER: Meaning.NO_ANSWER}
_TELLING_HTTP_STATUSES = {
    401: Meaning.CREDENTIALS,
    403: Meaning.CREDENTIALS,
    # A gateway in between, or a server that waited for the rest of the request: neither tells whether it was taken.
    408: Meaning.UNREADABLE,
    429: Meaning.THROTTLED,
    502: Meaning.UNREADABLE,
    503: Meaning.UNAVAILABLE,
    504: Meaning.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What `sendSMS` says of the message. The id is a text: it is signed and has 64 bits."""

    id: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Received:
    """A message from a phone; `sent_at` is UTC milliseconds, None where it is not said in a way that can be read."""

    sender: str = field(repr=False)
    recipient: str
    text: str = field(repr=False)
    encoding: str | None = None
    keyword: str | None = None
    carrier: str | None = None
    sent_at: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one call. What its result does not have is None, or empty."""

    meaning: Meaning
    http_status: int | None = None
    status: str | None = None
    """The vendor's word: OK, BAD_SIGNATURE, ERROR."""
    description: str = ""
    """The vendor's words, without secrets and numbers."""
    retry_after: float | None = None
    message: SentMessage | None = None
    pin: str | None = field(default=None, repr=False)
    received: tuple[Received, ...] = field(default=(), repr=False)
    records: int | None = None
    """How many messages from phones there are on all pages."""

    @property
    def is_about_the_page(self) -> bool:
        """Whether this may be what is said of a page that does not exist."""
        return self.meaning in (Meaning.REFUSED, Meaning.ERROR) or (
            self.meaning is Meaning.UNREADABLE and self.http_status is not None
        )


def read_answer(reply: Reply | NoReply, secrets: Sequence[str] = ()) -> Answer:
    """Say what came back; `secrets` are not repeated in the vendor's words."""
    if isinstance(reply, NoReply):
        return Answer(_OF_NO_REPLY.get(reply.outcome, Meaning.UNREADABLE), reply.http_status)
    try:
        envelope = _envelope(read_xml(reply.body))
    except UnreadableXml:
        envelope = None
    if envelope is None:
        return Answer(_meaning(reply.http_status, None), reply.http_status, retry_after=reply.retry_after)
    return _read(reply, envelope, secrets)


def read_date(given: str | None) -> int | None:
    """Return UTC milliseconds of a date as it is documented (`2013-09-17T10:13:59.176-04:30`) or as it is shown.

    The samples of getMOMessages have no zone (`2014-10-13 10:30:51.922`): that is taken for UTC.
    """
    try:
        moment = datetime.fromisoformat((given or "").strip())
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MILLISECOND


def _read(reply: Reply, envelope: Element, secrets: Sequence[str]) -> Answer:
    status = _word(envelope, "status")
    pin = _word(envelope, "result/PinSMSConfirmation/pin")
    return Answer(
        meaning=_meaning(reply.http_status, status),
        http_status=reply.http_status,
        status=status and status[:LONGEST_WORD].upper(),
        description=spoken(_word(envelope, "description") or "", (*secrets, pin or "")),
        retry_after=reply.retry_after,
        message=_message(envelope.find("result/messages/message")),
        pin=pin if pin is not None and len(pin) <= LONGEST_PIN else None,
        received=tuple(_received(entry) for entry in envelope.findall("result//MOMessage")),
        records=_number(_word(envelope, "result/MOMessageList/records")),
    )


def _meaning(http_status: int, status: str | None) -> Meaning:
    """The body decides, unless HTTP tells the reason, or says the contrary of an OK."""
    word = (status or "").upper()
    if word == "OK":
        return Meaning.OK if 200 <= http_status < 300 else Meaning.UNREADABLE
    if word == "BAD_SIGNATURE":
        return Meaning.CREDENTIALS
    if http_status in _TELLING_HTTP_STATUSES:
        return _TELLING_HTTP_STATUSES[http_status]
    if 400 <= http_status < 500:
        return Meaning.REFUSED
    return Meaning.ERROR if word == "ERROR" else Meaning.UNREADABLE


def _envelope(root: Element) -> Element | None:
    """Return the element that has the status: the one around it all, where the vendor sends no root, or one within."""
    for _ in range(_ENVELOPE_DEPTH):
        if root.find("status") is not None:
            return root
        if len(root) != 1:
            return None
        root = root[0]
    return None


def _message(entry: Element | None) -> SentMessage | None:
    return None if entry is None else SentMessage(_word(entry, "id"), _word(entry, "status"))


def _received(entry: Element) -> Received:
    # Their table has the two the other way round; in its sample the subscriber is in `from`, as courier has it too.
    return Received(
        sender=_word(entry, "from") or "",
        recipient=_word(entry, "to") or "",
        text=entry.findtext("text") or "",
        encoding=_word(entry, "encoding"),
        keyword=_word(entry, "keyword"),
        carrier=_word(entry, "carrier"),
        sent_at=read_date(entry.findtext("sendDate")),
    )


def _word(entry: Element, path: str) -> str | None:
    return (entry.findtext(path) or "").strip() or None


def _number(word: str | None) -> int | None:
    return int(word) if word is not None and word.isascii() and word.isdecimal() and len(word) < 10 else None
