"""One message: it arrives once, as it was written."""

from collections.abc import Sequence

from connectors.shared.gateways.base import Recipient, Verdict
from tests.shared.gateways.conformance.bench import SENDER_ID, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.vendor import LONG_TAIL, Sent

TEXTS = (
    "plain",
    "Ваш заказ принят, спасибо!",
    "😀 delivered 👩‍👩‍👧 ¡olé!",
    "{[~^|\\]} 5 €",
    "  spaces before and after  ",
    "two\nlines",
    "100 ## off ##var##",
    "a&b=c+d%20e/f?g#h;i,j:k",
    "<b>\"quoted\"</b> & 'single' `tick`",
    "日本語 and عربى",
    "e\u0301 stays decomposed",
)
LINE_BREAKS = ("two\r\nlines", "two\n\nparagraphs\n", "\r\n\r\n- one\r\n- two")
SPACES = ("a\ttab", "5\u00a0000\u202f€", "thin\u2009and wide\u3000spaces", "two  spaces", "zero\u200bwidth")
QUOTES = ("Ann’s “best” offer – today…", "‘single’ „deutsch“ «français» ′″", "plain ' and \" stay plain - too...")
SENDER_IDS = (SENDER_ID, "Shop24", "380501234567")
LEADING_ZERO = Recipient("39", "0612345678")
LONGEST = 1_530  # ten SMS
KEPT_OF_AN_ID = 64
CHANNELS = ("SMS", "WHATSAPP", "RCS")


@check()
def texts_arrive_as_they_are(stand: Stand) -> None:
    """Byte for byte, once each."""
    _assert_arrive(stand, TEXTS)


@check()
def line_breaks_stay_as_they_are(stand: Stand) -> None:
    """Those of Windows, too, and where the text ends with them."""
    _assert_arrive(stand, LINE_BREAKS)


@check()
def spaces_stay_as_they_are(stand: Stand) -> None:
    """Tabs, and those that keep a sum on one line."""
    _assert_arrive(stand, SPACES)


@check()
def quotes_and_dashes_stay_as_they_are(stand: Stand) -> None:
    """Straightening them may save an SMS; whoever wrote the text decides on that."""
    _assert_arrive(stand, QUOTES)


def _assert_arrive(stand: Stand, texts: Sequence[str]) -> None:
    line = stand.connect()
    for text in stand.carried(texts):
        to = stand.recipient()
        before = len(stand.vendor.sent)
        result = stand.send(line, text, [to])
        assert result.verdict is Verdict.ACCEPTED, f"{text!r} was not accepted: {result}"
        assert stand.vendor.sent[before:] == [Sent(to.digits, text, SENDER_ID, line.login.login)]


@check()
def sender_ids_arrive(stand: Stand) -> None:
    line = stand.connect()
    for sender_id in SENDER_IDS:
        stand.send(line, f"from {sender_id}", [stand.recipient()], sender_id=sender_id)
    assert [sent.sender_id for sent in stand.vendor.sent] == list(SENDER_IDS)


@check(lambda features: not features.sender_id_needed)
def the_vendors_own_sender_id_serves_who_names_none(stand: Stand) -> None:
    result = stand.send(stand.connect(), "no sender", [stand.recipient()], sender_id="")
    assert result.verdict is Verdict.ACCEPTED
    assert [sent.sender_id for sent in stand.vendor.sent] == [""]


@check()
def leading_zeros_stay(stand: Stand) -> None:
    """In Italy a zero is part of the number."""
    stand.send(stand.connect(), "ciao", [LEADING_ZERO])
    assert [sent.digits for sent in stand.vendor.sent] == [LEADING_ZERO.digits]


@check()
def the_longest_text_arrives_whole(stand: Stand) -> None:
    text = "0123456789" * 160
    text = text[: stand.bench.kind.features.longest_text or LONGEST]
    result = stand.send(stand.connect(), text, [stand.recipient()])
    assert result.verdict is Verdict.ACCEPTED
    assert [sent.text for sent in stand.vendor.sent] == [text]


@check(lambda features: features.longest_text is not None)
def a_text_that_is_too_long_is_refused_here(stand: Stand) -> None:
    """A vendor would cut it, or send it and say no."""
    text = "я" * ((stand.bench.kind.features.longest_text or 0) + 1)
    result = stand.send(stand.connect(), text, [stand.recipient()])
    assert result.verdict is Verdict.REFUSED
    assert stand.vendor.sent == []


@check(lambda features: not set(CHANNELS) <= set(features.channels))
def a_channel_that_it_does_not_carry_is_refused(stand: Stand) -> None:
    """A route may bring a message to a gateway that has only SMS."""
    other = next(each for each in CHANNELS if each not in stand.bench.kind.features.channels)
    result = stand.send(stand.connect(), "by another way", [stand.recipient()], channel=other)
    assert result.verdict is Verdict.REFUSED
    assert stand.vendor.sent == []


@check()
def an_odd_text_raises_nothing(stand: Stand) -> None:
    """Half a surrogate pair comes out of JSON, and no encoding can carry it."""
    result = stand.send(stand.connect(), "half \ud83d of a smile", [stand.recipient()])
    assert result.verdict in (Verdict.ACCEPTED, Verdict.REFUSED)


@check(lambda features: features.own_ids)
def what_was_taken_has_an_id(stand: Stand) -> None:
    """One of its own for every call, which the ledger can keep."""
    line = stand.connect()
    ids = [stand.send_one(line).transaction_id for _ in range(3)]
    assert None not in ids
    assert len(set(ids)) == 3
    assert all(len(each or "") <= KEPT_OF_AN_ID for each in ids), ids


@check(lambda features: features.own_ids)
def an_id_that_is_too_long_is_dropped(stand: Stand) -> None:
    """Cut short it could match another's receipt; the message is sent all the same."""
    stand.vendor.long_ids = True
    result = stand.send_one()
    assert result.verdict is Verdict.ACCEPTED
    assert len(result.transaction_id or "") <= KEPT_OF_AN_ID
    assert LONG_TAIL[: KEPT_OF_AN_ID // 2] not in (result.transaction_id or ""), "it is cut, not dropped"


@check(lambda features: not features.own_ids)
def no_id_is_made_up(stand: Stand) -> None:
    """One that the vendor never says would keep receipts from matching by number."""
    assert stand.send_one().transaction_id is None
