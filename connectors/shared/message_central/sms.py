"""What can be sent: one SMS, the same one to many, or a personalised one to the rows of a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

MAX_VARIABLES = 3
CARRIED_FLOW_TYPES = ("SMS", "WHATSAPP", "RCS")


class UnsupportedFlowType(ValueError):
    """The channel (`flowType`) cannot carry a text; its words are for whoever chose it."""


class Sms(Protocol):
    """What the three shapes share; `template_id` and `entity_id` (India's DLT) travel together or not."""

    @property
    def message(self) -> str: ...
    @property
    def sender_id(self) -> str: ...
    @property
    def flow_type(self) -> str: ...
    @property
    def message_type(self) -> str: ...
    @property
    def template_id(self) -> str | None: ...
    @property
    def entity_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class SingleSms:
    """One text to one number. `country_code` and the national `mobile_number` are digits alone."""

    country_code: str
    mobile_number: str = field(repr=False)
    message: str = field(repr=False)
    sender_id: str
    flow_type: str = "SMS"
    message_type: str = "TRANSACTION"
    template_id: str | None = None
    entity_id: str | None = None


@dataclass(frozen=True, slots=True)
class ManySms:
    """One text to many numbers, each a pair of country code and national number (digits alone)."""

    recipients: tuple[tuple[str, str], ...] = field(repr=False)
    message: str = field(repr=False)
    sender_id: str
    flow_type: str = "SMS"
    message_type: str = "TRANSACTION"
    template_id: str | None = None
    entity_id: str | None = None


@dataclass(frozen=True, slots=True)
class WorkbookRow:
    """One recipient of a personalised text, with up to three values. Raises ValueError for more."""

    country_code: str = field(repr=False)
    mobile_number: str = field(repr=False)
    variables: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if len(self.variables) > MAX_VARIABLES:
            raise ValueError(f"a row of a workbook carries {MAX_VARIABLES} variables at most")


@dataclass(frozen=True, slots=True)
class WorkbookSms:
    """A text with the placeholders `##var##`, `##var2##`, `##var3##`, and the rows that fill them."""

    rows: Sequence[WorkbookRow] = field(repr=False)
    message: str = field(repr=False)
    sender_id: str
    flow_type: str = "SMS"
    message_type: str = "TRANSACTION"
    template_id: str | None = None
    entity_id: str | None = None


def carried_flow_type(flow_type: str) -> str:
    """The channel as the vendor spells it. Raises UnsupportedFlowType for one that carries no text."""
    upper = flow_type.upper()
    if upper in CARRIED_FLOW_TYPES:
        return upper
    choice = f"Choose one of {', '.join(CARRIED_FLOW_TYPES)}."
    if upper == "SAUTH":
        raise UnsupportedFlowType(f"SAUTH (silent authentication) verifies a phone and carries no message. {choice}")
    raise UnsupportedFlowType(f"Message Central has no channel (flowType) of that name. {choice}")
