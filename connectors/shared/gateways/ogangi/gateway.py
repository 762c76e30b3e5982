"""Ogangi behind the seam."""

import time
from collections.abc import Sequence
from typing import Final

from connectors.shared.errors import NotFound
from connectors.shared.gateways.base import Fault, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.ogangi import verdicts
from connectors.shared.gateways.ogangi.answers import Answer, Meaning
from connectors.shared.gateways.ogangi.client import Ogangi, Sms
from connectors.shared.gateways.ogangi.logins import SEND_SMS, Login, Logins
from connectors.shared.gateways.ogangi.signing import NotSendable
from connectors.shared.secrets import SecretUnreadable

NAME: Final = "ogangi"
CHANNEL: Final = "SMS"
LONGEST_TEXT: Final = 1_600
PROVING_SECONDS: Final = 10.0
FIRST_PAGES: Final = (0, 1)
"""The first page has one of these numbers: which, no document says."""


class OgangiGateway:
    """Sends each message by a call of its own: `sendMT`, or `sendSMS` where the connection says so."""

    name = NAME
    most_at_once = 0
    fills_patterns = False

    def __init__(self, client: Ogangi, logins: Logins) -> None:
        self._client = client
        self._logins = logins

    def most_recipients(self, outgoing: Outgoing) -> int:
        """One: no call of Ogangi's for SMS takes more."""
        return 1

    def lists(self, text: str) -> bool:
        """Each goes alone."""
        return False

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        """Send to one, once."""
        refused = _refused(outgoing, recipients)
        if refused is not None:
            return refused
        try:
            login = self._logins.get(connection_id)
            answer = self._call(login, outgoing, recipients[0])
        except NotSendable as error:
            return SendResult(Verdict.REFUSED, Fault.MESSAGE, "not_sendable", str(error))
        except SecretUnreadable as error:
            return SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "secret_unreadable", str(error))
        except NotFound as error:
            return SendResult(Verdict.REFUSED, Fault.ACCOUNT, "account_removed", str(error))
        if answer.meaning is Meaning.CREDENTIALS:
            self._logins.forget(connection_id)
        return verdicts.of_send(answer)

    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        """Ask for one message that came from a phone: the signature is tried, and nothing is sent."""
        deadline = time.monotonic() + (timeout or PROVING_SECONDS)
        self._logins.forget(connection_id)
        try:
            keys = self._logins.get(connection_id).keys
            for page in FIRST_PAGES:
                remaining = max(0.1, deadline - time.monotonic())
                answer = self._client.incoming(keys, page, 1, timeout=remaining)
                if not answer.is_about_the_page:
                    break
        except NotSendable as error:
            return SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "not_sendable", str(error))
        except (SecretUnreadable, NotFound) as error:
            return SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "secret_unreadable", str(error))
        return verdicts.of_question(answer)

    def _call(self, login: Login, outgoing: Outgoing, recipient: Recipient) -> Answer:
        sms = Sms(
            sender=code_of(outgoing.sender_id),
            number=recipient.digits,
            text=outgoing.text,
            carrier=login.carrier,
            flags=login.flags,
        )
        send = self._client.send_sms if login.call == SEND_SMS else self._client.send_mt
        return send(login.keys, sms)


def code_of(sender_id: str) -> str:
    """Return a sender id as Ogangi writes codes: a number without its plus."""
    digits = sender_id.removeprefix("+")
    return digits if digits.isdecimal() else sender_id


def _refused(outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult | None:
    """Return why this cannot be sent at all, None where it can."""
    if len(recipients) != 1 or outgoing.personalised or outgoing.differing:
        words = "Ogangi takes messages one by one."
        return SendResult(Verdict.REFUSED, Fault.MESSAGE, "one_by_one", words, split=len(recipients) > 1)
    if outgoing.channel != CHANNEL:
        return SendResult(
            Verdict.REFUSED, Fault.MESSAGE, "channel", f"Ogangi carries no {outgoing.channel}: SMS alone."
        )
    if not outgoing.sender_id:
        words = "Ogangi needs a sender id: the short or long code that the message is from."
        return SendResult(Verdict.REFUSED, Fault.MESSAGE, "sender_id", words)
    if len(outgoing.text) > LONGEST_TEXT:
        words = f"The text has more than {LONGEST_TEXT:,} characters, which Ogangi does not send: shorten it."
        return SendResult(Verdict.REFUSED, Fault.MESSAGE, "text_too_long", words)
    return None
