"""Receipts, through the real callback route into the real ledger, in every order in which they may come."""

from itertools import permutations
from typing import Any

from sqlalchemy import RowMapping, func, select
from werkzeug.test import TestResponse

from connectors.shared.clock import DAY, now_ms
from connectors.shared.gateways.base import Recipient, SendResult, Verdict
from connectors.shared.gateways.features import Features
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.tables import receipts
from connectors.shared.phone_numbers import read_number
from connectors.shared.segments import count_segments
from tests.shared.gateways.conformance.bench import SENDER_ID, Line, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.vendor import Callback, Fate, Sent, Signature
from tests.shared.messages.tenants import change, row, status

GARBAGE = (
    b"",
    b"garbage",
    b"{",
    b"null",
    b"[]",
    b"[1, null, {}]",
    b'{"id": {"a": []}, "status": [], "phone": true, "messageId": -1}',
    b"id=&status=&phone=",
    b"id=1&id=2&status=x&phone=%ff%fe&time=never",
    b"<a><b>",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a><id>&b;</id></a>",
    b"\x00\xff\xfe" * 50,
    b"[" * 50_000,
    b"status=1&id=" + b"9" * 5_000 + b"&phone=" + b"9" * 5_000,
)
CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded", "text/xml", "x/y; charset=none-such", "")


def _callback(features: Features) -> bool:
    return features.receipts == "callback"


class _Message:
    """A message in the ledger, sent by the gateway under test."""

    def __init__(self, stand: Stand, line: Line, to: Recipient, result: SendResult | None = None) -> None:
        self.stand, self.line = stand, line
        self.text = f"text {stand.number()}"
        result = result or stand.send(line, self.text, [to])
        assert result.verdict is Verdict.ACCEPTED, result
        self.transaction_id = result.transaction_id
        self.sent = Sent(to.digits, self.text, SENDER_ID, line.login.login)
        self.id = self._in_the_ledger(to)

    def _in_the_ledger(self, to: Recipient) -> str:
        new = NewMessage(
            account_id=self.line.account_id,
            connection_id=self.line.connection_id,
            recipient=read_number(f"+{to.digits}"),
            text=self.text,
            segments=count_segments(self.text),
            sender_id=SENDER_ID,
            source="tests",
        )
        message_id = self.stand.service.acceptor.accept([new])[0].id
        moment = now_ms()
        times = {"begun_at": moment - 1, "sent_at": moment, "deadline_at": moment + DAY}
        change(self.stand.service, message_id, status="sent", transaction_id=self.transaction_id, **times)
        return message_id

    @property
    def status(self) -> str:
        return status(self.stand.service, self.id)

    @property
    def row(self) -> RowMapping:
        return row(self.stand.service, self.id)

    def callback(self, fate: Fate, signature: Signature = Signature.RIGHT) -> Callback:
        return self.stand.vendor.receipt(self.sent, self.transaction_id, fate, signature)

    def hear(self, fate: Fate, token: str | None = None, signature: Signature = Signature.RIGHT) -> TestResponse:
        callback = self.callback(fate, signature)
        return self.stand.call_back(callback, token or self.stand.service.callback_tokens.of_operator())


def _expected(heard: tuple[Fate, ...]) -> str:
    """`delivered` holds whatever comes before or after; of the rest the first end."""
    if Fate.DELIVERED in heard:
        return "delivered"
    return "undelivered" if Fate.UNDELIVERED in heard else "sent"


@check(_callback)
def receipts_in_every_order_move_forward_only(stand: Stand) -> None:
    line = stand.connect()
    fates = (Fate.SENT, Fate.DELIVERED, Fate.UNDELIVERED)
    orders = {order for again in fates for order in permutations((*fates, again))}
    for order in sorted(orders, key=repr):
        message = _Message(stand, line, stand.recipient())
        for length, fate in enumerate(order, 1):
            assert message.hear(fate).status_code == 200
            assert message.status == _expected(order[:length]), [each.name for each in order[:length]]


@check(_callback)
def a_receipt_twice_ends_a_message_once(stand: Stand) -> None:
    message = _Message(stand, stand.connect(), stand.recipient())
    told: list[str] = []
    stand.service.endings.register(lambda _connection, ids, _moment: told.extend(ids))
    for _ in range(3):
        message.hear(Fate.DELIVERED)
    assert told.count(message.id) == 1


@check(_callback)
def an_undelivered_message_says_why(stand: Stand) -> None:
    message = _Message(stand, stand.connect(), stand.recipient())
    message.hear(Fate.UNDELIVERED)
    assert message.row["error_message"]
    assert message.row["error_code"]


@check(lambda features: _callback(features) and features.same_text_to_many)
def a_receipt_is_of_one_number(stand: Stand) -> None:
    """One id may cover every number of a call."""
    line, to = stand.connect(), stand.recipients(3)
    result = stand.send(line, f"text {stand.number()}", to)
    sent = [_Message(stand, line, each, result) for each in to]
    sent[1].hear(Fate.DELIVERED)
    assert [message.status for message in sent] == ["sent", "delivered", "sent"]


@check(_callback)
def unknown_receipts_are_kept(stand: Stand) -> None:
    """They may be early: of a call whose answer is still on its way."""
    before = _count(stand)
    known = _Message(stand, stand.connect(), stand.recipient())
    sent = Sent(stand.recipient().digits, "never sent", SENDER_ID, None)
    callback = stand.vendor.receipt(sent, "987654321", Fate.DELIVERED)
    assert stand.call_back(callback, stand.service.callback_tokens.of_operator()).status_code == 200
    assert _count(stand) == before + 1
    assert known.status == "sent"


@check(_callback)
def a_wrong_token_finds_nothing(stand: Stand) -> None:
    line = stand.connect()
    message = _Message(stand, line, stand.recipient())
    right = stand.service.callback_tokens.of_account(line.account_id)
    for token in ("wrong", right[:-1], right + "0", f"{line.account_id}-", "0", "%00", "ü"):
        assert message.hear(Fate.DELIVERED, token).status_code == 404
    assert message.status == "sent"
    assert message.hear(Fate.DELIVERED, right).status_code == 200
    assert message.status == "delivered"


@check(_callback)
def the_token_of_another_account_moves_nothing(stand: Stand) -> None:
    message, stranger = _Message(stand, stand.connect(), stand.recipient()), stand.connect()
    message.hear(Fate.DELIVERED, stand.service.callback_tokens.of_account(stranger.account_id))
    assert message.status == "sent"


@check(lambda features: _callback(features) and features.signed_callbacks)
def an_unsigned_receipt_moves_nothing(stand: Stand) -> None:
    message = _Message(stand, stand.connect(), stand.recipient())
    for signature in (Signature.WRONG, Signature.MISSING):
        assert message.hear(Fate.DELIVERED, signature=signature).status_code == 403
        assert message.status == "sent"
    message.hear(Fate.DELIVERED)
    assert message.status == "delivered"


@check(_callback)
def garbage_is_no_error_of_ours(stand: Stand) -> None:
    token = stand.service.callback_tokens.of_operator()
    right = _Message(stand, stand.connect(), stand.recipient()).callback(Fate.DELIVERED)
    bodies: list[tuple[bytes, Any]] = [(body, kind) for body in GARBAGE for kind in CONTENT_TYPES]
    bodies += [(right.body[:cut], right.content_type) for cut in range(0, len(right.body), 7)]
    bodies += [(right.body, kind) for kind in CONTENT_TYPES]
    for body, kind in bodies:
        response = stand.call_back(Callback(body, kind), token)
        assert response.status_code < 500, f"{body[:80]!r} as {kind}: {response.status_code}"


def _count(stand: Stand) -> int:
    with stand.service.database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(receipts)) or 0)
