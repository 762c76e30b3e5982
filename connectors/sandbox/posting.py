"""What is posted to a service's callback address."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Posting:
    """One post; `receipts` is how many receipts travel in it."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    content_type: str
    receipts: int = 1
