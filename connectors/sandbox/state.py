"""All that one sandbox holds."""

import threading
from dataclasses import replace
from typing import Any

from flask import current_app

from connectors.sandbox.calls import CallLog
from connectors.sandbox.first_tries import FirstTries
from connectors.sandbox.inbox import Inbox, Message
from connectors.sandbox.magic_numbers import ReceiptStatus
from connectors.sandbox.ogangi.book import OgangiBook
from connectors.sandbox.one_time_codes import OneTimeCodes
from connectors.sandbox.options import Outage, SandboxOptions
from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.sandbox.posting import Posting
from connectors.sandbox.receipts import ReceiptSender
from connectors.sandbox.reports import Reports
from connectors.sandbox.shopify.book import ShopifyBook
from connectors.sandbox.smsc import NAME as SMSC
from connectors.sandbox.smsc.book import SmscBook
from connectors.sandbox.smsc.callbacks import status_postings
from connectors.sandbox.tokens import Tokens

EXTENSION = "sandbox"


class Sandbox:
    """The books of a sandbox and its settings, shared by every thread that serves it."""

    def __init__(self, options: SandboxOptions) -> None:
        self._changed = threading.Condition()
        self._settings = options
        self._closed = False
        self.calls = CallLog(options.capacity)
        self.codes = OneTimeCodes(options.capacity)
        self.first_tries = FirstTries(options.capacity)
        self.inbox = Inbox(options.capacity)
        self.pipedrive = PipedriveBook(options.capacity)
        self.reports = Reports(options.capacity)
        self.shopify = ShopifyBook(lambda: self.settings.shopify_app_url)
        self.smsc = SmscBook(options.capacity)
        self.ogangi = OgangiBook(options.capacity)
        self.tokens = Tokens()
        self.receipts = ReceiptSender(lambda: self.settings, self.inbox, {SMSC: self._smsc_receipt})

    @property
    def settings(self) -> SandboxOptions:
        return self._settings

    def change_settings(self, **changes: Any) -> SandboxOptions:
        """Change settings by name; they hold from the next call on."""
        with self._changed:
            self._settings = replace(self._settings, **changes)
            self._changed.notify_all()
            return self._settings

    def wait_while_silent(self, longest: float) -> None:
        """Wait until Message Central is no longer silent, `longest` seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._settings.outage is not Outage.TIMEOUT, timeout=longest)

    def stats(self) -> dict[str, Any]:
        """Return how much of everything there was since the start or the last reset."""
        return {
            "calls": self.calls.sends(),
            "calls_by_kind": self.calls.counts(),
            "messages": self.inbox.total,
            "phones": self.inbox.phone_count(),
            "tokens_minted": self.tokens.minted,
            "receipts_posted": self.receipts.posted,
            "receipts_failed": self.receipts.failed,
            "receipts_pending": self.receipts.pending(),
            "reports_received": self.reports.total,
            "report_duplicates": self.reports.duplicates(),
            "duplicates": self.inbox.duplicates,
        }

    def reset(self) -> None:
        """Forget everything but the settings, the tokens that are out, who is in Pipedrive, and Shopify's webhooks."""
        self.receipts.clear()
        self.pipedrive.reset()
        self.shopify.reset()
        self.smsc.clear()
        self.ogangi.clear()
        for book in (self.calls, self.codes, self.first_tries, self.inbox, self.reports):
            book.clear()
        self.tokens.forget_count()

    def _smsc_receipt(self, message: Message, status: ReceiptStatus) -> list[Posting]:
        sent = self.smsc.find(message.transaction_id, message.to.removeprefix("+"))
        return status_postings(self.settings.smsc_callback_urls, sent, status) if sent else []

    def close(self) -> None:
        """Let go of callers that are kept waiting, and stop the receipts."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.pipedrive.close()
        self.shopify.close()
        self.receipts.close()


def current_sandbox() -> Sandbox:
    """Return the sandbox that this request is for."""
    sandbox = current_app.extensions[EXTENSION]
    assert isinstance(sandbox, Sandbox)  # noqa: S101 - for the type alone
    return sandbox
