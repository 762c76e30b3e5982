"""The app as processes, a sandbox that plays Pipedrive and Message Central, and somebody at a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Playwright, expect

from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.server import SandboxServer
from tests.serving.processes import Installation

COMPANY, ADMIN, SALES = 1, 7, 8
CUSTOMER, PASSWORD, EMAIL = "C-ACME0123456789", "a password of the tests", "anaya@example.com"
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WAIT_MS: Final = 15_000


class WholeApp:
    """A service that is up, and the Pipedrive and the Message Central that it knows."""

    def __init__(self, installation: Installation, outside: SandboxServer) -> None:
        self.installation = installation
        self.outside = outside

    @property
    def url(self) -> str:
        return self.installation.url

    @property
    def book(self) -> PipedriveBook:
        return self.outside.sandbox.pipedrive

    @property
    def hosts(self) -> set[str]:
        """Whom a browser may ask."""
        return {urlsplit(url).netloc for url in (self.url, self.outside.url)}


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[WholeApp]:
    """Run the service in a folder, with the sandbox's own company in Pipedrive; nobody has installed the app."""
    with SandboxServer(SandboxOptions(receipt_delay=0.1)) as outside:
        pointed = {
            "CONNECTORS_PIPEDRIVE_CLIENT_ID": CLIENT_ID,
            "CONNECTORS_PIPEDRIVE_CLIENT_SECRET": CLIENT_SECRET,
            "CONNECTORS_PIPEDRIVE_OAUTH_URL": outside.url,
            "CONNECTORS_PIPEDRIVE_API_HOSTS": "127.0.0.1",
            "CONNECTORS_PIPEDRIVE_FRAME_ANCESTORS": outside.url,
        }
        made = Installation(folder, outside.url, **pointed, **settings)
        made.environment["CONNECTORS_PUBLIC_URL"] = made.url
        callback = made.run("callback-url").stdout.splitlines()[0]
        outside.settings(callback_urls=(callback,), pipedrive_app_url=made.url)
        outside.sandbox.pipedrive.seed()
        try:
            made.serve()
            yield WholeApp(made, outside)
        finally:
            made.end()


def launched(playwright: Playwright, chromium: str | None) -> Browser:
    return playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)


class Person:
    """Somebody at a browser of their own. `complaints` are what it said on its console, `strangers` hosts it asked."""

    def __init__(self, browser: Browser, app: WholeApp, user_id: int = ADMIN, **options: Any) -> None:
        shown: dict[str, Any] = {"viewport": {"width": 1280, "height": 960}, "timezone_id": "Asia/Kolkata"}
        self.app = app
        self.user_id = user_id
        self.context: BrowserContext = browser.new_context(locale="en-GB", accept_downloads=True, **shown | options)
        self.context.set_default_timeout(WAIT_MS)
        self.complaints: list[str] = []
        self.strangers: set[str] = set()
        self.context.on("console", lambda said: self.complaints.append(said.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", lambda request: self._note(request.url))
        self.page: Page = self.context.new_page()

    def install(self) -> None:
        """Let the app in, from its own address; ends at the app's settings in Pipedrive."""
        self.page.goto(f"{self.app.url}/pipedrive/install")
        self.page.get_by_label("Install it for").select_option(f"{COMPANY}:{self.user_id}")
        self.page.get_by_role("button", name="Allow and install").click()
        self.page.wait_for_url(f"{self.app.outside.url}/pipedrive/settings**")

    def open(self, path: str, **query: Any) -> Page:
        """Open one of Pipedrive's pages: `people`, `people/1`, `settings`."""
        whose = {"company": COMPANY, "user": self.user_id}
        self.page.goto(f"{self.app.outside.url}/pipedrive/{path}?{urlencode(whose | query)}")
        return self.page

    def frame(self) -> FrameLocator:
        """The newest window of the app, once it is filled."""
        frame = self.page.frame_locator("iframe >> nth=-1")
        expect(frame.locator("#page:not([aria-busy])")).to_be_visible(timeout=WAIT_MS)
        return frame

    def choose(self, action: str) -> FrameLocator:
        """Choose an entry of the list's menu of three dots."""
        self.page.get_by_role("button", name="More actions").click()
        self.page.get_by_role("button", name=action).click()
        return self.frame()

    def close(self) -> None:
        self.context.close()

    def _note(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https") and address.netloc not in self.app.hosts:
            self.strangers.add(address.netloc)


def set_up(person: Person) -> None:
    """Enter the company's login in the app's settings, and what they send as."""
    form = person.frame()
    form.get_by_label("Customer ID").fill(CUSTOMER)
    form.get_by_label("Email").fill(EMAIL)
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_label("Sender ID").fill("UTOMOB")
    form.get_by_label("Default country code").fill("91")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.get_by_text("Saved. Message Central accepts this login.")).to_be_visible()
