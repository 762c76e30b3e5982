"""The inbox of phones, in a real browser and byte by byte."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from connectors.sandbox.magic_numbers import MAGIC_NUMBERS
from connectors.sandbox.server import SandboxServer
from tests.contrast import FAINT_TEXTS
from tests.sandbox.caller import Caller

CHROMIUM = shutil.which("chromium")
REQUIRED = "chromium" in os.environ.get("CONNECTORS_TEST_REQUIRE", "")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync"),
]
Scheme = Literal["light", "dark"]
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


class Screen:
    """A page of the sandbox, and every complaint of the browser about it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)
        expect(page.get_by_text("Live", exact=True)).to_be_visible()

    def phone(self, number: str) -> str:
        return self.page.get_by_role("article", name=number).inner_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        assert not REQUIRED, "CONNECTORS_TEST_REQUIRE asks for chromium, and there is none on the PATH"
        pytest.skip("chromium is not on the PATH: the page is not looked at")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1360, "height": 1000}, locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def screen(context: BrowserContext, server: SandboxServer) -> Iterator[Screen]:
    screen = Screen(context.new_page(), server.url)
    yield screen
    assert screen.complaints == []


def test_the_page_and_its_parts_are_guarded(server: SandboxServer) -> None:
    page = requests.get(server.url, timeout=10)
    policy = page.headers["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} >= {
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
    }
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert '<html lang="en">' in page.text
    assert not [word for word in (" style=", " onclick=", "http://fonts", "https://") if word in page.text]


def test_every_magic_number_is_in_the_table(screen: Screen) -> None:
    rows = screen.page.get_by_role("region", name="Outcomes by number").get_by_role("row").all()
    told = [row.inner_text().split("\t") for row in rows[1:]]
    assert told == [[digits, outcome.happens] for digits, outcome in MAGIC_NUMBERS.items()]


def test_messages_show_up_by_themselves(screen: Screen, caller: Caller) -> None:
    expect(screen.page.get_by_role("heading", name="No message yet")).to_be_visible()
    caller.send(messageType="TRANSACTION")
    caller.send_to("7715130001", "A second one")
    expect(screen.page.get_by_text("Undelivered")).to_be_visible()
    expect(screen.page.get_by_text("Delivered", exact=True)).to_be_visible()
    expect(screen.page.get_by_role("heading", name="No message yet")).to_be_hidden()
    numbers = screen.page.locator("#phones h3").all_inner_texts()
    assert numbers == ["+91 77151 30001", "+91 98161 11111"]
    shown = screen.phone("+91 98161 11111")
    assert all(part in shown for part in ("UTOMOB", "transactional", "Your order is on its way.", "1 message"))
    expect(screen.page.get_by_role("status")).to_have_text("2 new messages, 2 in all")


def test_what_arrives_is_text_and_nothing_else(screen: Screen, caller: Caller) -> None:
    caller.send(message=HOSTILE, senderId="<b>x</b>")
    bubble = screen.page.locator(".text")
    expect(bubble).to_have_text(HOSTILE)
    expect(screen.page.locator(".sender")).to_have_text("<b>x</b>")
    assert "Inbox of phones" in screen.page.title()
    assert screen.page.locator("#phones img, #phones script, #phones b").count() == 0


def test_totals_are_written_as_people_write_them(screen: Screen, caller: Caller) -> None:
    for start in range(0, 1_200, 100):
        numbers = [f"98{number:08d}" for number in range(start + 21_000, start + 21_100)]
        assert caller.send_many(*numbers).status_code == 200
    expect(screen.page.locator("[data-figure=messages]")).to_have_text("1,200")
    expect(screen.page.get_by_text("the newest 200 of 1,200")).to_be_visible()
    assert screen.page.locator("#phones > li").count() == 200
    caller.send_many("9800021199", "9800021198")
    expect(screen.page.locator("[data-figure=duplicates]")).to_have_text("2")
    assert screen.page.locator("#phones > li").count() == 200


def test_a_busy_phone_shows_its_newest(screen: Screen, caller: Caller) -> None:
    for number in range(6):
        caller.send(message=f"Message {number}")
    expect(screen.page.get_by_text("6 messages, the newest 4")).to_be_visible()
    assert screen.page.locator(".text").all_inner_texts() == [f"Message {number}" for number in range(2, 6)]


@pytest.mark.parametrize("search", ["0099", "hidden needle", "+91 98000", "SEEKER"])
def test_search(screen: Screen, caller: Caller, search: str) -> None:
    caller.send(mobileNumber="9800000099", message="A Hidden Needle", senderId="Seeker")
    caller.send_to("7715131105", "Hay")
    expect(screen.page.locator("#phones > li")).to_have_count(2)
    screen.page.get_by_role("searchbox").fill(search)
    expect(screen.page.locator("#phones > li")).to_have_count(1)
    expect(screen.page.get_by_text("1 found", exact=True)).to_be_visible()
    screen.page.get_by_role("searchbox").fill("nowhere")
    expect(screen.page.get_by_role("heading", name="No phone fits")).to_be_visible()
    screen.page.get_by_role("searchbox").fill("")
    expect(screen.page.locator("#phones > li")).to_have_count(2)


def test_the_keyboard_is_enough(screen: Screen, caller: Caller) -> None:
    text = "All of a long text. " * 30
    caller.send(message=text)
    bubble = screen.page.locator(".text")
    expect(bubble).to_contain_text("…")
    keyboard = screen.page.keyboard
    keyboard.press("Tab")
    expect(screen.page.get_by_role("link", name="Skip to the phones")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(screen.page.get_by_role("searchbox")).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert screen.page.evaluate(outline) == "solid"
    keyboard.press("Tab")
    expect(screen.page.get_by_role("button", name="Show all")).to_be_focused()
    keyboard.press("Enter")
    expect(bubble).to_have_text(text)
    expect(screen.page.get_by_role("button", name="Show less")).to_be_focused()
    keyboard.press("Tab")
    expect(screen.page.get_by_role("region", name="Outcomes by number")).to_be_focused()


def test_a_phone_answers_by_the_gateway_of_its_last_message(screen: Screen, caller: Caller) -> None:
    caller.send()
    sent = {
        "login": "shop",
        "psw": "secret",
        "phones": "+79161112233",
        "mes": "Ваш заказ уже в пути",
        "charset": "utf-8",
    }
    requests.post(f"{caller.server.url}/sys/send.php", sent, timeout=10).raise_for_status()
    field = screen.page.get_by_role("textbox", name="Answer from +7 916 111-22-33")
    expect(field).to_be_visible()
    expect(screen.page.get_by_role("textbox", name="Answer from")).to_have_count(1)
    assert "by SMSC" in screen.phone("+7 916 111-22-33")
    assert "by Message Central" in screen.phone("+91 98161 11111")
    field.focus()
    screen.page.keyboard.type(HOSTILE)
    screen.page.keyboard.press("Tab")
    expect(screen.page.get_by_role("button", name="Send")).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator(".answered .text")).to_have_text(HOSTILE)
    expect(field).to_have_value("")
    assert [(one.phone, one.text) for one in caller.server.sandbox.smsc.incoming()] == [("79161112233", HOSTILE)]


def test_what_came_by_message_central_is_not_answered(caller: Caller) -> None:
    caller.send()
    body = {"from": "+919816111111", "text": "STOP"}
    assert caller.control("POST", "/inbox/answers", json=body).status_code == 409
    assert caller.control("POST", "/inbox/answers", json={"from": "+919816111111"}).status_code == 400


def test_a_sandbox_that_went_away_is_told(context: BrowserContext) -> None:
    with SandboxServer() as server:
        screen = Screen(context.new_page(), server.url)
    expect(screen.page.get_by_text("The sandbox does not answer; trying again")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1360])
def test_it_fits_and_can_be_read_in_both_schemes(
    browser: Browser, caller: Caller, tmp_path: Path, scheme: Scheme, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    caller.send_many("9816111111", "9816110001", "9816110005")
    caller.send(message="https://example.com/" + "a" * 200)
    sent = {"login": "shop", "psw": "secret", "phones": "+79161112233", "mes": "Hello"}
    requests.post(f"{caller.server.url}/sys/send.php", sent, timeout=10).raise_for_status()
    caller.control("POST", "/inbox/answers", json={"from": "+79161112233", "text": "STOP"}).raise_for_status()
    screen = Screen(context.new_page(), caller.server.url)
    expect(screen.page.get_by_text("Undelivered")).to_be_visible()
    picture = screen.page.screenshot(path=tmp_path / f"{scheme}-{width}.png", full_page=True)
    wider = screen.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    faint = screen.page.evaluate(FAINT_TEXTS)
    context.close()
    assert picture.startswith(b"\x89PNG")
    assert not wider
    assert faint == []
    assert screen.complaints == []
