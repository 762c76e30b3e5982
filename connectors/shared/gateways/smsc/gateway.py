"""SMSC behind the seam."""

from collections.abc import Sequence
from typing import Final

import uuid_utils

from connectors.shared.errors import NotFound
from connectors.shared.gateways.base import Fault, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.smsc import verdicts
from connectors.shared.gateways.smsc.answers import Refusal, Sent
from connectors.shared.gateways.smsc.bounded import BoundedSmsc
from connectors.shared.gateways.smsc.client import LONGEST_TEXT, Sms, Smsc
from connectors.shared.gateways.smsc.identical import RecentSends, key_of
from connectors.shared.gateways.smsc.logins import Logins
from connectors.shared.secrets import SecretUnreadable

NAME: Final = "smsc"
CHANNEL: Final = "SMS"


class SmscGateway:
    """Sends by `send.php`: one text to one or many by `phones`, differing texts by `list`."""

    name = NAME
    # Of fifteen at once the vendor refuses the last, and other processes may use the same login.
    most_at_once = 10
    fills_patterns = False

    def __init__(self, client: Smsc, logins: Logins, bounded: BoundedSmsc, bulk_size: int) -> None:
        self._client = client
        self._logins = logins
        self._bounded = bounded
        self._bulk_size = bulk_size
        self._recent = RecentSends()

    def most_recipients(self, outgoing: Outgoing) -> int:
        """One for a one-time code and for what a captcha stands behind."""
        return 1 if outgoing.message_type == "OTP" or outgoing.captcha is not None else self._bulk_size

    def lists(self, text: str) -> bool:
        """Not a text of several lines, since a list has a line for each; nor one that is refused anyway."""
        return text == text.strip() and len(text.splitlines()) == 1 and len(text) <= LONGEST_TEXT

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        """Send to one or to many, under an id of ours: its receipts can be told even where no answer comes.

        Raises StoreUnavailable, before anything has gone out.
        """
        unsendable = _unsendable(outgoing)
        if unsendable is not None:
            return unsendable
        try:
            who = self._logins.get(connection_id)
        except (SecretUnreadable, NotFound) as error:
            return without_login(error)
        key = key_of(connection_id, outgoing, recipients)
        seconds = self._recent.begin(key)
        if seconds is not None:
            return verdicts.held(seconds)
        own_id = str(uuid_utils.uuid7())
        answer = self._client.send(who, _sms(outgoing, recipients, own_id))
        earlier_id = self._remember(key, own_id, answer)
        if earlier_id is not None:
            return verdicts.had_it_already(earlier_id)
        numbers = [to.digits for to in recipients]
        return verdicts.of_send(answer, numbers, own_id, differing=outgoing.differing)

    def _remember(self, key: bytes, own_id: str, answer: Sent | Refusal) -> str | None:
        """Note what the vendor heard of; returns the id of an earlier try that it took, as it now seems."""
        if isinstance(answer, Sent):
            return None
        if answer.outcome in verdicts.OF_OTHERS:
            self._recent.doubt(key, own_id)
        elif not verdicts.was_counted(answer):
            self._recent.forget(key)
        return self._recent.doubted(key) if answer.code == verdicts.SAME_AGAIN_CODE else None

    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        """Ask for the balance."""
        try:
            answer = self._bounded.balance(connection_id, timeout=timeout)
        except (SecretUnreadable, NotFound) as error:
            return without_login(error)
        if isinstance(answer, Refusal):
            return verdicts.of_question(answer)
        return SendResult(Verdict.ACCEPTED, Fault.NOBODY)


def without_login(error: SecretUnreadable | NotFound) -> SendResult:
    """Say what it means that a connection's credentials cannot be had."""
    if isinstance(error, NotFound):
        return SendResult(Verdict.REFUSED, Fault.ACCOUNT, "account_removed", str(error))
    return SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "secret_unreadable", str(error))


def _unsendable(outgoing: Outgoing) -> SendResult | None:
    if outgoing.channel != CHANNEL:
        return SendResult(Verdict.REFUSED, Fault.MESSAGE, "channel_unsupported", "SMSC carries SMS here, nothing else.")
    if len(outgoing.text) > LONGEST_TEXT:
        words = f"SMSC takes {LONGEST_TEXT:,} characters at most, and this text has {len(outgoing.text):,}."
        return SendResult(Verdict.REFUSED, Fault.MESSAGE, "text_too_long", words)
    return None


def _sms(outgoing: Outgoing, recipients: Sequence[Recipient], own_id: str) -> Sms:
    captcha = outgoing.captcha
    return Sms(
        phones=tuple(to.digits for to in recipients),
        text=outgoing.text,
        differing=tuple(to.text or "" for to in recipients) if outgoing.differing else (),
        sender=outgoing.sender_id,
        id=own_id,
        captcha=None if captcha is None else (captcha.imgcode, captcha.userip),
        # So that one bad number of a hundred is told apart, and the others go.
        details=len(recipients) > 1,
    )
