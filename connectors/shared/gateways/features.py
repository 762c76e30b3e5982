"""What gateways declare that they can do. The matrix in `docs/gateways.md` is made of it, and nothing else is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Features:
    """What one gateway can do, as far as a user can tell the difference. Words are for people."""

    channels: tuple[str, ...] = ("SMS",)
    """By which channels it carries messages."""
    same_text_to_many: bool = False
    """One call carries one text to many numbers."""
    differing_texts: str | None = None
    """How one call carries differing texts: "a workbook", "a list"; None: it does not."""
    sender_id_needed: bool = True
    """Whether a message must name its sender id; else the vendor has one for who names none."""
    longest_text: int | None = None
    """Characters; None: as long as ten SMS."""
    own_ids: bool = True
    """The vendor says by which id it knows a message."""
    receipts: str | None = None
    """How delivery receipts come: "callback"; None: they never do, and a message that was sent ends `unknown`."""
    signed_callbacks: bool = False
    """Whether the vendor signs what it calls us with."""
    vendors_codes: bool = False
    """One-time codes are made and checked by the vendor; else by us."""
    verification_channels: tuple[str, ...] = ("SMS",)
    """By which channels a number can be verified."""
    incoming: tuple[str, ...] = ()
    """How messages from phones come: "callback", "polled"."""
    balance: bool = False
    cost: bool = False
    """It says what a message will cost before it is sent."""
    history: bool = False
    """It tells what was sent, when asked."""
    dedicated_numbers: bool = False
    """Numbers that take messages can be rented over it."""
    captcha: bool = False
