"""The app as its users meet it: Chromium, a running service, and a sandbox that plays Pipedrive and Message Central."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, FrameLocator, expect, sync_playwright

from connectors.sandbox.pipedrive.grants import CLIENT_SECRET, Holder
from tests.conftest import missing
from tests.contrast import FAINT_TEXTS
from tests.pipedrive.audience import add_list
from tests.pipedrive.whole_app import (
    ADMIN,
    COMPANY,
    PASSWORD,
    SALES,
    WAIT_MS,
    Person,
    WholeApp,
    launched,
    running,
    set_up,
)

pytestmark = pytest.mark.xdist_group("the whole Pipedrive app")

Somebody = Callable[..., Person]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeApp]:
    with running(tmp_path_factory.mktemp("service")) as app:
        yield app


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("chromium", "there is no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = launched(playwright, chromium)
        expect.set_options(timeout=WAIT_MS)
        yield browser
        expect.set_options(timeout=20_000)
        browser.close()


@pytest.fixture
def somebody(app: WholeApp, browser: Browser) -> Iterator[Somebody]:
    """People at browsers; nothing may have gone wrong in their consoles, and nobody else may have been asked."""
    here: list[Person] = []

    def come(user_id: int = ADMIN) -> Person:
        here.append(Person(browser, app, user_id))
        return here[-1]

    yield come
    for person in here:
        person.close()
    # Chromium itself notes each answer that is an error.
    said = [words for person in here for words in person.complaints if "responded with a status of" not in words]
    assert said == []
    assert set().union(*(person.strangers for person in here)) == set()


@pytest.fixture
def admin(app: WholeApp, somebody: Somebody) -> Person:
    """The company's admin, who has installed the app and set it up."""
    person = somebody()
    if Holder(COMPANY, ADMIN) not in app.book.permissions.installed():
        person.install()
        set_up(person)
    return person


def write(frame: FrameLocator, text: str) -> None:
    frame.get_by_label("Message", exact=True).fill(text)


def confirm(person: Person, title: str, words: str) -> None:
    person.page.get_by_role("dialog", name=title).get_by_role("button", name=words).click()


def row(frame: FrameLocator, name: str) -> str:
    return " ".join(frame.locator("tr").filter(has_text=name).inner_text().split())


def test_from_the_installation_to_an_sms_on_a_phone(app: WholeApp, somebody: Somebody) -> None:
    person = somebody()
    person.install()
    form = person.frame()
    form.get_by_label("Customer ID").fill("C-ACME0123456789")
    form.get_by_label("Password").fill("wrong")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.get_by_text("Message Central does not accept this customer id with this password.")).to_be_visible()
    set_up(person)
    expect(form.get_by_label("Password")).to_have_value("")
    person.open("people/2")
    panel = person.frame()
    expect(panel.get_by_label("Mobile number")).to_have_value("9816122222")
    panel.get_by_label("Mobile number").fill("98160 54321")
    write(panel, "Hello {{ person.first_name }}, it is ready. {{ user.name }}")
    text = "Hello Bimal, it is ready. Anaya Admin"
    expect(panel.get_by_text(text)).to_be_visible()
    expect(panel.get_by_text("1 SMS, 123 characters left")).to_be_visible()
    panel.get_by_role("button", name="Send message").click()
    entry = panel.get_by_role("list", name="Messages to this contact").get_by_role("listitem")
    expect(entry).to_contain_text("Delivered")
    expect(entry).to_contain_text("+919816054321")
    expect(entry).to_contain_text("Logged as a note")
    expect(person.page.locator(".timeline li")).to_contain_text(f"SMS to +919816054321{text}")
    assert [(sms.to, sms.text) for sms in app.outside.messages()] == [("+919816054321", text)]


def test_a_campaign_to_those_who_were_ticked(app: WholeApp, admin: Person, tmp_path: Path) -> None:
    admin.open("settings")
    settings = admin.frame()
    settings.get_by_label("For campaigns").select_option("A note on the contact")
    settings.get_by_role("button", name="Save", exact=True).click()
    expect(settings.get_by_text("Saved.", exact=True)).to_be_visible()
    admin.open("people")
    for name in ("Chitra Placeholder", "Hari Prototype", "Yamini Undelivered"):
        admin.page.get_by_label(f"Select {name}").check()
    form = admin.choose("SMS campaign")
    expect(form.get_by_text("3 selected people")).to_be_visible()
    form.get_by_label("Campaign name").fill("Silk week")
    write(form, "Dear {{ person.first_name }}, 20 % off in {{ person.city }}.")
    expect(form.get_by_text("Dear Chitra, 20 % off in Kochi.")).to_be_visible()
    expect(form.get_by_text("Will be texted")).to_be_visible()
    form.get_by_text("1 person is left out").click()
    expect(form.get_by_text("Hari Prototype: This person has no phone number.")).to_be_visible()
    form.get_by_role("button", name="Send me a test").click()
    form.get_by_label("Your own number").fill("98160 00999")
    form.get_by_role("button", name="Send test").click()
    expect(admin.page.get_by_text("The test is on its way to +919816000999")).to_be_visible()
    form.get_by_role("button", name="Start campaign").click()
    confirm(admin, "Text 2 people?", "Start campaign")
    expect(form.get_by_text("Finished", exact=True)).to_be_visible()
    admin.page.get_by_role("button", name="Close").click()
    report = admin.choose("Campaign report")
    report.get_by_role("button", name="Silk week").click()
    expect(report.get_by_text("2 notes written into Pipedrive.")).to_be_visible()
    expect(report.get_by_role("row", name="Yamini")).to_contain_text("Not delivered")
    assert row(report, "Chitra").startswith("Chitra Placeholder +919816133333 Delivered")
    assert row(report, "Hari") == "Hari Prototype — Left out This person has no phone number. —"
    report.get_by_label("Show", exact=True).select_option("Not delivered (1)")
    expect(report.get_by_role("row", name="Chitra")).to_have_count(0)
    kept = {}
    for words in ("Download CSV", "Download Excel"):
        with admin.page.expect_download() as waiting:
            report.get_by_role("button", name=words).click()
        kept[words] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(kept[words])
    assert [path.name for path in kept.values()] == ["Silk week.csv", "Silk week.xlsx"]
    lines = list(csv.reader(kept["Download CSV"].read_text("utf-8-sig").splitlines()))
    sheet = openpyxl.load_workbook(kept["Download Excel"]).active
    assert sheet is not None
    cells = [[str(cell or "").lstrip("'") for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert cells == [[cell.lstrip("'") for cell in line] for line in lines]
    assert {line[1] for line in lines[1:]} == {"Chitra Placeholder", "Hari Prototype", "Yamini Undelivered"}
    assert sorted(note["person_id"] for note in app.book.notes(COMPANY) if "Silk week" in note["content"]) == [3, 24]


def test_everybody_of_a_filter_is_counted_and_confirmed(app: WholeApp, admin: Person) -> None:
    before = len(app.outside.messages())
    admin.open("people", tab=f"filter-{add_list(app.book, 'Regular shoppers', 604)}")
    admin.page.get_by_label("Select all").check()
    form = admin.choose("SMS campaign")
    expect(form.get_by_text("604 people in “Regular shoppers”", exact=True)).to_be_visible()
    form.get_by_label("Campaign name").fill("Autumn")
    write(form, "Dear {{ person.first_name }}, it is autumn.")
    form.get_by_role("button", name="Send later").click()
    expect(form.get_by_text("600 SMS")).to_be_visible()
    schedule = form.get_by_role("button", name="Schedule campaign")
    schedule.click()
    expect(form.get_by_text("Tick the box if you mean all of them.")).to_be_visible()
    form.get_by_label("Yes, I mean all of them").check()
    schedule.click()
    confirm(admin, "Text 600 people?", "Go back")
    schedule.click()
    confirm(admin, "Text 600 people?", "Schedule campaign")
    legend = form.get_by_role("table", name="How many people stand where")
    expect(legend.get_by_role("row", name="Scheduled 600")).to_be_visible()
    expect(legend.get_by_role("row", name="Left out 4")).to_be_visible()
    form.get_by_role("button", name="Cancel campaign").click()
    confirm(admin, "Cancel this campaign?", "Cancel campaign")
    expect(legend.get_by_role("row", name="Canceled 600")).to_be_visible()
    assert len(app.outside.messages()) == before


def test_who_took_the_permission_back_connects_again(app: WholeApp, admin: Person, somebody: Somebody) -> None:
    person = somebody(SALES)
    person.install()
    expect(person.frame().get_by_text("Only people who are admins in Pipedrive")).to_be_visible()
    person.open("people/5")
    panel = person.frame()
    expect(panel.get_by_text("No message to this contact yet.")).to_be_visible()
    app.book.kill_grant(COMPANY, SALES)
    write(panel, "Hello")
    panel.get_by_role("button", name="Send message").click()
    with person.context.expect_page() as opening:
        panel.get_by_role("link", name="Reconnect").click()
    again = opening.value
    again.get_by_label("Install it for").select_option(f"{COMPANY}:{SALES}")
    again.get_by_role("button", name="Allow and install").click()
    again.wait_for_url(f"{app.outside.url}/pipedrive/settings**")
    panel.get_by_role("button", name="Send message").click()
    expect(person.page.get_by_text("The message is on its way")).to_be_visible()


def test_words_while_nothing_can_be_reached(admin: Person) -> None:
    admin.open("people/6")
    panel = admin.frame()
    expect(panel.get_by_text("No message to this contact yet.")).to_be_visible()
    write(panel, "Hello")
    send = panel.get_by_role("button", name="Send message")
    admin.context.set_offline(True)
    send.click()
    expect(panel.get_by_role("alert")).to_have_text("You are offline. Check your connection, then try again.")
    admin.context.set_offline(False)
    admin.context.route("**/pipedrive/api/**", lambda route: route.abort())
    send.click()
    expect(panel.get_by_role("alert")).to_have_text("The service does not answer. Try again in a moment.")
    admin.context.unroute_all()
    send.click()
    expect(admin.page.get_by_text("The message is on its way")).to_be_visible()
    admin.complaints[:] = [words for words in admin.complaints if "net::ERR_" not in words]


def test_the_theme_is_pipedrives(admin: Person) -> None:
    admin.open("people/1", theme="light")
    panel = admin.frame()
    expect(panel.locator("html[data-theme=light]")).to_have_count(1)
    admin.page.get_by_role("button", name="Dark theme").click()
    expect(panel.locator("html[data-theme=dark]")).to_have_count(1)
    assert panel.locator("html").evaluate(f"({FAINT_TEXTS})()") == []
    admin.page.get_by_role("link", name="People").first.click()
    admin.page.get_by_label("Select Asha Example").check()
    for action in ("SMS campaign", "Campaign report"):
        page = admin.choose(action)
        expect(page.locator("html[data-theme=dark]")).to_have_count(1)
        assert page.locator("html").evaluate(f"({FAINT_TEXTS})()") == []
        admin.page.get_by_role("button", name="Close").click()


def test_a_keyboard_is_enough_from_the_list_to_the_sms(admin: Person) -> None:
    keys = admin.open("people/7").keyboard
    panel = admin.frame()

    def tab_to(label: str) -> None:
        wanted = panel.get_by_label(label, exact=True).or_(panel.get_by_role("button", name=label, exact=True))
        for _ in range(40):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            keys.press("Tab")
        pytest.fail(f"Tab never comes to {label}")

    tab_to("Message")
    keys.type("Hello Gita")
    tab_to("Send message")
    keys.press("Enter")
    entry = panel.get_by_role("list", name="Messages to this contact").get_by_role("listitem")
    expect(entry).to_contain_text("Delivered")
    expect(entry).to_contain_text("Hello Gita")


def test_no_secret_is_in_the_log(app: WholeApp, admin: Person) -> None:
    admin.open("people/8")
    expect(admin.frame().get_by_text("Hari Prototype has no phone number in Pipedrive.")).to_be_visible()
    log = app.installation.log.read_text()
    assert "pipedrive_installed" in log
    tokens = app.book.issue_tokens(COMPANY, SALES)["refresh_token"].split(":")[:2]
    for secret in (PASSWORD, CLIENT_SECRET, f"{COMPANY}:{ADMIN}:", ":".join(tokens) + ":", "98160 54321", "9816054321"):
        assert secret not in log
