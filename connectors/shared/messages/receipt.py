"""A delivery receipt, as every gateway hands it to the ledger."""

from dataclasses import dataclass, field

from connectors.shared.messages.states import Status


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt, with the vendor's words beside ours. `outcome` None decides nothing (UNKNOWN, say)."""

    gateway: str
    account_id: int | None
    """The account whose callback URL it came on; None for the operator's."""
    vendor_id: str | None
    recipient: str | None = field(repr=False)
    vendor_status: str
    outcome: Status | None
    error_code: str | None
    explanation: str | None
    raw: str = field(repr=False)
    received_at: int = 0
    row_id: int | None = None
