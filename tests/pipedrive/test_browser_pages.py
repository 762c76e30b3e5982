"""All pages in a real Chromium, framed as Pipedrive frames them, and the settings; what they ask our API is played."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.contrast import FAINT_TEXTS
from tests.pipedrive import played
from tests.pipedrive.opening import SIZES, Opener, inside


def test_a_forged_page_starts_and_asks_for_nothing(opened: Opener) -> None:
    window, frame = opened("campaign", token="forged")
    expect(frame.get_by_role("alert")).to_contain_text("Open this page from inside Pipedrive.")
    assert window.commands("initialize") == [{"size": {"height": 600, "width": 700}}]
    assert window.asked == []


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


@pytest.mark.parametrize("name", ["panel", "campaign"])
def test_who_may_set_it_up_is_led_there(opened: Opener, name: str) -> None:
    me = played.ME | {"set_up": False}
    window, frame = opened(name, played.answers(**{"GET /me": (200, me)}), selectedIds="9")
    frame.get_by_role("button", name="Open the settings").click()
    window.page.wait_for_function("() => commands.some(({command}) => command === 'redirect_to')")
    assert window.commands("redirect_to") == [{"view": "settings"}]
    user = {"id": 8, "name": "Bo", "is_admin": False}
    _, frame = opened(name, played.answers(**{"GET /me": (200, me | {"user": user})}), selectedIds="9")
    expect(frame.get_by_text("Ask somebody who is an admin in Pipedrive")).to_be_visible()
    expect(frame.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-GB", ["09:05", "20 Nov, 17:16", "31 Dec 2025, 09:05"]),
        ("en-US", ["9:05 AM", "Nov 20, 5:16 PM", "Dec 31, 2025, 9:05 AM"]),
        ("de-DE", ["09:05", "20. Nov., 17:16", "31. Dez. 2025, 09:05"]),
    ],
)
def test_moments_are_written_as_people_write_them(browser: Browser, address: str, locale: str, said: list[str]) -> None:
    context = browser.new_context(locale=locale, timezone_id="Asia/Kolkata")
    page = context.new_page()
    page.clock.set_fixed_time("2026-11-21T06:00:00Z")
    page.goto(f"{address}/window")
    moments = ["2026-11-21T03:35:00Z", "2026-11-20T11:46:00Z", "2025-12-31T03:35:00Z"]
    write = """async (moments) => {
        const { moment } = await import("/pipedrive/static/x/formats.js");
        return moments.map((one) => moment(one).replace(/\\s/g, " "));
    }"""
    assert page.evaluate(write, moments) == said
    context.close()
