from collections.abc import Sequence
from typing import Any

import pytest

from connectors.shared.gateways.message_central.gateway import MessageCentralGateway
from connectors.shared.message_central import MessageCentral
from connectors.shared.messages.claim import Claimed, Lane
from connectors.shared.messages.grouping import Call, group, halves
from tests.shared.messages.conftest import OpenService
from tests.shared.messages.tenants import add_tenant, dispatching, number_of, wait_for_ends
from tests.shared.messages.vendor import Vendor

LANE = Lane(1, 1, "active", None, 0.0, 0, True, "message-central")
LONGEST_URL = 7_400


def claimed(index: int, number: int | None = None, **values: Any) -> Claimed:
    row: dict[str, Any] = {
        "id": f"{index}",
        "connection_id": 1,
        "country_code": "91",
        "recipient": number_of(index if number is None else number)[1:],
        "text": "sale",
        "sender_id": "UTOMOB",
        "channel": "SMS",
        "message_type": "TRANSACTION",
        "template_id": None,
        "entity_id": None,
        "priority": 1,
        "attempts": 0,
        "created_at": 0,
        "expires_at": 1,
        "counted_day": None,
        "hours": None,
        "campaign_id": None,
        "variables": None,
    }
    return Claimed(**(row | values))


def grouped(rows: Sequence[Claimed], lane: Lane = LANE, bulk_size: int = 100) -> list[Call]:
    client = MessageCentral("http://127.0.0.1:9")
    gateway = MessageCentralGateway(client, None, bulk_size, 20)  # type: ignore[arg-type]
    return group(lane, gateway, rows, patterns={"c": "Dear ##var##"})


def personal(index: int, **values: Any) -> Claimed:
    """A row of the campaign whose texts differ."""
    row: dict[str, Any] = {"campaign_id": "c", "text": f"Dear {index}", "variables": f'["{index}"]', "priority": 2}
    return claimed(index, **(row | values))


def sizes(calls: Sequence[Call]) -> list[int]:
    return [len(call.rows) for call in calls]


def test_equal_texts_travel_together_up_to_the_bulk_size() -> None:
    calls = grouped([claimed(n) for n in range(250)])
    assert sizes(calls) == [100, 100, 50]
    assert [row.id for call in calls for row in call.rows] == [f"{n}" for n in range(250)]


def test_a_number_is_never_twice_in_a_call() -> None:
    calls = grouped([claimed(n, number=n % 10) for n in range(30)], bulk_size=25)
    assert sizes(calls) == [10, 10, 10]
    assert all(len({row.recipient for row in call.rows}) == len(call.rows) for call in calls)


@pytest.mark.parametrize(
    "values",
    [
        {"text": "another"},
        {"sender_id": "OTHER"},
        {"message_type": "PROMOTIONAL", "priority": 2},
        {"channel": "WHATSAPP"},
        {"template_id": "1107"},
        {"entity_id": "1101"},
        {"attempts": 1},
    ],
    ids=str,
)
def test_what_differs_travels_apart(values: dict[str, Any]) -> None:
    calls = grouped([claimed(n, **(values if n % 2 else {})) for n in range(10)])
    assert sizes(calls) == [5, 5]


@pytest.mark.parametrize("values", [{"message_type": "OTP", "priority": 0}, {"text": "Take ##name## or ##"}], ids=str)
def test_what_must_go_singly_does(values: dict[str, Any]) -> None:
    assert sizes(grouped([claimed(n, **values) for n in range(10)])) == [1] * 10


def test_an_account_without_calls_for_many_sends_singly() -> None:
    lane = Lane(1, 1, "active", None, 0.0, 0, False, "message-central")
    assert sizes(grouped([claimed(n) for n in range(10)], lane)) == [1] * 10


def test_differing_texts_of_a_campaign_share_a_workbook() -> None:
    calls = grouped([personal(n) for n in range(45)])
    assert sizes(calls) == [20, 20, 5]
    assert {(call.outgoing.text, call.outgoing.personalised) for call in calls} == {("Dear ##var##", True)}
    assert [to.variables for to in calls[2].recipients] == [(f"{n}",) for n in range(40, 45)]


@pytest.mark.parametrize("values", [{"variables": None}, {"campaign_id": "without a pattern"}], ids=str)
def test_a_text_that_no_workbook_may_carry_goes_by_itself(values: dict[str, Any]) -> None:
    calls = grouped([personal(n, **values) for n in range(3)])
    assert [call.outgoing.text for call in calls] == ["Dear 0", "Dear 1", "Dear 2"]
    assert not any(call.outgoing.personalised for call in calls)


def test_what_is_left_alone_of_a_workbook_goes_singly_with_its_own_text() -> None:
    (call,) = grouped([personal(n) for n in range(3)])
    first, second = halves(call)
    assert (first.outgoing.text, first.outgoing.personalised) == ("Dear 0", False)
    assert (second.outgoing.text, second.outgoing.personalised) == ("Dear ##var##", True)
    assert first.recipients[0].variables == ()


def test_halves_hold_every_row_once() -> None:
    (call,) = grouped([claimed(n) for n in range(7)])
    first, second = halves(call)
    assert (*first.rows, *second.rows) == call.rows
    assert sizes([first, second]) == [3, 4]


@pytest.mark.parametrize("text", ["a", "नमस्ते " * 60, "😀" * 200, "&=?#% " * 200])
def test_a_call_for_many_fits_a_url_and_arrives_as_it_was_said(
    open_service: OpenService, vendor: Vendor, text: str
) -> None:
    service = open_service(bulk_size=1_000)
    tenant = add_tenant(service, template_id="1107160000000012345", entity_id="1101160000000012345")
    tenant.accept_all([tenant.new(number_of(n), text) for n in range(400)])
    with dispatching(service):
        assert wait_for_ends(service) == {"sent": 400}
    assert max(len(call.target) for call in vendor.calls) <= LONGEST_URL
    assert {call.text for call in vendor.calls} == {text}
    assert sorted(vendor.taken) == sorted((number_of(n)[1:], text) for n in range(400))
    assert set(vendor.taken.values()) == {1}


def test_a_value_that_a_workbook_would_change_travels_in_its_own_text() -> None:
    calls = grouped([personal(0), personal(1, text="Dear a\r\nb", variables='["a\\r\\nb"]'), personal(2)])
    assert [[row.id for row in call.rows] for call in calls] == [["0", "2"], ["1"]]
    assert (calls[1].outgoing.text, calls[1].outgoing.personalised) == ("Dear a\r\nb", False)
