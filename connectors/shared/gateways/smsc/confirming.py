"""SMSC's confirmation of a number by a call from it: https://smscentre.com/api/http/miscellaneous/waitcall."""

from typing import Final

from connectors.shared.errors import NotFound
from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.smsc import verdicts
from connectors.shared.gateways.smsc.answers import Refusal
from connectors.shared.gateways.smsc.bounded import BoundedSmsc
from connectors.shared.gateways.smsc.gateway import without_login
from connectors.shared.gateways.verifier import CallToConfirm
from connectors.shared.secrets import SecretUnreadable

CALL_WITHIN_SECONDS: Final = 900.0


class SmscCallConfirmation:
    """Asks which number a person has to call; that the call came is told by a callback, or by polling."""

    def __init__(self, bounded: BoundedSmsc) -> None:
        self._bounded = bounded

    def ask(self, connection_id: int, number: str) -> CallToConfirm:
        """Ask which number this one (digits of E.164) is to call. Raises StoreUnavailable, with nothing asked."""
        try:
            answer = self._bounded.wait_call(connection_id, number)
        except (SecretUnreadable, NotFound) as error:
            return CallToConfirm(None, 0.0, without_login(error))
        if isinstance(answer, Refusal):
            return CallToConfirm(None, 0.0, verdicts.of_question(answer))
        return CallToConfirm(answer.phone, CALL_WITHIN_SECONDS, SendResult(Verdict.ACCEPTED, Fault.NOBODY))
