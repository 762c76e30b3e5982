"""Gateways without a network: one that confirms calls, one that makes PINs, and an account on both."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from connectors.service import Service
from connectors.shared.accounts.store import Defaults, connect, insert_account
from connectors.shared.gateways.base import Fault, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import Built, GatewayKind, House
from connectors.shared.gateways.logins import GatewayLogin, LoginForm
from connectors.shared.gateways.verifier import CallToConfirm, SentPin
from connectors.shared.verifications.own_codes import OwnCodes
from tests.shared.verifications.desk import Desk

CALLS, PINS = "calls", "pins"
TO_CALL = "74950000000"
PIN = "846547"
ACCEPTED = SendResult(Verdict.ACCEPTED, Fault.NOBODY, transaction_id="t-1")
CALLED = CallToConfirm(TO_CALL, 900, ACCEPTED)
SENT_PIN = SentPin(PIN, ACCEPTED)
REFUSED = SendResult(Verdict.REFUSED, Fault.MESSAGE, "6", "Forbidden.")


@dataclass
class GatewayDouble:
    """Takes everything until `answer` says otherwise; keeps what it was asked."""

    name: str = CALLS
    most_at_once: int = 0
    fills_patterns: bool = False
    sends: list[tuple[int, Outgoing, Recipient]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pins: list[tuple[str, str, int]] = field(default_factory=list)
    answer: Callable[[], SendResult] = lambda: ACCEPTED
    called: CallToConfirm = CALLED
    pin: SentPin = SENT_PIN

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        (recipient,) = recipients
        self.sends.append((connection_id, outgoing, recipient))
        return self.answer()

    def most_recipients(self, outgoing: Outgoing) -> int:
        return 1

    def lists(self, text: str) -> bool:
        return False

    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        return ACCEPTED

    def ask(self, connection_id: int, number: str) -> CallToConfirm:
        self.asked.append(number)
        return self.called

    def send_pin(self, connection_id: int, number: str, text: str, length: int) -> SentPin:
        self.pins.append((number, text, length))
        return self.pin

    @property
    def code(self) -> str:
        """The code in the last message."""
        found = re.match("[0-9]{4,8}", self.sends[-1][1].text)
        assert found
        return found[0]


def kind(gateway: GatewayDouble) -> GatewayKind:
    """Have a double be a gateway of the installation."""

    def build(house: House) -> Built:
        able = {CALLS: {"calls": gateway}, PINS: {"pins": gateway}}[gateway.name]
        return Built(gateway, OwnCodes(gateway.name, house.database, house.secrets, gateway, **able))

    form = LoginForm((), {}, lambda *_: login(gateway.name), lambda known, *_: known)
    return GatewayKind(gateway.name, gateway.name.title(), Features(), form, build)


def login(name: str) -> GatewayLogin:
    return GatewayLogin(name, f"login-{name}", {"password": "p"})


def own_desk(service: Service, *names: str, customer_id: str = "C-OWN") -> Desk:
    """Add an account with connections to these gateways, in this order."""
    with service.database.write() as connection:
        account_id = insert_account(connection, customer_id)
        for name in names:
            defaults = Defaults(sender_id=f"FROM-{name}", country_code="91", template_id="T", entity_id="E")
            connect(connection, service.secrets, account_id, login(name), defaults)
    return Desk(service, account_id)
