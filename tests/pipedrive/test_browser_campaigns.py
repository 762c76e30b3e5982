"""The windows of a campaign and of the report in a real Chromium; what they ask our API is played."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.pipedrive import played
from tests.pipedrive.framing import Answer
from tests.pipedrive.opening import Opener, inside

CAMPAIGN: Final = f"/campaigns/{played.campaign()['id']}"


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


def test_the_report_offers_the_states_that_occur(opened: Opener) -> None:
    rest = played.campaign("finished", counts={"delivered": 1196})
    states = iter([played.campaign(counts={"queued": 1, "delivered": 1195})])
    _, frame = opened("report", played.answers(**{f"GET {CAMPAIGN}": lambda _: (200, next(states, rest))}))
    frame.get_by_role("button", name="Diwali offer").click()
    show = frame.get_by_label("Show", exact=True)
    expect(show.locator("option")).to_have_text(["All", "Delivered (1,195)", "Waiting to be sent (1)", "Left out (8)"])
    show.select_option("Waiting to be sent (1)")
    expect(show.locator("option")).to_have_text(["All", "Delivered (1,196)", "Left out (8)", "Waiting to be sent (0)"])
    expect(show).to_have_value("queued")
    show.select_option("All")
    expect(frame.get_by_role("button", name="Person 1")).to_be_visible()


def test_a_reason_in_the_report_is_a_sentence(opened: Opener) -> None:
    error = {"code": "refused", "message": "It said: sender blocked"}
    people = {"items": [played.recipient(1, "failed", error=error)], "next": None}
    _, frame = opened("report", played.answers(**{f"GET {CAMPAIGN}/recipients": (200, people)}))
    frame.get_by_role("button", name="Diwali offer").click()
    expect(frame.get_by_text("It said: sender blocked.", exact=True)).to_be_visible()
