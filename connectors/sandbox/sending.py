"""Reads a call to /verification/v3/send the way the vendor does, and says what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from connectors.sandbox.calls import CallKind
from connectors.sandbox.workbook import UnreadableWorkbook, read_workbook

MESSAGE_TYPES = frozenset({"TRANSACTION", "PROMOTIONAL", "OTP"})
FLOW_TYPES = frozenset({"SMS", "WHATSAPP", "RCS"})
OTP_LENGTHS = range(4, 9)
NATIONAL_DIGITS = range(4, 15)


class Refused(Exception):
    """The vendor says no: its response code, and why in words."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


@dataclass(frozen=True, slots=True)
class Recipient:
    country_code: str
    mobile: str = field(repr=False)
    text: str = field(repr=False)

    @property
    def to(self) -> str:
        return f"+{self.country_code}{self.mobile}"


@dataclass(frozen=True, slots=True)
class SendCall:
    """What a call asks for. A one-time code has a recipient without a text: the vendor makes it up."""

    kind: CallKind
    recipients: tuple[Recipient, ...]
    flow_type: str
    sender_id: str = ""
    message_type: str = "OTP"
    template_id: str | None = None
    entity_id: str | None = None
    otp_length: int = OTP_LENGTHS.start


def kind_of(parameters: Mapping[str, str], has_file: bool) -> CallKind:
    """Say what kind of call this is, unchecked. No `type` means Verify Now, as in the vendor's sample."""
    if parameters.get("type") != "SMS":
        return CallKind.OTP
    if has_file:
        return CallKind.WORKBOOK
    return CallKind.MANY if parameters.get("phoneNumbers") else CallKind.SINGLE


def read_call(parameters: Mapping[str, str], workbook: IO[bytes] | None) -> SendCall:
    """Return what the query string (and the workbook) ask for. Raise Refused where the vendor would."""
    if parameters.get("type", "OTP") not in ("SMS", "OTP"):
        raise Refused(400, "type must be SMS or OTP")
    if parameters.get("flowType") not in FLOW_TYPES:
        raise Refused(400, "flowType must be SMS, WHATSAPP or RCS")
    if parameters.get("type") == "SMS":
        return _read_message(parameters, workbook)
    return _read_one_time_code(parameters)


def _read_one_time_code(parameters: Mapping[str, str]) -> SendCall:
    length = parameters.get("otpLength") or str(OTP_LENGTHS.start)
    if not _digits(length) or int(length) not in OTP_LENGTHS:
        raise Refused(400, "otpLength must be a number between 4 and 8")
    recipient = _recipient(parameters.get("countryCode", ""), parameters.get("mobileNumber", ""), "")
    return SendCall(CallKind.OTP, (recipient,), parameters["flowType"], otp_length=int(length))


def _read_message(parameters: Mapping[str, str], workbook: IO[bytes] | None) -> SendCall:
    for name in ("senderId", "message"):
        if not parameters.get(name):
            raise Refused(400, f"{name} is missing")
    if bool(parameters.get("templateId")) != bool(parameters.get("entityId")):
        raise Refused(400, "templateId and entityId must both be present or both be absent")
    message_type = parameters.get("messageType") or "OTP"
    if message_type not in MESSAGE_TYPES:
        raise Refused(400, "messageType must be TRANSACTION, PROMOTIONAL or OTP")
    return SendCall(
        kind=kind_of(parameters, workbook is not None),
        recipients=_recipients(parameters, workbook),
        flow_type=parameters["flowType"],
        sender_id=parameters["senderId"],
        message_type=message_type,
        template_id=parameters.get("templateId") or None,
        entity_id=parameters.get("entityId") or None,
    )


def _recipients(parameters: Mapping[str, str], workbook: IO[bytes] | None) -> tuple[Recipient, ...]:
    text = parameters["message"]
    if workbook is not None:
        return _recipients_of_workbook(workbook, text)
    if parameters.get("phoneNumbers"):
        entries = [entry.split() for entry in parameters["phoneNumbers"].split(",") if entry.strip()]
        if not entries or any(len(entry) != 2 for entry in entries):
            raise Refused(511, "phoneNumbers must hold country code, space, number")
        return tuple(_recipient(country_code, mobile, text) for country_code, mobile in entries)
    return (_recipient(parameters.get("countryCode", ""), parameters.get("mobileNumber", ""), text),)


def _recipients_of_workbook(workbook: IO[bytes], template: str) -> tuple[Recipient, ...]:
    try:
        rows = read_workbook(workbook, template)
    except UnreadableWorkbook as problem:
        raise Refused(400, str(problem)) from None
    return tuple(_recipient(row.country, row.mobile, row.text) for row in rows)


def _recipient(country_code: str, mobile: str, text: str) -> Recipient:
    if not country_code or not mobile:
        raise Refused(400, "countryCode or mobileNumber is missing")
    if not _digits(country_code) or int(country_code) not in COUNTRY_CODE_TO_REGION_CODE:
        raise Refused(511, "the country code is unknown")
    if not _digits(mobile) or len(mobile) not in NATIONAL_DIGITS:
        raise Refused(511, "the number must be national digits")
    return Recipient(country_code, mobile, text)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
