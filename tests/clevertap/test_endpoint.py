"""One message over the endpoint: what is taken, how it is kept, and what is refused in which words."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from connectors.app import app_for
from connectors.service import Service
from connectors.shared.errors import WrongState
from tests.clevertap.customer import (
    MID,
    PASSWORD,
    PATH,
    Customer,
    accepted,
    customer_of,
    known_customer,
    ledger,
    refused,
    service_in,
)


@pytest.fixture
def customer(service: Service) -> Customer:
    return known_customer(service, country_code="91")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service_in(tmp_path_factory.mktemp("endpoint")) as service:
        yield service


@pytest.fixture
def visitor(house: Service) -> Customer:
    """The same customer where the database does not matter."""
    customer = customer_of(house)
    with suppress(WrongState):
        known_customer(house, country_code="91")
    return customer


@pytest.mark.parametrize(
    "headers",
    [
        {"customerId": "C-1", "password": PASSWORD},
        {"CUSTOMERID": "C-1", "PASSWORD": PASSWORD},
        {"customerid": " C-1 ", "Password": f" {PASSWORD}  "},
        {"customerId": "C-1", "password": PASSWORD, "email": "ann@example.com", "account": "CT-1"},
        {"customerId": "C-1", "password": PASSWORD, "email": "", "account": ""},
    ],
)
def test_headers_come_in_any_case_and_two_suffice(
    service: Service, customer: Customer, headers: dict[str, str]
) -> None:
    response = customer.client.post(
        PATH, json={"mobileNumber": "+919816111111", "messageText": "x", "senderId": "S"}, headers=headers
    )
    accepted(response)
    assert ledger(service)[0]["source_account"] == (headers.get("account") or None)


@pytest.mark.parametrize("without", ["customerId", "password"])
@pytest.mark.parametrize("value", [None, "", "   "])
def test_a_missing_header_is_named(visitor: Customer, without: str, value: str | None) -> None:
    headers = {"customerId": "C-1", "password": PASSWORD}
    headers.pop(without)
    if value is not None:
        headers[without] = value
    response = visitor.client.post(PATH, json={}, headers=headers)
    assert without in refused(response)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customerId", "C" * 129),
        ("password", "p" * 1_001),
        ("email", "e" * 255),
        ("account", "a" * 129),
        ("customerId", "C\x00-1"),
        ("password", "p\x1bw"),
        ("account", "a\x85b"),
    ],
)
def test_a_header_that_cannot_be_kept_is_refused(visitor: Customer, name: str, value: str) -> None:
    visitor.headers = {name: value}
    assert name in refused(visitor.send())


@pytest.mark.parametrize("length", [128, 1_000])
def test_the_longest_headers_are_taken_to_the_vendor(service: Service, length: int) -> None:
    customer = customer_of(service, customer_id="C" * 128, password="p" * length, headers={"email": "e" * 254})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.shared.accounts.door.take_attempt", lambda *_: False)
        patch.setattr("connectors.shared.accounts.door.LONGEST_WAIT_SECONDS", 0.0)
        accepted(customer.send())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("+919816111111", "919816111111"),
        ("919816111111", "919816111111"),
        ("00919816111111", "919816111111"),
        ("+91 98161-11111", "919816111111"),
        ("+91.98161.11111", "919816111111"),
        ("9816111111", "919816111111"),
        ("09816111111", "919816111111"),
        (" +919816111111 ", "919816111111"),
        ("+1 (415) 555-2671", "14155552671"),
        ("+४४", None),
        (919816111111, "919816111111"),
        (919816111111.0, "919816111111"),
        (9816111111, "919816111111"),
        ("+39 06 1234 5678", "390612345678"),
    ],
)
def test_numbers_as_people_and_programs_write_them(
    service: Service, customer: Customer, given: Any, kept: str | None
) -> None:
    response = customer.send(mobileNumber=given)
    if kept is None:
        refused(response, code=511)
        return
    accepted(response)
    assert response.get_json()["data"]["mobileNumber"] == given
    assert ledger(service)[0]["recipient"] == kept


def test_a_national_number_needs_the_accounts_country(service: Service) -> None:
    stranger = known_customer(service, customer_id="C-2")
    refused(stranger.send(mobileNumber="09816111111"), code=511)


@pytest.mark.parametrize(
    "number",
    [
        "+91",
        "123",
        "+919816",
        "+9198161111119816111111",
        "hello",
        "98161 11111 x2",
        "+",
        "-5",
        -5,
        "+0000000000",
        "98161\x0011111",
        2**64 - 1,
        1.5e300,
    ],
)
def test_an_impossible_number_is_511(visitor: Customer, number: Any) -> None:
    words = refused(visitor.send(mobileNumber=number), code=511)
    assert str(number) not in words or len(str(number)) < 4


@pytest.mark.parametrize("number", [True, 98161111.5, [], {}, ["+919816111111"], {"a": 1}])
def test_a_number_of_another_kind_is_refused(visitor: Customer, number: Any) -> None:
    assert "mobileNumber" in refused(visitor.send(mobileNumber=number))


@pytest.mark.parametrize("number", ["", None, "$$To", " $$To "])
def test_no_number_says_what_to_fill_in(visitor: Customer, number: str | None) -> None:
    assert "$$To" in refused(visitor.send(mobileNumber=number))


@pytest.mark.parametrize("text", ["", None, "  \n ", "$$Body"])
def test_no_text_says_what_to_fill_in(visitor: Customer, text: str | None) -> None:
    assert "$$Body" in refused(visitor.send(messageText=text))


@pytest.mark.parametrize(
    ("text", "segments"),
    [("a" * 1_530, 10), ("न" * 670, 10), ("😀" * 330, 10), ("€" * 760, 10), (" two \r\n lines ", 1)],
)
def test_a_text_of_ten_segments_is_kept_as_it_is(
    service: Service, customer: Customer, text: str, segments: int
) -> None:
    accepted(customer.send(messageText=text))
    row = ledger(service)[0]
    assert (row["text"], row["segments"]) == (text, segments)


@pytest.mark.parametrize("text", ["a" * 1_531, "न" * 671, "😀" * 336, "€" * 766, "a" * 1_000_000])
def test_a_longer_text_is_refused_with_its_length(visitor: Customer, text: str) -> None:
    assert "at most 10" in refused(visitor.send(messageText=text))


@pytest.mark.parametrize("field", ["messageText", "senderId", "mid", "templateId", "entityId"])
def test_nul_is_refused_in_words(visitor: Customer, field: str) -> None:
    words = refused(visitor.send(**{field: "a\x00b"}))
    assert field in words
    assert "NUL" in words


@pytest.mark.parametrize("escape", [rb"\ud83d", rb"\ude00", rb"\ud83d\ud83d", rb"\ude00\ud83d"])
def test_half_a_surrogate_pair_is_refused(visitor: Customer, escape: bytes) -> None:
    body = b'{"mobileNumber": "+919816111111", "senderId": "S", "messageText": "a%sb"}' % escape
    assert "surrogate" in refused(visitor.post(body))


def test_a_whole_surrogate_pair_is_one_emoji(service: Service, customer: Customer) -> None:
    accepted(customer.post(rb'{"mobileNumber": "+919816111111", "senderId": "S", "messageText": "\ud83d\ude00"}'))
    assert ledger(service)[0]["text"] == "😀"


def test_the_mid_is_opaque(service: Service, customer: Customer) -> None:
    for mid in (MID, " spaced. ", "é/हि..", "x" * 1_000):
        response = customer.send(mid=mid)
        accepted(response)
        assert response.get_json()["data"]["mid"] == mid
        assert ledger(service)[-1]["external_id"] == mid
    accepted(customer.send(mid=12345))
    assert ledger(service)[-1]["external_id"] == "12345"


@pytest.mark.parametrize("mid", ["x" * 1_001, True, ["a"], {"a": 1}, 1.5])
def test_a_mid_of_another_kind_is_refused(visitor: Customer, mid: Any) -> None:
    assert "mid" in refused(visitor.send(mid=mid))


@pytest.mark.parametrize("mid", [None, "", "$$MessageID"])
def test_without_a_mid_nothing_is_a_duplicate(service: Service, customer: Customer, mid: str | None) -> None:
    assert accepted(customer.send(mid=mid)) != accepted(customer.send(mid=mid))
    assert len(ledger(service)) == 2


def test_the_same_message_twice_is_one(service: Service, customer: Customer) -> None:
    first = accepted(customer.send())
    assert accepted(customer.send(mobileNumber="00 91 98161 11111")) == first
    others = [
        customer.send(messageText="Your order is on its way."),
        customer.send(mobileNumber="+919816111112"),
        customer.send(mid=MID.rstrip(".")),
    ]
    assert len({first, *map(accepted, others)}) == 4
    assert len(ledger(service)) == 4


def test_another_customer_with_the_same_mid_is_a_stranger(service: Service, customer: Customer) -> None:
    assert accepted(customer.send()) != accepted(known_customer(service, customer_id="C-2").send())


def test_the_same_message_from_thirty_threads_is_one(service: Service, customer: Customer) -> None:
    app = app_for(service)

    def send(_: int) -> str:
        return accepted(Customer(app.test_client()).send())

    with ThreadPoolExecutor(30) as pool:
        ids = set(pool.map(send, range(60)))
    assert len(ids) == 1
    assert [row["id"] for row in ledger(service)] == list(ids)


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, ("SMS", "TRANSACTION")),
        ({"flowType": "sms", "type": "sms", "messageType": "promotional"}, ("SMS", "PROMOTIONAL")),
        ({"flowType": "whatsapp", "messageType": "OTP"}, ("WHATSAPP", "OTP")),
        ({"flowType": "RCS", "messageType": "Transactional"}, ("RCS", "TRANSACTION")),
        ({"flowType": None, "type": None, "messageType": "$$kind"}, ("SMS", "TRANSACTION")),
        ({"flowType": " SMS ", "type": " SMS", "messageType": "OTP "}, ("SMS", "OTP")),
    ],
)
def test_channels_and_types(service: Service, customer: Customer, fields: dict[str, Any], kept: Any) -> None:
    accepted(customer.send(**fields))
    row = ledger(service)[0]
    assert (row["channel"], row["message_type"]) == kept


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("flowType", "SAUTH", "SAUTH"),
        ("flowType", "sauth", "SAUTH"),
        ("flowType", "FAX", "WHATSAPP"),
        ("type", "OTP", "type"),
        ("messageType", "NEWS", "PROMOTIONAL"),
        ("flowType", ["SMS"], "flowType"),
        ("messageType", 1, "PROMOTIONAL"),
        ("senderId", "S" * 16, "senderId"),
        ("senderId", {"a": 1}, "senderId"),
        ("templateId", "1" * 65, "templateId"),
    ],
)
def test_other_values_are_refused_in_words(visitor: Customer, field: str, value: Any, said: str) -> None:
    assert said in refused(visitor.send(**{field: value}))


def test_the_accounts_defaults_fill_in(service: Service) -> None:
    customer = known_customer(service, sender_id="MYSHOP", message_type="PROMOTIONAL", entity_id="E1", template_id="T1")
    accepted(customer.send(senderId=None))
    accepted(customer.send(senderId="$$sender", templateId="$$TemplateID", entityId="", mid="2"))
    own = {"senderId": " OTHER ", "templateId": 1107160000000012345, "entityId": "E2", "messageType": "OTP"}
    accepted(customer.send(mid="3", **own))
    rows = [(row["sender_id"], row["message_type"], row["entity_id"], row["template_id"]) for row in ledger(service)]
    assert rows == [
        ("MYSHOP", "PROMOTIONAL", "E1", "T1"),
        ("MYSHOP", "PROMOTIONAL", "E1", "T1"),
        ("OTHER", "OTP", "E2", "1107160000000012345"),
    ]


@pytest.mark.parametrize("sender_id", [None, "", "  ", "$$sender"])
def test_no_sender_id_anywhere_is_refused(visitor: Customer, sender_id: str | None) -> None:
    assert "senderId" in refused(visitor.send(senderId=sender_id))


def test_unknown_keys_are_ignored(visitor: Customer) -> None:
    accepted(visitor.send(hid="$$hid", nested={"a": [1, {"b": None}]}, enc="utf8\x00"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_another_method_is_405(visitor: Customer, method: str) -> None:
    response = visitor.post(b"{}", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    if method != "HEAD":
        assert "POST" in refused(response, 405)


def test_get_without_anything_is_405_too(visitor: Customer) -> None:
    refused(visitor.client.get(PATH + "?customerId=C-1&password=x"), 405)


@pytest.mark.parametrize("path", ["/partners/x", "/partners/central/api/savesinglesms", f"{PATH}/x", "/partners/é"])
def test_elsewhere_under_partners_is_404(visitor: Customer, path: str) -> None:
    assert PATH in refused(visitor.client.post(path), 404)


def test_a_slash_at_the_end_does_no_harm(visitor: Customer) -> None:
    headers = {"customerId": "C-1", "password": PASSWORD}
    body = {"mobileNumber": "+919816111111", "messageText": "x", "senderId": "S"}
    accepted(visitor.client.post(PATH + "/", json=body, headers=headers))


def test_no_answer_may_be_framed_or_sniffed(visitor: Customer) -> None:
    response = visitor.send()
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.mimetype == "application/json"
