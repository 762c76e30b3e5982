"""`connectors ogangi …`, as people and scripts run it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.cli import cli
from tests.shared.gateways.conformance.wire import Reply
from tests.shared.gateways.ogangi.conftest import Book
from tests.shared.gateways.ogangi.scripted import PRIVATE_KEY, FromPhone, ScriptedOgangi, said


@pytest.fixture(autouse=True)
def installation(book: Book, ogangi: ScriptedOgangi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One account that is connected."""
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", str(book.database.url))
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a key for tests")
    monkeypatch.setenv("CONNECTORS_OGANGI_URL", ogangi.url)
    book.add()


def run(*arguments: str, code: int = 0) -> str:
    """Run a command; returns both its outputs. No key is in them."""
    result = CliRunner().invoke(cli, ["ogangi", *arguments])
    assert result.exit_code == code, result.output
    assert PRIVATE_KEY not in result.output
    return result.output


def test_messages_are_listed(ogangi: ScriptedOgangi) -> None:
    ogangi.inbox.messages = [FromPhone("58123456789", "Да [bold]😀", "2014-10-13 10:30:51.922")]
    shown = run("messages")
    assert "58123456789" in shown
    assert "Да [bold]😀" in shown
    found = json.loads(run("messages", "--json", "--filter", "from=58123456789", "--page", "0", "--per-page", "7"))
    item = {"from": "58123456789", "to": "19893143924", "text": "Да [bold]😀", "encoding": None, "keyword": None}
    item |= {"carrier": "Movistar", "sent_at": "2014-10-13T10:30:51Z"}
    assert found == {"page": 0, "records": 1, "items": [item]}
    asked = {"instanceId": "7", "page": "0", "resultsPerPage": "7", "parameters": "from=58123456789"}
    assert ogangi.seen[-1].parameters == asked


def test_the_first_page_is_found_where_it_is_1(ogangi: ScriptedOgangi) -> None:
    ogangi.inbox.first = 1
    ogangi.inbox.messages = [FromPhone("58123456789", "Hi", "2014-10-13 10:30:51.922")]
    assert json.loads(run("messages", "--json"))["page"] == 1
    assert "Page 1. Messages in all: 1." in run("messages")
    assert run("messages", "--page", "9") == "There is no such message.\n"


@pytest.mark.parametrize("post", [[], ["--post"]])
def test_a_message_is_fired(ogangi: ScriptedOgangi, post: list[str]) -> None:
    assert "+1200000001" in run("fire", "--phone", "+1200000001", "--text", "Да", *post)
    (call,) = ogangi.seen
    assert (call.name, call.method) == ("fireMessage", "POST" if post else "GET")
    said_so = json.loads(call.body) if post else call.parameters
    assert (said_so["mobileNumber"], said_so["text"]) == ("1200000001", "Да")
    told = json.loads(run("fire", "--phone", "13056708084", "--text", "JOIN", "--json", "--customer-id", "C-1", *post))
    assert told == {"phone": "+13056708084", "status": "OK", "description": "Completed"}


def test_a_pin_is_printed_to_who_asked(ogangi: ScriptedOgangi) -> None:
    arguments = ("pin", "--phone", "+1 305 670 8084", "--text", "Ваш код", "--length", "6")
    assert run(*arguments) == "Ogangi sent the PIN 846547 to +13056708084.\n"
    assert json.loads(run(*arguments, "--json")) == {"phone": "+13056708084", "pin": "846547"}
    expected = {"from": "2020", "mobileNumber": "13056708084", "text": "Ваш код", "length": "6"}
    assert expected.items() <= ogangi.seen[-1].parameters.items()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("pin", "--phone", "12", "--text", "x"), 2, "--phone"),
        (("pin", "--phone", "+13056708084", "--text", " "), 2, "--text is empty"),
        (("pin", "--phone", "+13056708084"), 2, "--text"),
        (("pin", "--phone", "+13056708084", "--text", "x", "--length", "0"), 2, "--length"),
        (("fire", "--phone", "+13056708084", "--text", "x" * 1_601), 2, "1,600"),
        (("fire", "--phone", "Asha", "--text", "x"), 2, "--phone"),
        (("messages", "--filter", ".."), 2, "--filter"),
        (("messages", "--filter", "nonsense"), 2, "name=value"),
        (("messages", "--filter", "order=desc&=x"), 2, "name=value"),
        (("messages", "--customer-id", "C-9"), 1, "no account C-9"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    ogangi: ScriptedOgangi, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in run(*arguments, code=code)
    assert not ogangi.seen


@pytest.mark.parametrize(
    "arguments",
    [
        ("messages",),
        ("fire", "--phone", "13056708084", "--text", "x"),
        ("pin", "--phone", "13056708084", "--text", "x"),
    ],
)
@pytest.mark.parametrize("reply", [Reply(404), Reply(200, said("x", status="BAD_SIGNATURE")), Reply(hang_up=True)])
def test_what_did_not_work_is_told(ogangi: ScriptedOgangi, arguments: tuple[str, ...], reply: Reply) -> None:
    ogangi.script = lambda _: reply
    assert run(*arguments, code=1).startswith("Error: ")


def test_numbers_that_are_not_on_trial_are_not_texted(ogangi: ScriptedOgangi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_TRIAL_NUMBERS", "+13056708084")
    assert "CONNECTORS_TRIAL_NUMBERS" in run("pin", "--phone", "+13056708085", "--text", "x", code=2)
    assert not ogangi.seen
    run("pin", "--phone", "+13056708084", "--text", "x")
