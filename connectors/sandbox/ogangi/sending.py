"""sendSMS, sendMT and the call that sends a PIN (https://messangi.com/documentation/doku.php?id=restapi:sms)."""

import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone

from flask import Response

from connectors.sandbox import answers as vendor
from connectors.sandbox.clock import now_rfc3339
from connectors.sandbox.inbox import Message
from connectors.sandbox.magic_numbers import ONCE, SLOW_SECONDS, Answer, outcome_of
from connectors.sandbox.ogangi import NAME, signing
from connectors.sandbox.ogangi.answers import element, elements, envelope, invalid_parameters
from connectors.sandbox.state import Sandbox

PIN_CALL = "sendSMSPinMobileNumberConfirm"
PIN_LENGTHS = range(3, 11)
LONGEST_TEXT = 1_600

CARACAS = timezone(timedelta(hours=-4))

_NUMBER = re.compile(r"\d{7,15}")
_SHORT_CODE = re.compile(r"\d{1,15}|[\w .-]{1,11}")
_random = random.SystemRandom()

SENT, NOT_ALLOWED, BLACKLISTED, EXHAUSTED = "SENT_TO_CARRIER", "CODE_NOT_ALLOWED", "BLACKLISTED", "EXHAUSTED"
TOO_LONG = "SEGMENTS_EXCEEDED"

FATES = {
    Answer.INVALID_COUNTRY_CODE: NOT_ALLOWED,
    Answer.BAD_REQUEST: BLACKLISTED,
    Answer.INSUFFICIENT_CREDITS: EXHAUSTED,
}
"""How sendSMS says that a message went nowhere, in an answer that is OK (https://docs.messangi.com/docs/sms-status)."""

WORDS = {
    SENT: "Sent to Carrier",
    NOT_ALLOWED: "Code not allowed",
    BLACKLISTED: "Blacklisted",
    EXHAUSTED: "Exhausted",
    TOO_LONG: "Segments exceeded",
}


def send_sms(sandbox: Sandbox, parameters: Sequence[str]) -> Response:
    """instanceId, carrier, from, mobileNumber and text: the last two are Base64. The answer shows the message."""
    _, carrier, sender, number64, text64 = parameters
    number, text = signing.decoded(number64), signing.decoded(text64)
    if number is None or text is None or not _sensible(sender, number):
        return invalid_parameters()
    answer = _answer_to(sandbox, number, text)
    if answer in _BROKEN:
        return _BROKEN[answer]("sendSMS")
    message_id = str(_random.randrange(-(2**63), 2**63))
    fate = TOO_LONG if len(text) > LONGEST_TEXT else FATES.get(answer, SENT)
    if fate == SENT:
        _deliver(sandbox, sender, number, text, message_id)
    shown = {
        "id": message_id,
        "carrier": "Movistar" if carrier == "null" else carrier,
        "from": sender,
        "to": number,
        "text": text,
        "status": fate,
        "statusDescription": WORDS[fate],
        "encoding": "UTF-8",
        "date": datetime.now(CARACAS).isoformat(timespec="milliseconds"),
        "timezone": "America/Caracas",
        "clientId": f"client{number[-4:]}",
    }
    return _spoiled(envelope("sendSMS", result=f"<messages><message>{elements(shown)}</message></messages>"), answer)


def send_mt(sandbox: Sandbox, parameters: Sequence[str]) -> Response:
    """instanceId, from, carrier, mobileNumber, text (Base64) and maybe flags. The answer names no id."""
    _, sender, _, number, text64, *_ = parameters
    text = signing.decoded(text64)
    if text is None or not _sensible(sender, number):
        return invalid_parameters()
    answer = _answer_to(sandbox, number, text)
    if answer in _BROKEN:
        return _BROKEN[answer]("sendMT")
    if answer is Answer.INSUFFICIENT_CREDITS:
        return envelope("sendMT", "ERROR")
    if answer in FATES or len(text) > LONGEST_TEXT:
        return invalid_parameters()
    _deliver(sandbox, sender, number, text, str(_random.randrange(2**63)))
    return _spoiled(envelope("sendMT"), answer)


def send_pin(sandbox: Sandbox, parameters: Sequence[str]) -> Response:
    """instanceId, carrier, from, mobileNumber, text (Base64) and length: the PIN is sent, and answered.

    Where the PIN goes in the text is not documented; here it follows the text.
    """
    _, _, sender, number, text64, length = parameters
    text = signing.decoded(text64)
    if text is None or not _sensible(sender, number) or not length.isdecimal() or int(length) not in PIN_LENGTHS:
        return invalid_parameters()
    pin = "".join(_random.choice("0123456789") for _ in range(int(length)))
    answer = _answer_to(sandbox, number, text)
    if answer in _BROKEN:
        return _BROKEN[answer](PIN_CALL)
    if answer in FATES:
        return invalid_parameters()
    _deliver(sandbox, sender, number, f"{text} {pin}", str(_random.randrange(2**63)), "OTP")
    shown = f"<PinSMSConfirmation>{element('pin', pin)}</PinSMSConfirmation>"
    return _spoiled(envelope(PIN_CALL, result=shown), answer)


_BROKEN: dict[Answer, Callable[[str], Response]] = {
    Answer.THROTTLED_ONCE: lambda _: vendor.throttled(),
    Answer.UNAVAILABLE_ONCE: lambda _: vendor.unavailable(),
    Answer.SERVER_ERROR_ONCE: lambda method: envelope(method, "ERROR"),
}
"""Answers to a first try that is not taken."""


def _sensible(sender: str, number: str) -> bool:
    return bool(_SHORT_CODE.fullmatch(sender)) and bool(_NUMBER.fullmatch(number))


def _answer_to(sandbox: Sandbox, number: str, text: str) -> Answer:
    answer = outcome_of(number).answer
    if answer in ONCE and not sandbox.first_tries.note([(f"{NAME} {number}", text)]):
        return Answer.TAKEN
    return answer


def _deliver(sandbox: Sandbox, sender: str, number: str, text: str, message_id: str, message_type: str = "") -> None:
    """Put the message on its phone. Nothing tells what becomes of it: the vendor has no receipts."""
    message = Message(
        to=f"+{number}",
        sender_id=sender,
        text=text,
        message_type=message_type,
        flow_type="SMS",
        template_id=None,
        entity_id=None,
        transaction_id=message_id,
        at=now_rfc3339(),
        state="sent",
        gateway=NAME,
    )
    sandbox.inbox.take([message])


def _spoiled(response: Response, answer: Answer) -> Response:
    if answer is Answer.LOST:
        return vendor.NoAnswer()
    if answer is Answer.HTML:
        return vendor.html_page()
    if answer is Answer.SLOW:
        time.sleep(SLOW_SECONDS)
    return response
