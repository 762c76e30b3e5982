"""Messages from phones that are asked for, and the calls among them that confirm a number."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.gateways.smsc.kind import bounded_smsc
from connectors.shared.gateways.smsc.polling import SmscIncoming
from connectors.shared.incoming.message import IncomingMessage
from connectors.shared.incoming.source import Polled
from tests.shared.gateways.smsc.vendor import ScriptedSmsc, connect, refuses, says, smsc

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Poll = Callable[[str | None], Polled]


@pytest.fixture
def vendor() -> Iterator[ScriptedSmsc]:
    with smsc() as vendor:
        yield vendor


@pytest.fixture
def calls() -> list[tuple[Any, ...]]:
    return []


@pytest.fixture
def poll(service: Service, vendor: ScriptedSmsc, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch) -> Poll:
    monkeypatch.setenv("CONNECTORS_SMSC_URL", vendor.url)
    source = SmscIncoming(bounded_smsc(service), lambda *call: calls.append(call))
    connection_id = connect(service)
    return lambda cursor: source.poll(connection_id, cursor, lambda messages: [False] * len(messages))


def written(ago: timedelta) -> str:
    """A moment as the vendor writes it: in Moscow's time."""
    return (datetime.now(UTC) + timedelta(hours=3) - ago).strftime("%d.%m.%Y %H:%M:%S")


def came(answer_id: int, message: str, ago: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    return {
        "id": answer_id,
        "received": written(ago),
        "phone": "79990000001",
        "message": message,
        "to_phone": "78000000001",
        **more,
    }


def test_the_first_look_goes_back_a_week_and_the_next_ones_after_the_last(poll: Poll, vendor: ScriptedSmsc) -> None:
    day = timedelta(days=1)
    vendor.on("get", says([came(8, "Стоп 🛑"), came(7, "Да", day, phone=79990000002)]), says([]))
    polled = poll(None)
    assert [(message.sender, message.text, message.vendor_id) for message in polled.messages] == [
        ("79990000001", "Стоп 🛑", "8"),
        ("79990000002", "Да", "7"),
    ]
    ages = [now_ms() - (message.happened_at or 0) for message in polled.messages]
    assert 0 <= ages[0] < 60_000
    assert 86_400_000 <= ages[1] < 86_460_000
    assert (polled.cursor, polled.failure) == ("8", None)
    assert poll(polled.cursor) == Polled([], "8")
    first, second = (asked.params for asked in vendor.to("get"))
    assert (first["get_answers"], first["hour"]) == ("1", "168")
    assert "after_id" not in first
    assert second["after_id"] == "8"
    assert "hour" not in second


def test_a_full_page_is_read_on_and_nothing_known_is_brought_again(poll: Poll, vendor: ScriptedSmsc) -> None:
    full = [came(n, f"n {n}") for n in range(1, 1_001)]
    vendor.on("get", says(full), says([came(1_000, "again"), came(1_001, "last")]))
    polled = poll("0")
    assert [message.vendor_id for message in polled.messages] == [str(n) for n in range(1, 1_002)]
    assert polled.cursor == "1001"
    assert [asked.params["after_id"] for asked in vendor.to("get")] == ["0", "1000"]


def test_an_answer_too_long_to_read_is_asked_for_in_smaller_pieces(poll: Poll, vendor: ScriptedSmsc) -> None:
    vendor.on("get", says(b" " * 1_000_001), says([came(5, "short")]))
    assert [message.text for message in poll("4").messages] == ["short"]
    assert [asked.params["cnt"] for asked in vendor.to("get")] == ["1000", "100"]


def test_a_call_that_confirms_a_number_is_handed_on_and_is_no_message(
    poll: Poll, vendor: ScriptedSmsc, calls: list[tuple[Any, ...]]
) -> None:
    old = timedelta(minutes=16)
    vendor.on("get", says([came(1, "[waitcall] ", old), came(2, "[waitcall] "), came(3, "a waitcall?"), {"id": 4}]))
    polled = poll("0")
    assert [message.text for message in polled.messages] == ["a waitcall?"]
    assert polled.cursor == "4"
    ((_, number, called, called_at),) = calls
    assert (number, called) == ("79990000001", "78000000001")
    assert 0 <= now_ms() - called_at < 60_000


def test_a_moment_in_the_future_is_now_and_one_that_makes_no_sense_is_none(poll: Poll, vendor: ScriptedSmsc) -> None:
    ahead = came(1, "ahead", timedelta(hours=-9))
    vendor.on("get", says([ahead, came(2, "odd", received="yesterday"), came(3, "stamped", timestamp=1_700_000_000)]))
    moments = [message.happened_at for message in poll("0").messages]
    assert moments[0] is not None
    assert moments[0] <= now_ms()
    assert moments[1:] == [None, 1_700_000_000_000]


def test_one_look_too_many_within_a_minute_is_not_made_and_no_failure(poll: Poll, vendor: ScriptedSmsc) -> None:
    vendor.on("get", says([]))
    looks = [poll("5") for _ in range(5)]
    assert looks == [Polled([], "5")] * 5
    assert len(vendor.asked) == 3


@pytest.mark.parametrize("answer", [refuses(2), says(b"<html>", status=502), says({"no": "answers"})])
def test_a_failure_is_told_and_the_cursor_stays(poll: Poll, vendor: ScriptedSmsc, answer: Any) -> None:
    vendor.on("get", answer)
    polled = poll("5")
    assert (polled.messages, polled.cursor) == ([], "5")
    assert polled.failure is not None
    assert "SMSC" in polled.failure


def test_what_was_not_confirmed_is_brought_again(
    service: Service, vendor: ScriptedSmsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreUnavailable("not now")

    monkeypatch.setenv("CONNECTORS_SMSC_URL", vendor.url)
    vendor.on("get", says([came(1, "hello"), came(2, "[waitcall] ")]))
    source = SmscIncoming(bounded_smsc(service), fails)
    known: list[IncomingMessage] = []
    polled = source.poll(connect(service), "0", lambda _: [])
    assert polled == Polled(known, "0", "not now")
