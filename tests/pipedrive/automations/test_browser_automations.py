"""The settings' section in a real Chromium: switched by keyboard, changed with what it would say."""

from typing import Any

from playwright.sync_api import expect

from tests.pipedrive import played
from tests.pipedrive.opening import Opener

TEXT = "Hello {{ person.first_name }}, news of "


def kept(item: dict[str, Any]) -> Any:
    """Answers as the service does: the automation with what was given."""

    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        return 200, item | body | {"text": body.get("template", item["text"])}

    return answer


def test_automations_are_switched_and_changed(opened: Opener) -> None:
    first, off, on, _ = played.AUTOMATIONS["items"]
    seen = {"text": "Hello Asha, news of Silk", "encoding": "GSM-7", "segments": 1, "characters": []}
    answers = {f"PUT /automations/{item['trigger']}": kept(item) for item in (first, off, on)}
    previews = {f"POST /automations/{item['trigger']}/preview": (200, seen) for item in (first, off, on)}
    window, frame = opened("settings", played.answers(**answers, **previews))
    section = frame.get_by_role("region", name="Automations")

    added = section.get_by_role("switch", name="Person added")
    added.focus()
    window.page.keyboard.press("Space")
    expect(section.get_by_text("At once · by day")).to_be_visible()
    expect(added).to_be_checked()
    expect(added).to_be_focused()
    assert window.bodies("PUT /automations/person_added") == [{"enabled": True}]
    [asked] = window.commands("show_confirmation")
    assert "by an import of many" in asked["description"]

    expect(section.get_by_text("After 2 days · by day")).to_be_visible()
    section.get_by_role("button", name="Edit Qualified in Sales").click()
    form = section.get_by_role("form", name="Edit Qualified")
    expect(form.get_by_label("Text", exact=True)).to_be_focused()
    form.get_by_label("Text", exact=True).fill(TEXT)
    form.get_by_role("button", name="Insert Deal title of deal").click()
    expect(form.get_by_text("Hello Asha, news of Silk")).to_be_visible()
    form.get_by_label("Wait before it is sent").fill("3")
    form.get_by_label("Unit").select_option("hours")
    form.get_by_role("button", name="Save and switch on").click()
    expect(section.get_by_text("After 3 hours · by day")).to_be_visible()
    expect(section.get_by_role("button", name="Edit Qualified in Sales")).to_be_focused()
    assert window.bodies("PUT /automations/deal_in_stage_1") == [
        {
            "template": f"{TEXT}{{{{ deal.title }}}}",
            "delay_seconds": 10_800,
            "consent": "transactional",
            "hours": "day",
            "enabled": True,
        }
    ]
    assert len(window.commands("show_confirmation")) == 1
