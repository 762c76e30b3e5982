"""The gateways that the sandbox plays, as the inbox of phones sees them."""

from connectors.sandbox.ogangi import NAME as OGANGI
from connectors.sandbox.ogangi import incoming
from connectors.sandbox.smsc import NAME as SMSC
from connectors.sandbox.smsc import levers
from connectors.sandbox.state import Sandbox

GATEWAY_NAMES = {"message-central": "Message Central", SMSC: "SMSC", OGANGI: "Ogangi"}


def answer_by_gateway(sandbox: Sandbox, number: str, text: str) -> bool:
    """Let a phone (`+` and digits) answer its last message. Return whether that gateway has answers."""
    last = sandbox.inbox.newest_on(number)
    if last is None or last.gateway not in (SMSC, OGANGI):
        return False
    if last.gateway == SMSC:
        levers.receive(sandbox, number, levers.OWN_NUMBER, text)
    else:
        incoming.receive(sandbox, number.removeprefix("+"), _code_of(last.sender_id), text)
    return True


def _code_of(sender_id: str) -> str:
    """Return the number that an answer goes to: the sender, unless that is a name."""
    return sender_id if sender_id.isdecimal() else incoming.SHORT_CODE
