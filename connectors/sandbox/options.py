"""What can be set on the sandbox, at its start and while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FIVE_YEARS = 157_680_000
"""Seconds from `iat` to `exp` in the tokens that the vendor hands out."""


class Outage(StrEnum):
    """How the whole of Message Central misbehaves; nothing is taken while it does."""

    UNAVAILABLE = "503"
    SERVER_ERROR = "500"
    THROTTLED = "429"
    HTML = "html"
    CLOSE = "close"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """Settings of the sandbox. Times are seconds.

    `accounts` maps customer ids to passwords; while it is empty any customer may come, with any password but
    "wrong". `callback_urls` and `smsc_callback_urls` carry secrets, and so they are kept out of the repr like
    the passwords.
    `pipedrive_app_url` is where the app is that Pipedrive's pages frame, `shopify_app_url` where Shopify's webhooks go.
    """

    callback_urls: tuple[str, ...] = field(default=(), repr=False)
    smsc_callback_urls: tuple[str, ...] = field(default=(), repr=False)
    receipt_delay: float = 0.3
    receipt_lists: bool = False
    latency: float = 0.0
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    outage: Outage | None = None
    token_lifetime: float = FIVE_YEARS
    otp_timeout: float = 60.0
    capacity: int = 200_000
    pipedrive_app_url: str = "http://127.0.0.1:8000"
    shopify_app_url: str = "http://127.0.0.1:8000"
