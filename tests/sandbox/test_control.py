import pytest

from connectors.sandbox.inbox import Inbox, Message
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from tests.sandbox.caller import Caller
from tests.sandbox.receiver import receiver


def message(to: str, text: str = "Hello") -> Message:
    return Message(to, "UTOMOB", text, "TRANSACTION", "SMS", None, None, "t", "2026-11-21T08:00:00.000Z")


def test_messages_from_an_index_on(caller: Caller) -> None:
    for text in ("one", "two", "three"):
        caller.send(message=text)
    all_of_them = caller.control("GET", "/messages").json()
    later = caller.control("GET", f"/messages?since={all_of_them['next'] - 1}").json()
    assert [one["text"] for one in all_of_them["items"]] == ["one", "two", "three"]
    assert [one["text"] for one in later["items"]] == ["three"]
    assert caller.control("GET", "/messages?since=3").json() == {"items": [], "next": 3}
    assert all_of_them["items"][0]["to"] == "+919816111111"
    assert all_of_them["items"][0]["at"].endswith("Z")


def test_settings_hold_from_the_next_call_on(caller: Caller) -> None:
    with receiver() as receipts:
        changes = {"callback_urls": [receipts.url], "receipt_delay": 0.01, "accounts": {"C-1": "secret"}}
        answer = caller.control("PUT", "/settings", json=changes)
        caller.send()
        caller.server.wait_for(lambda server: server.stats()["receipts_posted"] == 1)
    assert answer.json()["receipt_delay"] == 0.01
    assert answer.json()["accounts"] == ["C-1"]
    assert "secret" not in answer.text
    assert "callbacks/token" not in answer.text
    assert caller.control("GET", "/settings").json() == answer.json()


def test_an_outage_comes_and_goes(caller: Caller) -> None:
    assert caller.control("PUT", "/settings", json={"outage": "503"}).json()["outage"] == "503"
    assert caller.send().status_code == 503
    assert caller.control("PUT", "/settings", json={"outage": None}).json()["outage"] is None
    assert caller.send().status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"outage": "502"},
        {"latency": -1},
        {"receipt_delay": "soon"},
        {"callback_urls": ["ftp://127.0.0.1/x"]},
        {"accounts": []},
        {"capacity": 1},
        {"unknown": 1},
        [1],
        None,
    ],
)
def test_settings_that_make_no_sense_change_nothing(caller: Caller, wrong: object) -> None:
    before = caller.control("GET", "/settings").json()
    assert caller.control("PUT", "/settings", json=wrong).status_code == 400
    assert caller.control("GET", "/settings").json() == before


def test_reset_forgets_all_but_tokens_and_settings(caller: Caller) -> None:
    caller.server.settings(receipt_delay=60.0)
    caller.send(mobileNumber="9816110014")
    caller.send()
    assert caller.server.stats()["receipts_pending"] == 1
    assert caller.control("DELETE", "").status_code == 204
    stats = caller.server.stats()
    assert {value for value in stats.values() if not isinstance(value, dict)} == {0}
    assert set(stats["calls_by_kind"].values()) == {0}
    assert caller.control("GET", "/messages").json() == {"items": [], "next": 0}
    assert caller.send(mobileNumber="9816110014").status_code == 503
    assert caller.server.sandbox.settings.receipt_delay == 60.0


def test_the_inbox_holds_the_newest() -> None:
    inbox = Inbox(capacity=3)
    inbox.take([message("+911", "a"), message("+911", "b"), message("+912", "c"), message("+913", "d")])
    inbox.take([message("+914", "a"), message("+911", "a")])
    held, following = inbox.since(0)
    assert [(one.index, one.to) for one in held] == [(3, "+913"), (4, "+914"), (5, "+911")]
    assert following == 6
    assert [one.index for one in inbox.since(5)[0]] == [5]
    assert [phone["to"] for phone in inbox.phones("", 10)] == ["+911", "+914", "+913"]
    assert inbox.phone_count() == 3
    assert inbox.duplicates == 0


def test_the_call_log_holds_the_newest() -> None:
    with SandboxServer(SandboxOptions(capacity=2)) as server:
        caller = Caller(server)
        caller.send(senderId="")
        caller.send_many("9816111111")
        calls = caller.control("GET", "/calls?since=0").json()
        caller.close()
    assert [call["kind"] for call in calls["items"]] == ["single", "many"]
    assert calls["next"] == 3


def test_private_things_are_in_no_repr(caller: Caller) -> None:
    caller.server.settings(accounts={"C-1": "secret"}, callback_urls=("http://127.0.0.1/token",))
    caller.server.settings(smsc_callback_urls=("http://127.0.0.1/token",))
    caller.send(message="private text")
    shown = repr(caller.server.messages()) + repr(caller.server.sandbox.settings)
    assert not [word for word in ("private text", "9816111111", "secret", "token'") if word in shown]
