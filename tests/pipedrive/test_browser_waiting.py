"""The pages while something never arrives, or is crowded for a moment: words, and a way on."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Route, expect

from tests.pipedrive import played
from tests.pipedrive.framing import Answer, Given, Window
from tests.pipedrive.opening import SIZES, Opener, inside

# As the browser's own, by the clock that tests turn.
TIMEOUTS: Final = """
window.patience = [];
AbortSignal.timeout = (milliseconds) => {
  const controller = new AbortController();
  window.patience.push(milliseconds);
  setTimeout(() => controller.abort(new DOMException("", "TimeoutError")), milliseconds);
  return controller.signal;
};
"""
SILENT: Final = "Pipedrive does not answer."
UPDATED: Final = "This page was updated meanwhile. Close it and open it again."
CROWDED: Final[Given] = (503, {"detail": "Many of your company's pages are open."}, {"Retry-After": "0.01"})


def with_clock(window: Window) -> None:
    window.page.clock.install()
    window.page.add_init_script(TIMEOUTS)


def with_silence(window: Window) -> None:
    """Pipedrive shows the page and answers it nothing."""
    with_clock(window)
    window.page.add_init_script("window.silent = ['get_signed_token'];")


def without(module: str, answer: Callable[[Route], None]) -> Callable[[Window], None]:
    """A service that has another version of a module than the page was made of."""

    def prepare(window: Window) -> None:
        with_clock(window)
        window.page.route(f"**/static/*/{module}", answer)

    return prepare


def wait_for_command(window: Window, name: str, count: int = 1) -> None:
    window.page.wait_for_function(
        "([name, count]) => commands.filter(({command}) => command === name).length >= count", arg=[name, count]
    )


@pytest.mark.parametrize("name", SIZES)
def test_a_pipedrive_that_does_not_answer_is_asked_again(opened: Opener, name: str) -> None:
    window, frame = opened(name, before=with_silence, selectedIds="9")
    wait_for_command(window, "get_signed_token")
    window.page.clock.fast_forward(10_000)
    expect(frame.get_by_role("alert")).to_contain_text(SILENT)
    expect(frame.get_by_text("Loading")).to_have_count(0)
    assert window.asked == []
    window.page.evaluate("silent = []")
    frame.get_by_role("button", name="Try again").click()
    expect(frame.get_by_role("alert")).to_have_count(0)
    expect(frame.get_by_role("button").first).to_be_visible()


def test_a_window_in_which_pipedrive_never_starts_says_so(opened: Opener) -> None:
    def prepare(window: Window) -> None:
        with_clock(window)
        window.page.add_init_script("window.silent = ['initialize'];")

    window, frame = opened("panel", before=prepare, selectedIds="9")
    expect(frame.locator("#page")).to_be_attached()
    inside(window).evaluate("import(document.getElementById('entry').href)")
    window.page.clock.fast_forward(10_000)
    expect(frame.get_by_role("alert")).to_contain_text(SILENT)


def test_sending_gives_up_on_a_silent_pipedrive(opened: Opener) -> None:
    window, frame = opened("panel", before=with_clock, selectedIds="9")
    frame.get_by_label("Message", exact=True).fill("Hello")
    expect(frame.get_by_text("Dear Ravi, that’s all.")).to_be_visible()
    asked = len(window.commands("get_signed_token"))
    window.page.evaluate("silent = ['get_signed_token']")
    send = frame.get_by_role("button", name="Send message")
    send.click()
    wait_for_command(window, "get_signed_token", asked + 1)
    window.page.clock.fast_forward(10_000)
    expect(frame.get_by_role("alert")).to_contain_text(SILENT)
    expect(send).not_to_have_attribute("aria-disabled", "true")
    window.page.evaluate("silent = []")
    frame.get_by_role("button", name="Try again").click()
    expect(frame.get_by_label("Message", exact=True)).to_have_value("")
    assert len(window.bodies("POST /messages")) == 1


def test_a_question_that_pipedrive_never_asks_holds_up_nothing(opened: Opener) -> None:
    window, frame = opened("campaign", before=with_clock, selectedIds="9")
    frame.get_by_label("Message", exact=True).fill("Hello")
    expect(frame.get_by_text("1,196 SMS")).to_be_visible()
    frame.get_by_label("Yes, I mean all of them").check()
    window.page.evaluate("silent = ['show_confirmation']")
    begin = frame.get_by_role("button", name="Start campaign")
    begin.click()
    wait_for_command(window, "show_confirmation")
    window.page.clock.fast_forward(5 * 60_000)
    expect(frame.get_by_role("alert")).to_contain_text("so nothing was done. Try again.")
    expect(begin).not_to_have_attribute("aria-disabled", "true")
    assert window.bodies("POST /campaigns") == []


def test_an_sms_that_hangs_is_asked_for_again_with_its_key(opened: Opener) -> None:
    said = iter([(0, None)])
    answers = played.answers(**{"POST /messages": lambda _: next(said, (201, played.message("queued")))})
    window, frame = opened("panel", answers, before=with_clock, selectedIds="9")
    frame.get_by_label("Message", exact=True).fill("Hello")
    with window.page.expect_request("**/pipedrive/api/messages"):
        frame.get_by_role("button", name="Send message").click()
    window.page.clock.fast_forward(30_000)
    expect(frame.get_by_role("alert")).to_contain_text("The service takes too long to answer.")
    frame.get_by_role("button", name="Try again").click()
    expect(frame.get_by_label("Message", exact=True)).to_have_value("")
    keys = [headers["idempotency-key"] for call, _, headers in window.asked if call == "POST /messages"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_preview_that_hangs_says_so(opened: Opener) -> None:
    answers = played.answers(**{"POST /campaigns/preview": (0, None)})
    window, frame = opened("campaign", answers, before=with_clock, selectedIds="9")
    with window.page.expect_request("**/campaigns/preview"):
        frame.get_by_label("Message", exact=True).fill("Hello")
    assert set(inside(window).evaluate("patience")) == {30_000, 60_000}
    window.page.clock.fast_forward(60_000)
    expect(frame.get_by_role("alert")).to_contain_text("The service takes too long to answer.")
    expect(frame.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "module", "answer"),
    [
        ("panel", "history.js", lambda route: route.fulfill(status=404)),
        ("report", "report.js", lambda route: route.fulfill(status=404)),
        ("campaign", "due.js", lambda route: route.fulfill(content_type="text/javascript", body="export {};")),
        ("settings", "fields.js", lambda route: route.abort()),
    ],
)
def test_a_page_whose_parts_do_not_fit_says_so(
    opened: Opener, name: str, module: str, answer: Callable[[Route], None]
) -> None:
    window, frame = opened(name, before=without(module, answer), selectedIds="9")
    expect(frame.get_by_role("alert")).to_have_text(UPDATED)
    expect(frame.locator("#page:not([aria-busy])")).to_be_visible()
    assert len(window.commands("initialize")) == 1
    assert window.complaints
    window.complaints.clear()


def test_a_part_that_never_comes_is_not_waited_for(opened: Opener) -> None:
    asked: list[Route] = []
    window, frame = opened("panel", before=without("history.js", lambda route: asked.append(route)), selectedIds="9")
    expect(frame.get_by_text("Loading")).to_be_attached()
    inside(window).wait_for_load_state("domcontentloaded")
    window.page.clock.fast_forward(30_000)
    expect(frame.get_by_role("alert")).to_contain_text("Close this page and open it again in a moment.")
    assert asked


def test_what_is_crowded_for_a_moment_is_asked_again(opened: Opener) -> None:
    said = {call: iter([CROWDED] * 3) for call in ("GET /me", "POST /messages", "POST /messages/preview")}
    plain = played.answers()

    def after_a_while(call: str) -> Answer:
        found = plain[call]
        assert not callable(found)
        return lambda _: next(said[call], found)

    window, frame = opened("panel", plain | {call: after_a_while(call) for call in said}, selectedIds="9")
    text = frame.get_by_label("Message", exact=True)
    text.fill("Hello")
    expect(frame.get_by_text("Dear Ravi, that’s all.")).to_be_visible()
    frame.get_by_role("button", name="Send message").click()
    expect(text).to_have_value("")
    expect(frame.get_by_role("alert")).to_have_count(0)
    for call in said:
        assert len([True for asked, _, _ in window.asked if asked == call]) == 4
    keys = {headers["idempotency-key"] for call, _, headers in window.asked if call == "POST /messages"}
    assert len(keys) == 1


@pytest.mark.parametrize(("pause", "times"), [("0.01", 4), ("6", 1)])
def test_what_stays_crowded_is_told(opened: Opener, pause: str, times: int) -> None:
    crowded: Answer = (503, {"detail": "Many of your company's pages are open."}, {"Retry-After": pause})
    window, frame = opened("settings", played.answers(**{"GET /me": crowded}))
    expect(frame.get_by_role("alert")).to_contain_text("Many of your company's pages are open.")
    assert [call for call, _, _ in window.asked] == ["GET /me"] * times


def test_what_is_not_safe_to_ask_twice_is_asked_once(opened: Opener) -> None:
    campaign = f"/campaigns/{played.campaign()['id']}"
    window, frame = opened("report", played.answers(**{f"POST {campaign}/pause": CROWDED}))
    frame.get_by_role("button", name="Diwali offer").click()
    frame.get_by_role("button", name="Pause").click()
    expect(frame.get_by_role("alert")).to_contain_text("Many of your company's pages are open.")
    assert len([True for asked, _, _ in window.asked if asked == f"POST {campaign}/pause"]) == 1
