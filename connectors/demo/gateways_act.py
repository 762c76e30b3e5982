"""The demo's act with three gateways: each carries what its route says, one refuses, and somebody answers STOP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from connectors.demo.figures import Figure
from connectors.demo.gateways_cast import STOPPING, TEXTS, TITLES, TOO_LATE, Text
from connectors.demo.gateways_figures import Carried, GatewaysSeen, gateways_figures
from connectors.demo.gateways_texting import Texting
from connectors.demo.observing import Observer
from connectors.demo.screen import Screen
from connectors.demo.waiting import Patience
from connectors.sandbox.ogangi.signing import PRIVATE_KEY, PUBLIC_KEY
from connectors.shared.phone_numbers import mask

SMSC_PASSWORD: Final = "a password at SMSC"  # noqa: S105 - opens nothing but the sandbox
ON_ITS_WAY: Final = frozenset({"scheduled", "queued", "sending"})
ENDED: Final = frozenset({"delivered", "undelivered", "expired", "rejected", "failed", "canceled", "suppressed"})


class Command(Protocol):
    """Runs `connectors …` and returns what it printed."""

    def __call__(self, *arguments: str, typed: str = "") -> str: ...


class GatewaysAct:
    """An account with three gateways."""

    def __init__(
        self, texting: Texting, observer: Observer, screen: Screen, command: Command, patience: Patience
    ) -> None:
        self._texting = texting
        self._observer = observer
        self._screen = screen
        self._command = command
        self._patience = patience

    def run(self, customer_id: str) -> list[Figure]:
        """Play it; returns the figures. Raises DemoFailed where it cannot go on."""
        self._connect(("--customer-id", customer_id))
        before = self._observer.stats().messages
        self._screen.heading("One program texts four people by the REST API; their numbers say by which gateway")
        ids = {text: self._texting.send(text.number, text.text) for text in TEXTS}
        self._patience.wait("the gateways", lambda: all(self._over(text, ids[text]) for text in TEXTS))
        after_stop = self._stop()
        carriers = self._texting.carriers(before)
        carried = [self._carried(text, ids[text], carriers) for text in TEXTS]
        self._show(carried)
        seen = GatewaysSeen(
            carried=carried,
            phones=self._observer.texts(since=before),
            stopped=self._stopped(),
            after_stop=after_stop,
        )
        return gateways_figures(seen)

    def _connect(self, account: tuple[str, str]) -> None:
        """Give the account two more gateways, and say which numbers they carry."""
        self._screen.heading("The account gets two more gateways, SMSC and Ogangi")
        of_smsc = ("--gateway", "smsc", "--login", "shop", "--sender-id", "SHOP", "--password-stdin")
        keys = ("--instance-id", "7", "--public-key", PUBLIC_KEY)
        of_ogangi = ("--gateway", "ogangi", *keys, "--sender-id", "2020", "--password-stdin")
        with ThreadPoolExecutor() as pool:
            connecting = [
                pool.submit(self._command, "accounts", "connect", *account, *of_smsc, typed=SMSC_PASSWORD),
                pool.submit(self._command, "accounts", "connect", *account, *of_ogangi, typed=PRIVATE_KEY),
            ]
            for each in connecting:
                each.result()
            routes = (
                ("--prefix", "7", "--gateway", "smsc", "--fallback", "ogangi"),
                ("--prefix", "58", "--gateway", "ogangi"),
            )
            routing = [pool.submit(self._command, "routes", "add", *account, *route) for route in routes]
            handler = pool.submit(self._command, "callback-url", *account, "--gateway", "smsc")
            for each in routing:
                each.result()
            self._texting.tell(handler.result().split()[0])

    def _over(self, text: Text, message_id: str) -> bool:
        """Say whether nothing more is to come: Ogangi never tells more than that it took a message."""
        status = self._observer.message(message_id)["status"]
        return status in ENDED or (text.status == "sent" and status not in ON_ITS_WAY)

    def _stop(self) -> str:
        """Have somebody answer STOP; returns what becomes of the next text to that number."""
        self._screen.heading("Somebody answers STOP, and is texted once more")
        self._texting.answer(STOPPING.number, "STOP")
        self._patience.wait("the opt-out", lambda: STOPPING.number in self._stopped())
        message_id = self._texting.send(STOPPING.number, TOO_LATE)
        self._patience.wait("its end", lambda: self._status(message_id) in ENDED)
        self._screen.say(f"  {mask(STOPPING.number)} opted out by SMSC; what comes after is {self._status(message_id)}")
        return self._status(message_id)

    def _status(self, message_id: str) -> str:
        return str(self._observer.message(message_id)["status"])

    def _stopped(self) -> list[str]:
        return [opt_out["number"] for opt_out in self._observer.pages("/opt-outs")]

    def _carried(self, text: Text, message_id: str, carriers: dict[tuple[str, str], str]) -> Carried:
        gateway = carriers.get((text.number, text.text))
        return Carried(text.number, text.text, TITLES.get(gateway or ""), self._status(message_id))

    def _show(self, carried: list[Carried]) -> None:
        rows = [(mask(one.number), one.text, one.gateway or "nobody", one.status) for one in carried]
        for position, text in enumerate(TEXTS):
            if text.tried:
                number, words, gateway, status = rows[position]
                rows[position] = number, words, f"{gateway}, as {text.tried} refused", status
        self._screen.rows(("number", "text", "carried by", "status"), rows)
