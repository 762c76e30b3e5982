"""The demo from its first process to its last figure."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from connectors.demo.audience import ACCOUNT, DELIVERED, Sms, campaign, first_sms, message_id, tally
from connectors.demo.clevertap import CONNECTIONS, Answer, CleverTap
from connectors.demo.figures import Figure, Seen, figures
from connectors.demo.gateways_act import GatewaysAct
from connectors.demo.gateways_texting import CALLBACK_SECRET, Texting
from connectors.demo.keepsakes import Keepsakes, keepsakes
from connectors.demo.marketing import Marketer
from connectors.demo.observing import OPEN, Observer, Stats, post_receipts_to
from connectors.demo.pipedrive_act import PipedriveAct
from connectors.demo.processes import DemoFailed, Processes, await_ready, await_url, free_port
from connectors.demo.sales import Salesperson
from connectors.demo.screen import Bars, Screen, Speed
from connectors.demo.shopify_act import ShopifyAct
from connectors.demo.shopkeeping import Shopkeeping
from connectors.demo.waiting import LOOK_SECONDS, Patience
from connectors.demo.workbook_campaign import WorkbookCampaign
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.shopify import grants as shopify

QUICK_LOOK_SECONDS = 0.002
SERVICE = "service"
CUSTOMER = "C-DEMO0123456789"
EMAIL = "marketing@shop.example"
PASSWORD = "a password of the demo"  # noqa: S105 - opens nothing but the sandbox
BAD_NUMBERS = ("+91 98161", "ask at the shop")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything runs."""

    service_url: str
    sandbox_url: str
    api_key: str
    log_of_service: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it, and where to look."""

    stage: Stage
    keepsakes: Keepsakes
    figures: list[Figure]
    filter_id: int
    """Of the people in Pipedrive who got the campaign."""

    @property
    def right(self) -> bool:
        """Whether every figure is what it must be."""
        return all(figure.right for figure in self.figures)


class Play:
    """One performance."""

    def __init__(self, parts: Processes, screen: Screen, count: int) -> None:
        self._parts = parts
        self._screen = screen
        self._first = first_sms()
        self._campaign = campaign(count)

    def run(self) -> Outcome:
        """Play it all. Raises DemoFailed where it cannot go on."""
        stage = self._set_up()
        with closing(Observer(stage.service_url, stage.sandbox_url, stage.api_key)) as observer:
            seen, speed = self._play_clevertap(stage, observer)
            left = keepsakes()
            of_workbook = self._play_workbook(stage, observer, left)
            of_pipedrive, filter_id = self._play_pipedrive(stage, observer, left)
            of_gateways = self._play_gateways(stage, observer)
            of_shopify = self._play_shopify(stage, observer)
        found = [*figures([self._first, *self._campaign], seen), *of_workbook, *of_pipedrive, *of_gateways, *of_shopify]
        self._screen.table(found)
        self._screen.speed(speed, seen.answers[1:])
        return Outcome(stage, left, found, filter_id)

    def _play_clevertap(self, stage: Stage, observer: Observer) -> tuple[Seen, Speed]:
        clevertap = CleverTap(stage.service_url, CUSTOMER, PASSWORD)
        patience = Patience(stage.log_of_service)
        answer, first_on_phone = self._send_test_sms(clevertap, observer, patience)
        seen, speed = self._run_campaign(clevertap, observer, patience, answer)
        return seen, replace(speed, first_on_phone=first_on_phone)

    def _play_workbook(self, stage: Stage, observer: Observer, left: Keepsakes) -> list[Figure]:
        with closing(Marketer(stage.service_url, stage.api_key)) as marketer:
            return WorkbookCampaign(marketer, observer, self._screen, Patience(stage.log_of_service)).run(left)

    def _play_pipedrive(self, stage: Stage, observer: Observer, left: Keepsakes) -> tuple[list[Figure], int]:
        login = {"customer_id": CUSTOMER, "email": EMAIL, "password": PASSWORD}
        with closing(Salesperson(stage.service_url, stage.sandbox_url)) as salesperson:
            patience = Patience(stage.log_of_service)
            act = PipedriveAct(salesperson, observer, stage.sandbox_url, self._screen, patience)
            return act.run(login, left.pipedrive_report)

    def _play_gateways(self, stage: Stage, observer: Observer) -> list[Figure]:
        with closing(Texting(stage.service_url, stage.sandbox_url, stage.api_key)) as texting:
            patience = Patience(stage.log_of_service)
            return GatewaysAct(texting, observer, self._screen, self._command, patience).run(CUSTOMER)

    def _play_shopify(self, stage: Stage, observer: Observer) -> list[Figure]:
        def go_on_later(seconds: int) -> Patience:
            return Patience(self.start_again(stage, seconds))

        with closing(Shopkeeping(stage.service_url, stage.sandbox_url, stage.api_key)) as shop:
            patience = Patience(stage.log_of_service)
            return ShopifyAct(shop, observer, self._screen, self._command, go_on_later, patience).run()

    def start_again(self, stage: Stage, ahead: int) -> Path:
        """Stop the service and start it again with its clock so many seconds ahead; returns its new log."""
        self._parts.halt(SERVICE)
        port = str(urlsplit(stage.service_url).port)
        settings = {"CONNECTORS_CLOCK_AHEAD_SECONDS": str(ahead)}
        log = self._parts.start(SERVICE, "serve", "--port", port, settings=settings)
        await_ready(stage.service_url, log)
        return log

    def _set_up(self) -> Stage:
        self._screen.heading("Starting the service, and a sandbox that plays vendors and phones")
        port = free_port()
        service_url = f"http://127.0.0.1:{port}"
        apps = ("--pipedrive-app", service_url, "--shopify-app", service_url)
        sandbox_url = await_url(self._parts.start("sandbox", "sandbox", "--port", "0", *apps))
        settings = {
            "CONNECTORS_DATA_DIR": str(self._parts.folder / "var"),
            "CONNECTORS_PUBLIC_URL": service_url,
            "CONNECTORS_MESSAGE_CENTRAL_URL": sandbox_url,
            "CONNECTORS_SMSC_URL": sandbox_url,
            "CONNECTORS_SMSC_CALLBACK_SECRET": CALLBACK_SECRET,
            "CONNECTORS_OGANGI_URL": f"{sandbox_url}/ogangi",
            "CONNECTORS_CLEVERTAP_CALLBACK_HOSTS": "127.0.0.1",
            "CONNECTORS_PIPEDRIVE_CLIENT_ID": CLIENT_ID,
            "CONNECTORS_PIPEDRIVE_CLIENT_SECRET": CLIENT_SECRET,
            "CONNECTORS_PIPEDRIVE_OAUTH_URL": sandbox_url,
            "CONNECTORS_PIPEDRIVE_API_HOSTS": "127.0.0.1",
            "CONNECTORS_PIPEDRIVE_FRAME_ANCESTORS": sandbox_url,
            "CONNECTORS_SHOPIFY_CLIENT_ID": shopify.CLIENT_ID,
            "CONNECTORS_SHOPIFY_CLIENT_SECRET": shopify.CLIENT_SECRET,
            "CONNECTORS_SHOPIFY_ADMIN_URL": f"{sandbox_url}/shopify/{{shop}}",
        }
        log = self._parts.start(SERVICE, "serve", "--port", str(port), settings=settings)
        await_ready(service_url, log)
        self._screen.say(f"  service  {service_url}\n  sandbox  {sandbox_url}")
        api_key = self._set_up_account(sandbox_url)
        return Stage(service_url, sandbox_url, api_key, log)

    def _set_up_account(self, sandbox_url: str) -> str:
        """Do by the real commands what an operator does; returns a key for the REST API."""
        self._screen.heading("What an operator does once")
        login = ("--customer-id", CUSTOMER)
        details = ("--email", EMAIL, "--sender-id", "UTOMOB", "--country-code", "91")
        self._command("accounts", "add", *login, *details, "--password-stdin", typed=PASSWORD)
        reports_url = f"{sandbox_url}/clevertap/sms/generic?account={ACCOUNT}"
        self._command("clevertap", "reports", "--account", ACCOUNT, "--url", reports_url)
        post_receipts_to(sandbox_url, self._command("callback-url", *login).split()[0])
        return self._command("api-keys", "create", *login).split()[-1]

    def _command(self, *arguments: str, typed: str = "") -> str:
        self._screen.say(f"  $ connectors {' '.join(arguments)}", dim=True)
        return self._parts.run(*arguments, typed=typed)

    def _send_test_sms(self, clevertap: CleverTap, observer: Observer, patience: Patience) -> tuple[Answer, float]:
        """Press "Send Test SMS"; returns the answer and after how long the vendor had the message."""
        self._screen.heading("CleverTap: Send Test SMS")
        began = time.perf_counter()
        answer = clevertap.send(self._first)
        if answer.transaction_id is None:
            raise DemoFailed(f"The service did not take the test SMS ({answer.status}): {answer.message}")
        patience.wait("the test SMS", lambda: observer.stats().messages > 0, QUICK_LOOK_SECONDS)
        on_phone = time.perf_counter() - began
        message = answer.transaction_id
        patience.wait("its receipt", lambda: observer.message(message)["status"] == "delivered")
        patience.wait("its report", lambda: observer.stats().reports > 0)
        self._screen.say("  accepted, sent, delivered, and reported back to CleverTap")
        return answer, on_phone

    def _run_campaign(
        self, clevertap: CleverTap, observer: Observer, patience: Patience, first: Answer
    ) -> tuple[Seen, Speed]:
        self._announce_campaign()
        with self._screen.bars(self._totals()) as bars, ThreadPoolExecutor(1) as pool:
            began = time.perf_counter()
            answered: list[float] = []
            try:
                sending = pool.submit(
                    clevertap.send_all, self._campaign, lambda: answered.append(time.perf_counter() - began)
                )
                self._watch(observer, bars, answered, sending)
            finally:
                clevertap.stop()
            answers = sending.result()
            copy = clevertap.send(self._campaign[0])
            refused = [clevertap.send(sms) for sms in self._bad()]
            self._await_ends(observer, patience, bars)
            speed = Speed(answered[-1], time.perf_counter() - began, 0.0, observer.stats().calls)
        seen = Seen(
            answers=[first, *answers],
            original=answers[0],
            copy=copy,
            refused=refused,
            texts=observer.texts(),
            messages=observer.messages(),
            reports=observer.reports(),
        )
        return seen, speed

    def _announce_campaign(self) -> None:
        self._screen.heading(
            f"CleverTap: a campaign of {len(self._campaign):,}, then a second copy and two bad numbers"
        )
        self._screen.say(f"  one request each, over {CONNECTIONS} connections; each text has a name of its own")
        trouble = [(fate, count) for fate, count in tally(self._campaign).items() if fate is not DELIVERED]
        for fate, count in trouble:
            self._screen.say(f"  {count:>3,} × {fate.meaning}", dim=True)

    def _bad(self) -> list[Sms]:
        return [Sms(number, "This one cannot arrive.", message_id("0000000000")) for number in BAD_NUMBERS]

    def _totals(self) -> dict[str, int]:
        receipts = [sms.fate.receipts for sms in self._campaign]
        total = len(self._campaign)
        return {
            "accepted": total,
            "on phones": sum(count > 0 for count in receipts),
            "receipts": sum(receipts),
            "reports": total,
        }

    def _watch(self, observer: Observer, bars: Bars, answered: list[float], sending: Future[list[Answer]]) -> None:
        while not sending.done():
            bars.show(accepted=len(answered))
            _show(bars, observer.stats())
            time.sleep(LOOK_SECONDS)
        bars.show(accepted=len(answered))

    def _await_ends(self, observer: Observer, patience: Patience, bars: Bars) -> None:
        """Wait until everything has come that must; without it the figures tell what is missing."""
        totals = self._totals()

        def ended() -> bool:
            stats = observer.stats()
            _show(bars, stats)
            # The test SMS has one of each too.
            return stats.reports > totals["reports"] and stats.receipts > totals["receipts"]

        try:
            patience.wait("receipts and reports", ended)
            patience.wait("the last ends", lambda: not OPEN & {entry["status"] for entry in observer.messages()})
        except DemoFailed as error:
            self._screen.say(str(error))


def _show(bars: Bars, stats: Stats) -> None:
    """Move the bars; the test SMS is none of the campaign's."""
    bars.show(**{"on phones": stats.messages - 1, "receipts": stats.receipts - 1, "reports": stats.reports - 1})
