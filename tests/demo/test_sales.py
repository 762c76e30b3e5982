"""What the demo's browser makes of the app's answers."""

import re
from collections.abc import Iterator

import pytest
import responses

from connectors.demo.forms import filled_in
from connectors.demo.sales import Salesperson

SERVICE = "http://127.0.0.1:1"
SANDBOX = "http://127.0.0.1:2"
POLICY = "default-src 'none'; frame-ancestors "
TOKEN = "e30.e30.c2ln"


@pytest.fixture
def outside() -> Iterator[responses.RequestsMock]:
    """Answers in place of service and sandbox, which gives tokens."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.get(f"{SANDBOX}/pipedrive/token", json={"token": TOKEN})
        yield mocked


@pytest.mark.parametrize(
    ("status", "policy", "opens"),
    [
        (200, POLICY + SANDBOX, True),
        (200, f"{POLICY}'none'", False),
        (200, "", False),
        (401, POLICY + SANDBOX, False),
    ],
)
def test_a_page_opens_that_comes_and_may_be_framed(
    outside: responses.RequestsMock, status: int, policy: str, opens: bool
) -> None:
    outside.get(f"{SERVICE}/pipedrive/panel", status=status, headers={"Content-Security-Policy": policy})
    assert Salesperson(SERVICE, SANDBOX).opens("panel", selectedIds="1") is opens


@pytest.mark.parametrize(
    ("ends_at", "installed"),
    [(f"{SANDBOX}/pipedrive/settings", True), (f"{SANDBOX}/pipedrive/people", False)],
)
@pytest.mark.parametrize(("again", "forged", "refused"), [(403, 401, 2), (302, 401, 1), (403, 200, 1)])
def test_an_installation_ends_at_the_settings_and_nothing_used_or_forged_is_taken(
    outside: responses.RequestsMock, ends_at: str, installed: bool, again: int, forged: int, refused: int
) -> None:
    page = '<form><input name="state" value="s"><select name="who"><option value="1:7">Anaya</select></form>'
    for url, target in (
        (f"{SERVICE}/pipedrive/install", f"{SANDBOX}/oauth/authorize"),
        (f"{SERVICE}/pipedrive/callback?code=c", ends_at),
    ):
        outside.get(url, status=302, headers={"Location": target})
    outside.get(f"{SANDBOX}/oauth/authorize", body=page)
    decided = [responses.matchers.urlencoded_params_matcher({"state": "s", "who": "1:7", "decision": "allow"})]
    to_app = {"Location": f"{SERVICE}/pipedrive/callback?code=c"}
    outside.post(f"{SANDBOX}/oauth/authorize", status=302, headers=to_app, match=decided)
    outside.get(re.compile(f"{SANDBOX}/pipedrive/(settings|people)"))
    salesperson = Salesperson(SERVICE, SANDBOX)
    assert salesperson.install() is installed
    outside.replace(responses.GET, f"{SERVICE}/pipedrive/callback?code=c", status=again, headers={"Location": ends_at})
    outside.get(f"{SERVICE}/pipedrive/api/settings", status=forged)
    assert salesperson.turned_away() == refused
    assert TOKEN not in outside.calls[-1].request.headers["Authorization"]


def test_a_form_is_sent_as_it_comes_with_the_first_of_each_list() -> None:
    page = """
        <input type="hidden" name="state" value="a&amp;b"><input name="note">
        <select name="who"><option value="1:7">Anaya</option><option value="1:8">Sunil</option></select>
        <button name="decision" value="cancel">Cancel</button>
    """
    assert filled_in(page) == {"state": "a&b", "note": "", "who": "1:7"}
