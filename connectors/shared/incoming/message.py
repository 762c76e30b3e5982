"""A message from a phone, as every gateway hands it in."""

from dataclasses import dataclass, field
from enum import StrEnum


class Way(StrEnum):
    """How it came to us."""

    CALLBACK = "callback"
    POLLED = "polled"


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message. Numbers are digits; `happened_at` UTC milliseconds, None where the vendor does not say when."""

    sender: str = field(repr=False)
    recipient: str
    text: str = field(repr=False)
    happened_at: int | None = None
    vendor_id: str | None = None
