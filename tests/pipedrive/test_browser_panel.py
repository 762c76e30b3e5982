"""The panel beside a contact in a real Chromium, framed as Pipedrive frames it; what it asks our API is played."""

from typing import Final

from playwright.sync_api import expect

from tests.contrast import FAINT_TEXTS
from tests.pipedrive import played
from tests.pipedrive.framing import Answer
from tests.pipedrive.opening import Opener, inside

DISCONNECTED: Final[Answer] = (401, {"detail": "Pipedrive is not connected for you.", "code": "disconnected"})
REFUSED: Final[Answer] = (422, {"detail": "Put this right.", "errors": {"to": ["This is no number of a phone."]}})


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


def test_an_sms_is_followed_until_it_is_logged(opened: Opener) -> None:
    logs = iter([{"state": "waiting", "kind": "note", "reason": None}])
    written = {"state": "written", "kind": "note", "reason": None}

    def listed(_: object) -> tuple[int, object]:
        return 200, {"items": [played.message(log=next(logs, written))], "next": None}

    _, frame = opened("panel", played.answers(**{"GET /messages": listed}), selectedIds="9")
    expect(frame.get_by_text("Logged as a note")).to_be_visible()


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


def test_what_was_wrong_is_taken_back_once_it_is_put_right(opened: Opener) -> None:
    window, frame = opened("panel", played.answers(**{"POST /messages": REFUSED}), selectedIds="9")
    text = frame.get_by_label("Message", exact=True)
    number = frame.get_by_label("Mobile number")
    send = frame.get_by_role("button", name="Send message")
    send.click()
    expect(text).to_have_attribute("aria-invalid", "true")
    frame.get_by_label("Template").select_option("Visit tomorrow")
    expect(text).not_to_have_attribute("aria-invalid", "true")
    expect(frame.get_by_text("Write a text, or choose a template.")).to_have_count(0)
    for control, right in ((number, "98161 22222"), (frame.get_by_label("Country code"), "44")):
        send.click()
        expect(number).to_have_attribute("aria-invalid", "true")
        control.fill(right)
        expect(number).not_to_have_attribute("aria-invalid", "true")
        expect(frame.get_by_text("This is no number of a phone.")).to_have_count(0)
    assert window.bodies("POST /messages")[1]["to"] == "+919816122222"


def test_a_preview_that_is_fine_takes_back_what_it_looked_at(opened: Opener) -> None:
    errors = {"text": ["It is too long."], "due_at": ["It is past."]}
    refused: Answer = (422, {"detail": "Put this right.", "errors": errors})
    _, frame = opened("panel", played.answers(**{"POST /messages": refused}), selectedIds="9")
    frame.get_by_label("Message", exact=True).fill("Hello")
    frame.get_by_role("button", name="Send later").click()
    frame.get_by_role("button", name="Schedule message").click()
    expect(frame.get_by_text("It is too long.")).to_be_visible()
    frame.get_by_label("Mobile number").fill("98161 22222")
    expect(frame.get_by_text("It is too long.")).to_have_count(0)
    expect(frame.get_by_text("It is past.")).to_be_visible()


def test_to_says_whose_number_it_is(opened: Opener) -> None:
    _, frame = opened("panel", selectedIds="9")
    to = frame.get_by_label("To", exact=True)
    country, number = frame.get_by_label("Country code"), frame.get_by_label("Mobile number")
    chosen = to.locator("option:checked")
    expect(chosen).to_have_text("Mobile · +919816111111")
    country.fill("1")
    expect(chosen).to_have_text("Another number")
    expect(number).to_have_value("9816111111")
    to.select_option(label="Mobile · +919816111111")
    expect(country).to_have_value("91")
    country.fill("44")
    number.fill("7700 900123")
    expect(chosen).to_have_text("Work · +447700900123 (primary)")


def test_a_button_that_is_busy_can_be_read(opened: Opener) -> None:
    window, frame = opened("panel", played.answers(**{"POST /messages": (0, None)}), selectedIds="9", theme="light")
    frame.get_by_label("Message", exact=True).fill("Hello")
    send = frame.get_by_role("button", name="Send message")
    send.click()  # the mouse stays on it
    expect(send).to_have_attribute("aria-disabled", "true")
    for theme in ("light", "dark"):
        window.page.evaluate("theme => listeners.user_settings_change.postMessage({data: {theme}})", theme)
        expect(frame.locator(f"html[data-theme={theme}]")).to_have_count(1)
        assert inside(window).evaluate(FAINT_TEXTS) == []


def test_a_reason_is_a_sentence(opened: Opener) -> None:
    error = {"code": "refused", "message": "The network refused it. It said: sender blocked"}
    log = {"state": "unwritten", "kind": "note", "reason": "The contact is deleted"}
    items = [played.message("failed", error=error, log=log)]
    listed: Answer = (200, {"items": items, "next": None})
    _, frame = opened("panel", played.answers(**{"GET /messages": listed}), selectedIds="9")
    expect(frame.get_by_text("It said: sender blocked.")).to_be_visible()
    expect(frame.get_by_text("Not logged in Pipedrive. The contact is deleted.")).to_be_visible()
