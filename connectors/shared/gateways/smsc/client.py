"""The calls of SMSC's HTTP API, each one exchange with a typed answer: https://smscentre.com/api/http.

Each is a POST of a form, so that no URL holds a secret, a text or a number, with `fmt=3&charset=utf-8`: the vendor's
own default is windows-1251. Nothing is ever repeated, and nothing raised for what a vendor or a network can do. Knows
no database and no Flask. The per-minute limits of the vendor are kept by `bounded.py`, not here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from connectors.shared.gateways.slots import CallSlots
from connectors.shared.gateways.smsc import interpreting
from connectors.shared.gateways.smsc.answers import (
    Answered,
    Balance,
    Cost,
    DedicatedNumber,
    Done,
    MessageStatus,
    Outcome,
    Refusal,
    Rented,
    Sent,
    Task,
    WaitedCall,
)
from connectors.shared.gateways.smsc.reading import parse, read, refusal_in, unread, without_reply
from connectors.shared.message_central.exchange import Call, NoReply, Reply
from connectors.shared.message_central.transport import Transport
from connectors.shared.message_central.wording import SaidText

BASE_URL: Final = "https://smscentre.com"
LONGEST_TEXT: Final = 1_000
MOST_IN_HISTORY: Final = 1_000
MOST_ANSWERS: Final = 10_000
MOST_HOURS: Final = 168
LARGEST_DOWNLOAD: Final = 256_000_000
DOWNLOAD_SECONDS: Final = 120.0
PATIENCE_SECONDS: Final = 5.0
"""How long a call waits for others under the same login to end."""
NOTHING_FOUND: Final = 3

_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_DAY = "%d.%m.%Y"
_AT_ONCE: Final = Refusal(
    Outcome.BOUNDED,
    words="SMSC takes no more calls at once under one login. Try again in a second.",
    retry_after=1.0,
)
Params = list[tuple[str, str | None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login with its password, or an API key, with or without the login. Raises ValueError for neither."""

    login: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.api_key and not (self.login and self.password):
            raise ValueError("SMSC takes a login with its password, or an API key")


@dataclass(frozen=True, slots=True)
class Sms:
    """What one send says: one text for all of `phones` (digits of E.164), or in `differing` a text for each of them.

    `id` is ours, 1 to 40 characters of `A-Za-z0-9._-`; the vendor answers with it, and so do its receipts. `captcha` is
    what a person read from the vendor's picture, and that person's address. `details`: the answer tells of each number.
    """

    phones: tuple[str, ...] = field(repr=False)
    text: str = field(default="", repr=False)
    differing: tuple[str, ...] = field(default=(), repr=False)
    sender: str = ""
    id: str | None = None
    captcha: tuple[str, str] | None = field(default=None, repr=False)
    details: bool = False

    def __post_init__(self) -> None:
        if self.differing and len(self.differing) != len(self.phones):
            raise ValueError("each number needs its own text")
        if any("\n" in text or "\r" in text for text in self.differing):
            raise ValueError("a text of a list has one line")


class Smsc:
    """The client: thread-safe, one kept-alive connection a thread.

    `timeout` is for a whole answer once the request is written, `connect_timeout` for the connection, both in seconds;
    a connection idle for longer than `idle_seconds` is made anew. Raises ValueError for a base URL that is none.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        timeout: float = 10.0,
        connect_timeout: float = 3.05,
        idle_seconds: float = 4.0,
        slots: CallSlots | None = None,
    ) -> None:
        """`slots` bounds the calls under way at once under one login, with those of other processes."""
        self._slots = slots
        self._transport = Transport(
            base_url, timeout=timeout, connect_timeout=connect_timeout, idle_seconds=idle_seconds
        )
        # A deferred task is for what is too large to be answered at once.
        self._downloads = Transport(
            base_url,
            timeout=max(timeout, DOWNLOAD_SECONDS),
            connect_timeout=connect_timeout,
            idle_seconds=idle_seconds,
            most_bytes=LARGEST_DOWNLOAD,
        )

    def send(self, who: Credentials, sms: Sms, *, told: int = 0) -> Sent | Refusal:
        """Send to one or many. The answer tells with `told` 2 also the cost, with 3 also the balance."""
        if told not in (0, 2, 3):
            raise ValueError("cost=1 sends nothing: ask by cost()")
        params = [*_message(sms), ("cost", str(told) if told else None)]
        return self._ask("send", who, params, interpreting.sent, unsaid=_texts(sms))

    def cost(self, who: Credentials, sms: Sms) -> Cost | Refusal:
        """Ask what it would cost; nothing is sent."""
        params = [*_message(sms), ("cost", "1")]
        return self._ask("send", who, params, interpreting.cost, unsaid=_texts(sms))

    def status(
        self, who: Credentials, messages: Sequence[tuple[str, str]], *, full: int = 0
    ) -> list[MessageStatus] | Refusal:
        """Ask what became of messages, each a number (digits) and the id it was sent with.

        `full` 1 brings all that is known of each, 2 also country, operator and region.
        """
        params: Params = [
            ("phone", ",".join(phone for phone, _ in messages)),
            ("id", ",".join(message_id for _, message_id in messages)),
            ("all", str(full) if full else None),
        ]
        return self._ask("status", who, params, interpreting.statuses)

    def balance(self, who: Credentials, *, timeout: float | None = None) -> Balance | Refusal:
        """Ask how much money is left, and in which currency. `timeout` is for connecting and answering together."""
        return self._ask("balance", who, [("cur", "1")], interpreting.balance, timeout=timeout)

    def history(
        self,
        who: Credentials,
        *,
        start: date | None = None,
        end: date | None = None,
        phones: Sequence[str] = (),
        count: int | None = None,
        before: str | None = None,
    ) -> list[MessageStatus] | Refusal:
        """Ask what was sent (`get_messages`), newest first: from `start` to `end`, half a year at most.

        `before` is the `int_id` in the `details` of the last one known, to read on; `count` 1,000 at most.
        """
        params: Params = [
            ("get_messages", "1"),
            ("start", None if start is None else start.strftime(_DAY)),
            ("end", None if end is None else end.strftime(_DAY)),
            ("phone", ",".join(phones) or None),
            ("cnt", None if count is None else str(min(count, MOST_IN_HISTORY))),
            ("prev_id", before),
        ]
        return _or_none(self._ask("get", who, params, interpreting.statuses))

    def answers(
        self,
        who: Credentials,
        *,
        after: str | None = None,
        hours: int | None = None,
        count: int | None = None,
        to_phone: str | None = None,
    ) -> list[Answered] | Refusal:
        """Ask for messages from phones (`get_answers`): those after an id, or of the last hours (168 at most)."""
        params: Params = [
            ("get_answers", "1"),
            ("after_id", after),
            ("hour", None if hours is None else str(min(hours, MOST_HOURS))),
            ("cnt", None if count is None else str(min(count, MOST_ANSWERS))),
            ("to_phone", to_phone),
        ]
        return _or_none(self._ask("get", who, params, interpreting.answers))

    def numbers(self, who: Credentials) -> list[DedicatedNumber] | Refusal:
        """Ask which dedicated numbers can be rented."""
        return self._ask("receive_phones", who, [("get", "1")], interpreting.numbers)

    def rent(self, who: Credentials, phone: str, *, renewed: bool = True) -> Rented | Refusal:
        """Rent a number, which costs money; `renewed`: each month again, until that is changed."""
        params: Params = [("buy", "1"), ("phone", phone), ("noprolong", "0" if renewed else "1")]
        return self._ask("receive_phones", who, params, interpreting.rented)

    def change_renewal(self, who: Credentials, phone: str, *, renewed: bool) -> Done | Refusal:
        """Say whether a rented number is to be renewed at the end of the month."""
        params: Params = [("chg", "1"), ("phone", phone), ("noprolong", "0" if renewed else "1")]
        return self._ask("receive_phones", who, params, interpreting.done)

    def wait_call(self, who: Credentials, phone: str) -> WaitedCall | Refusal:
        """Ask which number the person with this one (digits) has to call within 15 minutes."""
        return self._ask("wait_call", who, [("phone", phone)], interpreting.waited_call)

    def tasks(self, who: Credentials, *, count: int | None = None, after: str | None = None) -> list[Task] | Refusal:
        """List the deferred tasks, those after an id if one is given."""
        params: Params = [
            ("get_list", "1"),
            ("cnt", None if count is None else str(count)),
            ("after_id", after),
        ]
        return self._ask("downloads", who, params, interpreting.tasks)

    def download(self, who: Credentials, *, task_id: str | None = None, name: str | None = None) -> bytes | Refusal:
        """Return the CSV of a task that is done, by the task's id or the file's name, in the octets it came in."""
        params: Params = [("get_file", "1"), ("id", task_id), ("name", name)]
        reply = self._exchange(self._downloads, who, _request("downloads", who, params))
        if isinstance(reply, Refusal):
            return reply
        if isinstance(reply, NoReply):
            return without_reply(reply)
        refusal = refusal_in(parse(reply.body), reply, _secrets(who))
        if refusal is not None:
            return refusal
        return reply.body if reply.http_status == 200 else unread(reply)

    def close(self) -> None:
        """Close the calling thread's connections; those of other threads close as these end."""
        self._transport.close()
        self._downloads.close()

    def _ask(
        self,
        script: str,
        who: Credentials,
        params: Params,
        interpret: Callable[[Any], T | None],
        *,
        timeout: float | None = None,
        unsaid: tuple[str, ...] = (),
    ) -> T | Refusal:
        reply = self._exchange(self._transport, who, _request(script, who, params), timeout)
        return reply if isinstance(reply, Refusal) else read(reply, (*_secrets(who), *unsaid), interpret)

    def _exchange(
        self, transport: Transport, who: Credentials, call: Call, timeout: float | None = None
    ) -> Reply | NoReply | Refusal:
        if self._slots is None:
            return transport.call(call, timeout=timeout)
        with self._slots.taken(_key(who), PATIENCE_SECONDS) as has_slot:
            return transport.call(call, timeout=timeout) if has_slot else _AT_ONCE


def _key(who: Credentials) -> str:
    return blake2b((who.login or who.api_key).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _request(script: str, who: Credentials, params: Params) -> Call:
    body = _form([*_identity(who), *params, ("fmt", "3"), ("charset", "utf-8")])
    return Call("POST", f"/sys/{script}.php", body=body, content_type=_FORM)


def _or_none(found: list[T] | Refusal) -> list[T] | Refusal:
    # Of get.php the error 3 is "no messages": https://smscentre.com/api/http/get_data
    nothing = isinstance(found, Refusal) and found.outcome is Outcome.REFUSED and found.code == NOTHING_FOUND
    return [] if nothing else found


def _message(sms: Sms) -> Params:
    # With "+" the vendor takes a number as it is; without, it "corrects" what looks wrong to it.
    phones = [f"+{phone}" for phone in sms.phones]
    if sms.differing:
        lines = "\n".join(f"{phone}:{text}" for phone, text in zip(phones, sms.differing, strict=True))
        said: Params = [("list", lines)]
    else:
        said = [("phones", ",".join(phones)), ("mes", sms.text)]
    imgcode, userip = sms.captcha or (None, None)
    return [
        *said,
        ("sender", sms.sender or None),
        ("id", sms.id),
        ("op", "1" if sms.details else None),
        ("imgcode", imgcode),
        ("userip", userip),
    ]


def _identity(who: Credentials) -> Params:
    if who.api_key:
        return [("login", who.login or None), ("apikey", who.api_key)]
    return [("login", who.login), ("psw", who.password)]


def _texts(sms: Sms) -> tuple[str, ...]:
    return tuple(SaidText(text) for text in (sms.text, *sms.differing))


def _secrets(who: Credentials) -> tuple[str, ...]:
    return tuple(secret for secret in (who.password, who.api_key) if secret)


def _form(params: Params) -> bytes:
    # Half of a surrogate pair, which no encoding can carry, becomes "?".
    given = [(name, value) for name, value in params if value is not None]
    return urlencode(given, encoding="utf-8", errors="replace", quote_via=quote).encode("ascii")
