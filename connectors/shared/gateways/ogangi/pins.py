"""PINs that Ogangi makes, sends and tells us. The PIN is in no log and no repr."""

from connectors.shared.errors import NotFound
from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.ogangi import verdicts
from connectors.shared.gateways.ogangi.answers import Meaning
from connectors.shared.gateways.ogangi.client import Ogangi, Sms
from connectors.shared.gateways.ogangi.gateway import code_of
from connectors.shared.gateways.ogangi.logins import Logins
from connectors.shared.gateways.ogangi.signing import NotSendable
from connectors.shared.gateways.verifier import SentPin
from connectors.shared.secrets import SecretUnreadable

NO_SENDER_ID = (
    "Ogangi needs a sender id: the short or long code that the PIN is from. Give it with "
    "`connectors accounts update --gateway ogangi --sender-id`."
)


class OgangiPins:
    """Sends PINs by `sendSMSPinMobileNumberConfirm`, from the connection's own sender id."""

    def __init__(self, client: Ogangi, logins: Logins) -> None:
        self._client = client
        self._logins = logins

    def send_pin(self, connection_id: int, number: str, text: str, length: int) -> SentPin:
        """Have a PIN of so many characters sent to a number (digits of E.164) beside this text."""
        try:
            login = self._logins.get(connection_id)
            if not login.sender_id:
                return _none(Verdict.REFUSED, Fault.ACCOUNT, "sender_id", NO_SENDER_ID)
            sms = Sms(code_of(login.sender_id), number, text, login.carrier)
            answer = self._client.send_pin(login.keys, sms, length)
        except NotSendable as error:
            return _none(Verdict.REFUSED, Fault.MESSAGE, "not_sendable", str(error))
        except SecretUnreadable as error:
            return _none(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "secret_unreadable", str(error))
        except NotFound as error:
            return _none(Verdict.REFUSED, Fault.ACCOUNT, "account_removed", str(error))
        if answer.meaning is Meaning.CREDENTIALS:
            self._logins.forget(connection_id)
        if answer.meaning is Meaning.OK and answer.pin is None:
            return _none(Verdict.IN_DOUBT, Fault.VENDOR, "no_pin", "Ogangi took it without telling the PIN. Ask again.")
        return SentPin(answer.pin if answer.meaning is Meaning.OK else None, verdicts.of_send(answer))


def _none(verdict: Verdict, fault: Fault, code: str, explanation: str) -> SentPin:
    return SentPin(None, SendResult(verdict, fault, code, explanation))
