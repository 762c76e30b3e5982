"""Bodies: JSON and key-value pairs, whole and broken; nothing that is sent makes a 500."""

import io
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.app import app_for
from connectors.service import Service
from tests.clevertap.customer import MID, SMS, Customer, accepted, known_customer, ledger, refused, service_in, sms

FORM = "application/x-www-form-urlencoded"
# "CleverTap CRM Integration", step v, as the vendor's guide prints it.
VENDORS_SAMPLE = b"""{
"flowType": "SMS",
"type": "SMS",
"mobileNumber": "$$To",
"messageText": "$$Body",
"senderId": "UTOMOB", // your sender id
"mid": "$$MessageID"
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service_in(tmp_path_factory.mktemp("bodies")) as service:
        yield service


@pytest.fixture(scope="module")
def customer(house: Service) -> Customer:
    return known_customer(house, country_code="91")


@pytest.fixture
def newest(house: Service) -> Callable[[], Any]:
    return lambda: ledger(house)[-1]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "text/plain", "text/html; x", "", None,
     FORM, "application/octet-stream", "nonsense"],
)  # fmt: skip
def test_json_is_read_whatever_it_is_called(customer: Customer, content_type: str | None) -> None:
    accepted(customer.post(orjson.dumps(SMS), content_type))


@pytest.mark.parametrize("content_type", ["application/json", FORM])
def test_a_byte_order_mark_and_space_are_no_matter(customer: Customer, content_type: str) -> None:
    accepted(customer.post(b"\xef\xbb\xbf" + orjson.dumps(SMS), content_type))
    accepted(customer.post(b"\r\n \t" + orjson.dumps(SMS) + b"\n\n", content_type))


def test_of_a_key_that_comes_twice_the_last_counts(customer: Customer, newest: Callable[[], Any]) -> None:
    accepted(customer.post(b'{"mid": "a", "mobileNumber": "+919816111111", "messageText": "one", '
                           b'"senderId": "S", "messageText": "two"}'))  # fmt: skip
    assert newest()["text"] == "two"


@pytest.mark.parametrize(
    "number", ["+919816111111", " 919816111111", "%2B919816111111", "00919816111111", "+91+98161+11111", "9816111111"]
)
def test_key_value_pairs(customer: Customer, newest: Callable[[], Any], number: str) -> None:
    body = f"mobileNumber={number}&messageText=1%2B1+is+2+%26+%E0%A4%B9%E0%A4%BF%0A%F0%9F%98%80&senderId=S&mid={MID}x"
    response = customer.post(body.encode(), FORM)
    accepted(response)
    assert newest()["recipient"] == "919816111111"
    assert newest()["text"] == "1+1 is 2 & हि\n😀"
    assert response.get_json()["data"]["mid"] == MID + "x"


def test_key_value_pairs_with_a_charset_and_blanks(customer: Customer) -> None:
    body = urlencode(SMS | {"templateId": "$$TemplateID", "entityId": "", "extra": "$$hid"}, quote_via=quote)
    accepted(customer.post(body.encode(), f"{FORM}; charset=UTF-8"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"mobileNumber=%24%24To&messageText=x", "$$To"),
        (b"messageText=x", "$$To"),
        (b"mobileNumber=%2B919816111111", "$$Body"),
        (b"mobileNumber=%2B919816111111&messageText=a%00b", "NUL"),
        (b"mobileNumber=%2B919816111111&messageText=%ED%A0%80", "UTF-8"),
        (b"mobileNumber=%2B919816111111&messageText=\xff", "UTF-8"),
        (b"&".join(b"k%d=v" % index for index in range(201)), "200"),
        (b"messages=1&mobileNumber=1", "messages"),
        (b"", "$$To"),
    ],
)
def test_bad_key_value_pairs_are_refused_in_words(customer: Customer, body: bytes, said: str) -> None:
    assert said in refused(customer.post(body, FORM))


@pytest.mark.parametrize("body", [b"", b"  \n", b"\xef\xbb\xbf"])
def test_no_body_says_so(customer: Customer, body: bytes) -> None:
    assert "no body" in refused(customer.post(body))


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null", b"true", b"1.5", b'[{"mobileNumber": "1"}]'])
def test_what_is_no_object_is_refused(customer: Customer, body: bytes) -> None:
    assert "object" in refused(customer.post(body))


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (VENDORS_SAMPLE, 6),
        (VENDORS_SAMPLE.replace(b'", // your', b'" // your'), 6),
        (b"// first\n{}", 1),
        (b"{} // last", 1),
        (b'{"senderId": /* mine */ "S"}', 1),
        (b'{"a": "https://x.example", "b": 1, // c\n"d": 2}', 1),
    ],
)
def test_a_comment_is_named_as_the_reason(customer: Customer, body: bytes, line: int) -> None:
    words = refused(customer.post(body))
    assert f"in line {line}" in words
    assert "no comments" in words


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"messageText": "see https://x.example", "mid": }', "column 49"),
        (b'{"messageText": "see https://x.example" "mid": 1}', "line 1"),
        (b'{"messageText": "see https://x.example', "line 1"),
        (b'{"messageText": "a\nb // c"}', "control character"),
        (b'{"messageText": "x",}', "trailing comma"),
        ("{“messageText”: “x”}".encode(), "straight quotes"),
        (b"{'messageText': 'x'}", "line 1"),
        (b'{"a": NaN}', "column 7"),
        (b'{"a": Infinity}', "column 7"),
        (b'{"a": 1e999}', "column 7"),
        (b'{"a": 01}', "line 1"),
        (b'{"a": "\xff"}', "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "JSON"),
        (b"\x1f\x8b\x08\x00garbage", "JSON"),
        (b"mobileNumber=1&messageText=x", "JSON"),
        (b"[" * 100_000, "depth"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "depth"),
    ],
)
def test_broken_json_says_where_and_blames_no_comment(customer: Customer, body: bytes, said: str) -> None:
    words = refused(customer.post(body))
    assert said in words
    assert "comment" not in words


def test_a_broken_body_full_of_escapes_is_read_in_no_time(customer: Customer) -> None:
    # Looking for comments by a backtracking pattern took minutes over this.
    assert "JSON" in refused(customer.post(b'{"a": "' + rb"\"" * 2_000_000))


@pytest.mark.parametrize("depth", [300, 1_000])
def test_a_deep_value_is_never_an_error_of_ours(customer: Customer, depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    accepted(customer.post(b'{"x": %s, %s' % (nested, orjson.dumps(SMS)[1:])))
    refused(customer.post(b'{"mid": %s, %s' % (nested, orjson.dumps(sms(mid=None))[1:])))
    batch = customer.post(b'{"messages": [{"mid": %s, "mobileNumber": %s}]}' % (nested, nested))
    assert batch.status_code == 400
    assert batch.get_json()["data"]["results"][0]["mid"] is None


@pytest.mark.parametrize("number", [b"1" * 400, b"9" * 5_000, b"-1", b"1E5", b"18446744073709551616", b"9.1e20"])
def test_huge_numbers_are_refused(customer: Customer, number: bytes) -> None:
    response = customer.post(b'{"messageText": "x", "senderId": "S", "mobileNumber": %s}' % number)
    assert response.status_code == 400
    assert customer.post(b'{"messages": [{"mid": %s}]}' % number).status_code == 400


def test_a_multipart_form_is_415(customer: Customer) -> None:
    response = customer.client.post(
        "/partners/central/api/saveSingleSms",
        data={"file": (io.BytesIO(b"x"), "x.txt")},
        headers={"customerId": "C-1", "password": customer.password},
    )
    assert "JSON" in refused(response, 415)


def test_ten_megabytes_are_read_and_no_more(customer: Customer) -> None:
    fits = orjson.dumps(SMS)[:-1] + b" " * (10 * 1024 * 1024 - len(orjson.dumps(SMS))) + b"}"
    accepted(customer.post(fits))
    for content_type in ("application/json", FORM):
        assert "10 MB" in refused(customer.post(fits + b" ", content_type), 413)


FIELDS = st.sampled_from([*SMS, "messageType", "templateId", "entityId", "messages", "other"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30) | st.sampled_from([*SMS.values(), "$$To", "a\x00b", "+91 98161 11111"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
BODIES = (
    st.binary(max_size=200)
    | st.dictionaries(FIELDS, VALUES, max_size=9).map(orjson.dumps)
    | st.dictionaries(FIELDS, st.text(st.characters(codec="utf-8"), max_size=30)).map(lambda d: urlencode(d).encode())
)
TYPES = st.sampled_from(["application/json", FORM, "text/plain", "multipart/form-data", "multipart/x; boundary=a"])


@pytest.fixture(scope="module")
def app(house: Service, customer: Customer) -> Flask:
    return app_for(house)


@given(body=BODIES, content_type=TYPES)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_body_makes_a_500(app: Flask, body: bytes, content_type: str) -> None:
    response = Customer(app.test_client()).post(body, content_type)
    assert response.status_code in (200, 400, 413, 415), response.data
    assert response.get_json()["responseCode"] in (200, 400, 511)


@given(
    name=st.sampled_from(["customerId", "email", "account"]),
    value=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=200),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_header_makes_a_500(app: Flask, name: str, value: str) -> None:
    response = Customer(app.test_client(), headers={name: value}).post(b"{")
    assert response.status_code == 400
    assert response.get_json()["responseCode"] == 400
