"""The pages in a real Chromium, framed as Pipedrive frames them; what they ask our API is played."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import Browser, Frame, FrameLocator, expect, sync_playwright

from connectors.pipedrive import pages
from connectors.pipedrive.context import make_context, put_context
from connectors.pipedrive.settings import read_pipedrive_settings
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import SECOND, now_ms
from tests.conftest import missing
from tests.contrast import FAINT_TEXTS
from tests.pipedrive import played
from tests.pipedrive.framing import Answer, Window, served

SECRET: Final = "a secret of the app and Pipedrive"
CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES: Final = {"settings": (800, 900), "panel": (340, 900), "campaign": (700, 600), "report": (700, 600)}
DISCONNECTED: Final[Answer] = (401, {"detail": "Pipedrive is not connected for you.", "code": "disconnected"})
CAMPAIGN: Final = f"/campaigns/{played.campaign()['id']}"

Opener = Callable[..., tuple[Window, FrameLocator]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing("chromium", "there is no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages alone, on a socket: they ask no database."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CONNECTORS_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        environment.setenv("CONNECTORS_PIPEDRIVE_CLIENT_ID", "client")
        environment.setenv("CONNECTORS_PIPEDRIVE_CLIENT_SECRET", SECRET)
        environment.setenv("CONNECTORS_PIPEDRIVE_FRAME_ANCESTORS", "http://127.0.0.1:*")
        settings = read_pipedrive_settings()
        service = Service(read_settings())
    assert settings is not None
    app = Flask("connectors.app", static_folder=None)
    put_context(app, make_context(service, settings))
    app.register_blueprint(pages.blueprint)
    with served(app) as url:
        yield url
    service.close()


def inside(window: Window) -> Frame:
    return next(frame for frame in window.page.frames if "/pipedrive/" in frame.url)


def signed() -> str:
    claims = {"userId": 7, "companyId": 1, "exp": now_ms() // SECOND + 300}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


@pytest.fixture
def opened(address: str, browser: Browser) -> Iterator[Opener]:
    """Opens a page for somebody whom Pipedrive knows; at the end nothing may have gone wrong in it."""
    windows: list[Window] = []

    def open_it(name: str, answers: dict[str, Answer] | None = None, **query: Any) -> tuple[Window, FrameLocator]:
        window = Window(browser, address, answers or played.answers(), *SIZES[name])
        windows.append(window)
        whose = {"token": signed(), "userId": 7, "companyId": 1}
        return window, window.open(name, **({"id": "run-1"} | whose | query))

    yield open_it
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.context.close()
    assert complaints == []


def test_a_message_is_written_looked_at_and_sent(opened: Opener) -> None:
    window, frame = opened("panel", resource="person", view="details", selectedIds="9")
    expect(frame.get_by_label("Mobile number")).to_have_value("9816111111")
    expect(frame.get_by_label("Country code")).to_have_value("91")
    expect(frame.get_by_text("+447700900123 wants no promotions.")).to_be_visible()
    assert window.commands("initialize") == [{"size": {"height": 560}}]
    frame.get_by_label("Template").select_option("Visit tomorrow")
    expect(frame.get_by_label("Message", exact=True)).to_have_value(played.TEMPLATES["items"][0]["text"])
    expect(frame.get_by_text("1 SMS, 48 characters left; “’” makes it Unicode")).to_be_visible()
    expect(frame.get_by_text("Dear Ravi, that’s all.")).to_be_visible()
    frame.get_by_role("button", name="Send message").click()
    expect(frame.get_by_label("Message", exact=True)).to_have_value("")
    template = played.TEMPLATES["items"][0]["id"]
    assert window.bodies("POST /messages") == [{"person_id": 9, "to": "+919816111111", "template": template}]
    assert [said["message"] for said in window.commands("show_snackbar")] == ["The message is on its way"]
    headers = [headers for call, _, headers in window.asked if call == "POST /messages"]
    assert headers[0]["authorization"] == "Bearer fresh"
    assert len(headers[0]["idempotency-key"]) == 36
    assert all("cookie" not in headers for _, _, headers in window.asked)
    assert len(window.commands("get_signed_token")) == len(window.asked)
    assert {command["height"] for command in window.commands("resize")} <= set(range(100, 751))


def test_another_number_a_field_and_a_moment(opened: Opener) -> None:
    window, frame = opened("panel", selectedIds="9")
    frame.get_by_label("To", exact=True).select_option(label="Work · +447700900123 (primary)")
    expect(frame.get_by_label("Country code")).to_have_value("44")
    frame.get_by_label("Mobile number").fill("7700 900999")
    frame.get_by_role("button", name="Insert First name of person").click()
    expect(frame.get_by_label("Message", exact=True)).to_have_value("{{ person.first_name }}")
    frame.get_by_role("button", name="Send later").click()
    frame.get_by_label("Send at").fill("2027-01-02T09:30")
    frame.get_by_role("button", name="Schedule message").click()
    expect(frame.get_by_label("Message", exact=True)).to_have_value("")
    assert window.bodies("POST /messages") == [
        {
            "person_id": 9,
            "to": "+447700900999",
            "text": "{{ person.first_name }}",
            "due_at": "2027-01-02T09:30:00+05:30",
        }
    ]


def test_what_is_wrong_stands_beside_its_field_and_the_same_key_is_used_until_an_answer_came(opened: Opener) -> None:
    said = iter(
        [
            (503, {"detail": "The service cannot keep anything at the moment."}),
            (422, {"detail": "Put this right.", "errors": {"to": ["This is no number of a mobile phone."]}}),
        ]
    )
    window, frame = opened("panel", played.answers(**{"POST /messages": lambda _: next(said)}), selectedIds="9")
    send = frame.get_by_role("button", name="Send message")
    send.click()
    expect(frame.get_by_text("Write a text, or choose a template.")).to_be_visible()
    frame.get_by_label("Message", exact=True).fill("Hello")
    send.click()
    expect(frame.get_by_role("alert")).to_contain_text("cannot keep anything")
    send.click()
    expect(frame.get_by_text("This is no number of a mobile phone.")).to_be_visible()
    expect(frame.get_by_label("Mobile number")).to_be_focused()
    expect(frame.get_by_label("Mobile number")).to_have_attribute("aria-invalid", "true")
    keys = [headers["idempotency-key"] for call, _, headers in window.asked if call == "POST /messages"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_who_is_not_connected_gets_a_way_back(opened: Opener) -> None:
    window, frame = opened("panel", {"GET /me": DISCONNECTED}, selectedIds="9")
    link = frame.get_by_role("link", name="Reconnect")
    expect(link).to_have_attribute("href", "/pipedrive/install")
    expect(link).to_have_attribute("target", "_blank")
    window.answers.update(played.answers())
    frame.get_by_role("button", name="Try again").click()
    expect(frame.get_by_role("button", name="Send message")).to_be_visible()


def test_a_forged_page_starts_and_asks_for_nothing(opened: Opener) -> None:
    window, frame = opened("campaign", token="forged")
    expect(frame.get_by_role("alert")).to_contain_text("Open this page from inside Pipedrive.")
    assert window.commands("initialize") == [{"size": {"height": 600, "width": 700}}]
    assert window.asked == []


def test_a_selection_is_read_from_the_address_or_from_what_another_app_hands_over(opened: Opener) -> None:
    window, frame = opened("campaign", view="list", selectedIds="", excludedIds="1,7", filter='{"filter_id":42}')
    expect(frame.get_by_text("1,204 people in “Customers”", exact=True)).to_be_visible()
    [body] = window.bodies("POST /campaigns/preview")
    assert body["selection"] == {"selected_ids": [], "excluded_ids": [1, 7], "filter": {"filter_id": 42}}
    nested = json.dumps({"data": json.dumps({"selectedIds": "3", "view": "list", "filter": {"user_id": "7"}})})
    cases: dict[str, Any] = {
        "?selectedIds=1,9&excludedIds=": ([1, 9], [], None),
        "?filter=%7B%22everyone%22:1%7D": ([], [], {"everyone": True}),
        "?filter=%7B%22everyone%22:0%7D": ([], [], None),
        "?filter=%7Bbroken": ([], [], None),
        "?selectedIds=1,x,-3,%3Cb%3E": ([1], [], None),
        f"?{urlencode({'data': nested})}": ([3], [], {"user_id": 7}),
        f"?{urlencode({'data': json.dumps({'selectedIds': [4, 5]})})}": ([4, 5], [], None),
    }
    read = """async (search) => {
        const { href } = document.querySelector("link[rel=stylesheet]");
        const { opened } = await import(new URL("query.js", href).href);
        const { selectedIds, excludedIds, filter } = opened(search);
        return [selectedIds, excludedIds, filter];
    }"""
    page = inside(window)
    assert {search: tuple(page.evaluate(read, search)) for search in cases} == cases


@pytest.mark.parametrize(
    ("chosen", "meant"),
    [("Customers", {"filter_id": 42}), ("People I own", {"user_id": 7}), ("Everybody I can see", {"everyone": True})],
)
def test_where_nobody_is_selected_a_list_is_chosen(opened: Opener, chosen: str, meant: dict[str, object]) -> None:
    window, frame = opened("campaign", resource="person", view="list", selectedIds="", excludedIds="")
    expect(frame.get_by_text("Nobody is selected.")).to_be_visible()
    assert window.bodies("POST /campaigns/preview") == []
    frame.get_by_label("People", exact=True).select_option(chosen)
    frame.get_by_role("button", name="Go on").click()
    expect(frame.get_by_text("1,204 people in “Customers”", exact=True)).to_be_visible()
    assert window.bodies("POST /campaigns/preview")[0]["selection"]["filter"] == meant


def test_a_campaign_begins_once_it_was_meant_and_shows_how_far_it_is(opened: Opener) -> None:
    window, frame = opened("campaign", resource="person", filter='{"filter_id":42}')
    begin = frame.get_by_role("button", name="Start campaign")
    frame.get_by_label("Message", exact=True).fill("Dear {{ person.first_name }}")
    expect(frame.get_by_text("1,196 SMS")).to_be_visible()
    begin.click()
    expect(frame.get_by_text("Tick the box if you mean all of them.")).to_be_visible()
    frame.get_by_label("Yes, I mean all of them").check()
    window.page.evaluate("answers.show_confirmation = {confirmed: false}")
    begin.click()
    expect(begin).not_to_have_attribute("aria-disabled", "true")
    assert window.bodies("POST /campaigns") == []
    window.page.evaluate("answers.show_confirmation = {confirmed: true}")
    begin.click()
    expect(frame.get_by_text("Sending: 944 of 1,196")).to_be_visible()
    expect(frame.get_by_text("You may close this window")).to_be_visible()
    assert window.commands("show_confirmation")[0]["title"] == "Text 1,196 people?"
    [body] = window.bodies("POST /campaigns")
    assert body["expected_count"] == 1204
    assert body["text"] == "Dear {{ person.first_name }}"


def test_a_test_goes_to_ones_own_number(opened: Opener) -> None:
    window, frame = opened("campaign", selectedIds="9")
    frame.get_by_label("Message", exact=True).fill("Hello")
    frame.get_by_role("button", name="Send me a test").click()
    frame.get_by_label("Your own number").fill("+919816111111")
    frame.get_by_role("button", name="Send test").click()
    expect(frame.get_by_role("button", name="Send test")).not_to_have_attribute("aria-disabled", "true")
    [body] = window.bodies("POST /campaigns/test")
    assert (body["to"], body["text"]) == ("+919816111111", "Hello")
    assert [said["message"] for said in window.commands("show_snackbar")] == ["The test is on its way to +919816111111"]


def test_the_report_keeps_itself_up_to_date_and_can_be_taken_away(opened: Opener) -> None:
    states = iter([played.campaign()])
    finished = played.campaign("finished", counts={"delivered": 1190, "undelivered": 6})
    changing: dict[str, Answer] = {
        f"GET {CAMPAIGN}": lambda _: (200, next(states, finished)),
        f"GET {CAMPAIGN}/report.csv": (200, "Row,Number"),
    }
    window, frame = opened("report", played.answers(**changing))
    frame.get_by_role("button", name="Diwali offer").click()
    expect(frame.get_by_role("img", name="How it stands.")).to_be_visible()
    expect(frame.get_by_text("Sending: 944 of 1,196")).to_be_visible()
    expect(frame.get_by_text("On the do-not-disturb list.")).to_be_visible()
    frame.get_by_role("button", name="Person 1").click()
    expect(frame.get_by_text("Finished", exact=True)).to_be_visible()
    expect(frame.get_by_text("1,190", exact=True)).to_be_visible()
    assert window.commands("redirect_to") == [{"view": "contacts", "id": 101}]
    with window.page.expect_download() as waiting:
        frame.get_by_role("button", name="Download CSV").click()
    assert waiting.value.suggested_filename == "Diwali offer.csv"
    frame.get_by_role("button", name="All campaigns").click()
    expect(frame.get_by_role("button", name="Welcome")).to_be_visible()


def test_the_report_says_what_was_written_and_what_keeps_it_from_going_on(opened: Opener) -> None:
    broke = {"state": "paused", "reason": "There are no credits left"}
    rest = {"resting_until": "2036-11-20T09:00:00Z", "because": "Little is left of the budget."}
    log = {"kind": "activity", "written": 1, "waiting": 1_000, "unwritten": 2}
    answers = {
        "GET /me": (200, played.ME | {"account": broke, "writes": rest}),
        f"GET {CAMPAIGN}": (200, played.campaign(log=log)),
    }
    _, frame = opened("report", played.answers(**answers))
    frame.get_by_role("button", name="Diwali offer").click()
    written = "1 activity written into Pipedrive, 1,000 still to be written, 2 could not be written."
    expect(frame.get_by_text(written)).to_be_visible()
    expect(frame.get_by_text("Nothing is written into Pipedrive until 20 Nov 2036, 14:30")).to_be_visible()
    expect(frame.get_by_text("There are no credits left. What waits goes out once that is put right.")).to_be_visible()
    _, frame = opened("settings", played.answers(**answers))
    expect(frame.get_by_text("Little is left of the budget. SMS are sent all the same.")).to_be_visible()


def test_a_finished_campaign_is_followed_until_all_of_it_is_logged(opened: Opener) -> None:
    now = datetime.now(UTC).isoformat()
    over = played.campaign("finished", counts={"delivered": 2}, created_at=now)
    logs = iter([0, 1, 2])

    def found(_: object) -> tuple[int, object]:
        return 200, over | {"log": {"kind": "note", "written": next(logs), "waiting": 0, "unwritten": 0}}

    _, frame = opened("report", played.answers(**{f"GET {CAMPAIGN}": found}))
    frame.get_by_role("button", name="Diwali offer").click()
    expect(frame.get_by_text("Once an SMS has been sent, a note is written into Pipedrive.")).to_be_visible()
    expect(frame.get_by_text("2 notes written into Pipedrive.")).to_be_visible()


def test_an_sms_is_followed_until_it_is_logged(opened: Opener) -> None:
    logs = iter([{"state": "waiting", "kind": "note", "reason": None}])
    written = {"state": "written", "kind": "note", "reason": None}

    def listed(_: object) -> tuple[int, object]:
        return 200, {"items": [played.message(log=next(logs, written))], "next": None}

    _, frame = opened("panel", played.answers(**{"GET /messages": listed}), selectedIds="9")
    expect(frame.get_by_text("Logged as a note")).to_be_visible()


def test_settings_are_kept_without_the_password_that_was_not_given(opened: Opener) -> None:
    window, frame = opened("settings", played.answers(**{"PUT /settings": (200, played.SETTINGS)}))
    expect(frame.get_by_text("A password is saved. Leave this empty to keep it.")).to_be_visible()
    frame.get_by_label("Sender ID").fill("ACMEIN")
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("Saved.", exact=True)).to_be_visible()
    [body] = window.bodies("PUT /settings")
    assert body["sender_id"] == "ACMEIN"
    assert "password" not in body
    expect(frame.get_by_label("Password")).to_have_value("")


def test_who_is_no_admin_reads_settings_only(opened: Opener) -> None:
    me = played.ME | {"user": {"id": 8, "name": "Bo", "is_admin": False}}
    _, frame = opened("settings", played.answers(**{"GET /me": (200, me)}))
    expect(frame.get_by_text("Only people who are admins in Pipedrive")).to_be_visible()
    expect(frame.get_by_label("Customer ID")).to_be_disabled()
    expect(frame.get_by_role("button", name="Save")).to_have_count(0)


def test_templates_are_added_and_deleted(opened: Opener) -> None:
    template = played.TEMPLATES["items"][0]
    answers = played.answers(**{"POST /templates": (201, template), f"DELETE /templates/{template['id']}": (204, None)})
    window, frame = opened("settings", answers)
    frame.get_by_role("button", name="Add a template").click()
    form = frame.get_by_role("form", name="New template")
    form.get_by_label("Name", exact=True).fill("Thanks")
    form.get_by_label("Text", exact=True).fill("It’s yours, ")
    form.get_by_role("button", name="Insert First name of person").click()
    expect(form.get_by_text("1 SMS, 58 characters left; “’” makes it Unicode, before the fields")).to_be_visible()
    form.get_by_role("button", name="Add template").click()
    expect(frame.get_by_role("button", name="Delete Visit tomorrow")).to_be_visible()
    frame.get_by_role("button", name="Delete Visit tomorrow").click()
    expect(frame.get_by_role("button", name="Add a template")).to_be_focused()
    assert window.bodies("POST /templates") == [{"name": "Thanks", "text": "It’s yours, {{ person.first_name }}"}]
    assert [said["message"] for said in window.commands("show_snackbar")] == [
        "The template is added",
        "The template is deleted",
    ]


@pytest.mark.parametrize("name", SIZES)
def test_it_fits_and_can_be_read_in_both_themes(opened: Opener, tmp_path: Path, name: str) -> None:
    grounds = set()
    window, frame = opened(name, theme="dark", selectedIds="9")
    expect(frame.locator("#page:not([aria-busy])")).to_be_visible()
    page = inside(window)
    for theme in ("dark", "light"):
        expect(frame.locator(f"html[data-theme={theme}]")).to_have_count(1)
        assert page.evaluate(FAINT_TEXTS) == []
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert window.picture(tmp_path / f"{name}-{theme}.png").startswith(b"\x89PNG")
        grounds.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        window.page.evaluate("listeners.user_settings_change.postMessage({data: {theme: 'light'}})")
    assert len(grounds) == 2


def test_the_keyboard_is_enough(opened: Opener) -> None:
    window, frame = opened("panel", selectedIds="9")
    frame.get_by_label("To", exact=True).focus()
    for label in ("Country code", "Mobile number", "Template", "Message"):
        window.page.keyboard.press("Tab")
        expect(frame.get_by_label(label, exact=True)).to_be_focused()
    page = inside(window)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    window.page.keyboard.type("Hi")
    expect(frame.get_by_text("1 SMS, 48 characters left")).to_be_visible()
    for _ in range(6):  # four fields, more fields, sender and type
        window.page.keyboard.press("Tab")
    window.page.keyboard.press("Tab")
    expect(frame.get_by_role("button", name="Send message")).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(frame.get_by_label("Message", exact=True)).to_have_value("")
    assert len(window.bodies("POST /messages")) == 1
