"""What is asked, completed by the account's defaults and checked: nothing comes through that no phone could show."""

from typing import Any

import pytest

from connectors.shared.accounts.senders import Sender
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.clock import DAY, HOUR, now_ms
from connectors.shared.messages.accept import PROMOTIONAL_HOURS, NewMessage
from connectors.shared.messages.composing import InvalidMessage, compose, read_moment


def sender(**defaults: Any) -> Sender:
    given: dict[str, Any] = {
        "sender_id": "UTOMOB",
        "country_code": "91",
        "message_type": "TRANSACTION",
        "entity_id": "1101",
        "template_id": "1107",
    }
    return Sender(1, 2, "C-ONE", ConnectionState.ACTIVE, 0, b"", **(given | defaults))


def composed(account: Sender | None = None, **asked: Any) -> NewMessage:
    given: dict[str, Any] = {"to": "+919816111111", "text": "Hello", "source": "api"}
    return compose(account or sender(), **(given | asked))


def test_what_is_left_out_is_as_the_account_has_it() -> None:
    message = composed(sender(message_type="PROMOTIONAL"), to="98161 11111")
    assert (message.account_id, message.connection_id, message.source) == (1, 2, "api")
    assert message.recipient.e164 == "+919816111111"
    assert (message.sender_id, message.message_type, message.channel) == ("UTOMOB", "PROMOTIONAL", "SMS")
    assert (message.template_id, message.entity_id) == ("1107", "1101")
    assert message.hours == PROMOTIONAL_HOURS
    assert (message.due_at, message.external_id, message.deduplicate) == (None, None, False)


def test_what_is_given_wins() -> None:
    message = composed(
        sender_id="Bank-1",
        message_type="otp",
        channel="whatsapp",
        template_id="42",
        entity_id="43",
        external_id="order 1042 ☂",
    )
    assert (message.sender_id, message.message_type, message.channel) == ("Bank-1", "OTP", "WHATSAPP")
    assert (message.template_id, message.entity_id) == ("42", "43")
    assert (message.hours, message.external_id) == (None, "order 1042 ☂")


@pytest.mark.parametrize("given", ["A", "UTOMOB", "My Shop&Co", "a.b-c_d&e", "A" * 11, "123456789012345", "+4477"])
def test_sender_ids_that_a_phone_can_show(given: str) -> None:
    assert composed(sender_id=given).sender_id == given


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        *(
            ("sender_id", {"sender_id": given})
            for given in ("", " ", " A", "A ", "A" * 12, "1" * 16, "Ä", "A\n", "a/b")
        ),
        *(("to", {"to": given}) for given in ("", "12", "hello", "+91 98161", "\x00")),
        *(("text", {"text": given}) for given in ("", " \n", "a\x00", "a\ud800", "a" * 1_531, "й" * 671)),
        *(("template_id", {"template_id": given}) for given in ("", "12a", "1" * 31, "١", "1\n")),
        *(("entity_id", {"entity_id": given}) for given in ("", "12a", "1" * 31)),
        *(("channel", {"channel": given}) for given in ("PIGEON", "SAUTH", "")),
        *(("message_type", {"message_type": given}) for given in ("SPAM", "TRANSACTIONAL")),
        *(("external_id", {"external_id": given}) for given in ("", "a\x00", "a\udfff", "x" * 256)),
        ("due_at", {"due_at": now_ms() + 90 * DAY + HOUR}),
    ],
)
def test_what_cannot_be_sent_is_named(field: str, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage) as caught:
        composed(**asked)
    assert caught.value.field == field
    assert str(caught.value)


def test_words_say_how_long_a_text_is_and_why_not_sauth() -> None:
    with pytest.raises(InvalidMessage, match=r"11 SMS \(GSM-7\); at most 10"):
        composed(text="a" * 1_531)
    with pytest.raises(InvalidMessage, match="silent authentication"):
        composed(channel="sauth")
    assert composed(text="a" * 1_530).segments.count == 10


def test_a_sender_id_must_come_from_somewhere() -> None:
    with pytest.raises(InvalidMessage) as caught:
        composed(sender(sender_id=None))
    assert caught.value.field == "sender_id"
    assert composed(sender(sender_id=None), sender_id="UTOMOB").sender_id == "UTOMOB"


def test_an_entity_id_alone_would_be_left_out_unsaid() -> None:
    with pytest.raises(InvalidMessage) as caught:
        composed(sender(template_id=None), entity_id="1")
    assert caught.value.field == "template_id"
    assert composed(sender(template_id="1107"), entity_id="1").template_id == "1107"


def test_a_template_id_needs_an_entity_id() -> None:
    nobody = sender(entity_id=None, template_id=None)
    with pytest.raises(InvalidMessage) as caught:
        composed(nobody, template_id="1")
    assert caught.value.field == "entity_id"
    assert composed(nobody, template_id="1", entity_id="2").template_id == "1"
    assert composed(sender(template_id=None), template_id="1").entity_id == "1101"


def test_the_past_is_now() -> None:
    later = now_ms() + HOUR
    assert composed(due_at=later).due_at == later
    assert composed(due_at=now_ms() - DAY).due_at is None
    assert composed(due_at=-1).due_at is None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-21T08:00:00Z", 1_795_248_000_000),
        ("2026-11-21t08:00:00z", 1_795_248_000_000),
        ("2026-11-21T13:30:00+05:30", 1_795_248_000_000),
        ("2026-11-20T23:00:00.25-09:00", 1_795_248_000_250),
        ("2026-11-21T08:00:00.123456789Z", 1_795_248_000_123),
        ("0001-01-01T00:00:00+23:59", -62_135_683_140_000),
    ],
)
def test_moments(written: str, moment: int) -> None:
    assert read_moment(written) == moment


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-11-21T08:00:00", "offset"),
        ("2026-11-21", "Write a moment"),
        ("2026-11-21 08:00:00Z", "Write a moment"),
        ("20261121T080000Z", "Write a moment"),
        ("2026-W47-6T08:00:00Z", "Write a moment"),
        ("٢026-11-21T08:00:00Z", "Write a moment"),
        ("1795248000", "Write a moment"),
        ("", "Write a moment"),
        ("2026-02-30T08:00:00Z", "no such day"),
        ("2026-11-21T25:00:00Z", "no such day"),
        ("2026-11-21T08:00:00+99:00", "no such day"),
        ("0000-11-21T08:00:00Z", "no such day"),
    ],
)
def test_what_is_no_moment(written: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_moment(written)
