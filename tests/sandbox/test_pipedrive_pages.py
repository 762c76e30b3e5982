"""Pages that frame the app as Pipedrive does, in a real browser with an app of one page."""

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright

from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.server import SandboxServer
from tests.contrast import FAINT_TEXTS
from tests.sandbox.framed_app import framed_app

CHROMIUM = shutil.which("chromium")
REQUIRED = "chromium" in os.environ.get("CONNECTORS_TEST_REQUIRE", "")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        assert not REQUIRED, "CONNECTORS_TEST_REQUIRE asks for chromium, and there is none on the PATH"
        pytest.skip("chromium is not on the PATH: the pages are not looked at")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, book: PipedriveBook) -> Iterator[Page]:
    """A page that is closed before what it looks at is."""
    context = browser.new_context(viewport={"width": 1360, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def deleted() -> list[dict[str, object]]:
    """What the app's callback was told by DELETE."""
    return []


@pytest.fixture
def book(server: SandboxServer, deleted: list[dict[str, object]]) -> Iterator[PipedriveBook]:
    """The seeded company; its admin has installed an app of one page."""
    with framed_app(deleted) as url:
        server.settings(pipedrive_app_url=url)
        book = server.sandbox.pipedrive
        book.seed()
        book.issue_tokens(1, 7)
        yield book


def framed(page: Page) -> Frame:
    """Return the newest frame, once its page is there."""
    frame = page.locator("iframe").last.element_handle().content_frame()
    assert frame is not None
    # A function: text would be evaluated anew at each look, which a strict policy of the page forbids.
    frame.wait_for_function("() => typeof ask === 'function'")
    return frame


def ask(frame: Frame, command: str, args: Any = None) -> Any:
    return frame.evaluate("([command, args]) => ask(command, args ?? undefined)", [command, args])


def query(frame: Frame) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(frame.url).query, keep_blank_values=True))


def open_action(page: Page, name: str) -> Frame:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name=name).click()
    return framed(page)


def test_a_panel_is_shown_once_it_says_initialize(page: Page, server: SandboxServer, book: PipedriveBook) -> None:
    page.goto(f"{server.url}/pipedrive/people/3?theme=dark")
    panel = framed(page)
    assert page.locator("iframe").is_hidden()
    assert "initialize" in ask(panel, "get_signed_token")["error"]
    ask(panel, "initialize", {"size": {"height": 2_000}})
    expect(page.locator("iframe")).to_be_visible()
    assert page.locator("iframe").bounding_box()["height"] == 750  # type: ignore[index]
    given = query(panel)
    assert given.pop("token")
    assert given.pop("id")
    about = {"resource": "person", "view": "details", "selectedIds": "3"}
    assert given == about | {"userId": "7", "companyId": "1", "theme": "dark"}
    assert ask(panel, "get_signed_token")["data"]["token"].count(".") == 2
    assert ask(panel, "resize", {"height": 40}) == {"data": None}
    assert page.locator("iframe").bounding_box()["height"] == 100  # type: ignore[index]
    assert set(ask(panel, "get_metadata")["data"]) == {"windowHeight", "windowWidth"}
    assert ask(panel, "fly")["error"] == "Invalid command"
    panel.evaluate("listen('user_settings_change'); listen('visibility')")
    page.get_by_role("button", name="Dark theme").click()
    page.get_by_role("button", name="Send an SMS").click()
    panel.wait_for_function("() => heard.length === 2", polling=50)  # it is hidden, and so nothing is drawn
    assert panel.evaluate("heard.map((one) => one.data)") == [
        {"theme": "light"},
        {"is_visible": False, "context": {"invoker": "user"}},
    ]


def test_a_page_that_says_nothing_is_never_shown(page: Page, server: SandboxServer, book: PipedriveBook) -> None:
    page.clock.install()
    page.goto(f"{server.url}/pipedrive/people/3")
    panel = framed(page)
    page.clock.fast_forward(10_000)
    expect(page.get_by_text("The app did not answer.")).to_be_visible()
    assert "too late" in ask(panel, "initialize")["error"]
    assert page.locator("iframe").is_hidden()


@pytest.mark.parametrize(
    ("tab", "ticks", "selected", "excluded", "tab_filter"),
    [
        ("everyone", ["Select Asha Example", "Select Esha Fiction"], "1,5", "", {"everyone": 1}),
        ("filter-1", ["Select all"], "", "", {"filter_id": 1}),
        ("user-8", ["Select all", "Select Bimal Sample"], "", "2", {"user_id": 8}),
    ],
)
def test_what_an_action_is_told_of_the_selection(
    page: Page,
    server: SandboxServer,
    book: PipedriveBook,
    tab: str,
    ticks: list[str],
    selected: str,
    excluded: str,
    tab_filter: dict[str, int],
) -> None:
    page.goto(f"{server.url}/pipedrive/people?tab={tab}")
    expect(page.get_by_role("button", name="More actions")).to_be_hidden()
    for tick in ticks:
        page.get_by_label(tick, exact=True).click()
    given = query(open_action(page, "SMS campaign"))
    assert (given["resource"], given["view"]) == ("person", "list")
    assert (given["selectedIds"], given["excludedIds"]) == (selected, excluded)
    assert json.loads(given["filter"]) == tab_filter


def test_a_modal(page: Page, server: SandboxServer, book: PipedriveBook) -> None:
    page.goto(f"{server.url}/pipedrive/people")
    page.get_by_label("Select Asha Example").click()
    campaign = open_action(page, "SMS campaign")
    ask(campaign, "initialize", {"size": {"height": 600, "width": 700}})
    size = page.locator("iframe").bounding_box()
    assert size is not None
    assert (size["height"], size["width"]) == (600, 700)
    ask(campaign, "show_snackbar", {"message": "Begun", "link": {"url": "https://example.com", "label": "View"}})
    expect(page.get_by_role("status").filter(has_text="Begun")).to_be_visible()
    campaign.evaluate("void (window.answered = ask('show_confirmation', {title: 'Send to 1?', okText: 'Send'}))")
    page.get_by_role("dialog", name="Send to 1?").get_by_role("button", name="Send").click()
    assert campaign.evaluate("answered") == {"data": {"confirmed": True}}
    campaign.evaluate(
        "void (window.ended =ask('open_modal', {type: 'custom_modal', action_id: 'Campaign report', data: {id: '4'}}))"
    )
    expect(page.locator("iframe")).to_have_count(2)
    report = framed(page)
    assert json.loads(query(report)["data"]) == {"id": "4"}
    ask(report, "initialize")
    campaign.evaluate("listen('close_custom_modal')")
    report.evaluate("void ask('close_modal')")
    campaign.wait_for_function("() => heard.length === 1")
    assert campaign.evaluate("ended") == {"data": {"status": "closed"}}
    page.get_by_role("dialog", name="SMS campaign").get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="More actions")).to_be_focused()
    report = open_action(page, "Campaign report")
    ask(report, "initialize")
    report.evaluate("void ask('redirect_to', {view: 'contacts', id: 5})")
    expect(page.get_by_role("heading", name="Esha Fiction")).to_be_visible()


def test_what_was_written_shows_up_by_itself(page: Page, server: SandboxServer, book: PipedriveBook) -> None:
    page.goto(f"{server.url}/pipedrive/people/1")
    expect(page.get_by_text("Nothing has been written")).to_be_visible()
    content = '<b>SMS</b> Hello <script>document.title=1</script><a href="javascript:0">x</a>'
    company = book.people.company(1)
    person = book.people.person(1, 1, 7)
    book.writings.add_note(company, company.users[7], person, {"content": content})
    expect(page.locator(".written")).to_have_text("SMS Hello x")
    assert page.locator(".written script, .written a").count() == 0
    assert page.locator(".written b").inner_text() == "SMS"


def test_the_page_that_asks(page: Page, server: SandboxServer, book: PipedriveBook) -> None:
    callback = f"{server.sandbox.settings.pipedrive_app_url}/pipedrive/callback"
    address = f"{server.url}/oauth/authorize?client_id={CLIENT_ID}&redirect_uri={callback}&state=s-1"
    page.goto(address)
    assert page.evaluate(FAINT_TEXTS) == []
    page.get_by_label("Install it for").select_option("1:8")
    page.get_by_role("button", name="Allow and install").click()
    page.wait_for_url(f"{callback}?*")
    given = dict(parse_qsl(urlsplit(page.url).query))
    assert given["state"] == "s-1"
    form = {"grant_type": "authorization_code", "code": given["code"], "redirect_uri": callback}
    tokens = requests.post(f"{server.url}/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=10).json()
    assert tokens["refresh_token"].startswith("1:8:")
    page.goto(address)
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"{callback}?error=user_denied&state=s-1")
    elsewhere = {"client_id": CLIENT_ID, "redirect_uri": "https://example.com"}
    assert requests.get(f"{server.url}/oauth/authorize", params=elsewhere, timeout=10).status_code == 400


def test_an_app_that_is_uninstalled_is_told(
    page: Page, server: SandboxServer, book: PipedriveBook, deleted: list[dict[str, object]]
) -> None:
    page.goto(f"{server.url}/pipedrive/settings")
    assert set(query(framed(page))) == {"userId", "companyId", "token", "id", "theme"}
    page.get_by_role("button", name="Uninstall the app").click()
    expect(page.get_by_text("The app was told, and answered 200.")).to_be_visible()
    expect(page.get_by_role("link", name="Install the app")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    [told] = deleted
    assert (told["company_id"], told["user_id"]) == (1, 7)
    assert told["by"] == (CLIENT_ID, CLIENT_SECRET)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_can_be_read_in_both_themes(page: Page, server: SandboxServer, book: PipedriveBook, theme: str) -> None:
    for path in ("people?tab=filter-1&", "people/1?", "settings?"):
        page.goto(f"{server.url}/pipedrive/{path}theme={theme}")
        assert page.evaluate(FAINT_TEXTS) == []


def test_pages_are_guarded(server: SandboxServer, book: PipedriveBook) -> None:
    answer = requests.get(f"{server.url}/pipedrive/people", timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-src {server.sandbox.settings.pipedrive_app_url};" in policy
    assert "script-src 'self'" in policy
    assert not [word for word in (" style=", " onclick=", "<script>") if word in answer.text]
    assert requests.get(f"{server.url}/pipedrive/people/99", timeout=10).status_code == 404
