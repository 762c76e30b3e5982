"""Who is texted: the first phone that is a number, read as of the country that it stands beside."""

from typing import Final

import pytest

from connectors.shared.phone_numbers import PhoneNumber
from connectors.shopify.orders.facts import order_record
from connectors.shopify.orders.phones import Candidate, Reader, best_number, candidates, numbers_of
from tests.shopify.payloads import NUMBER, payload

NOBODY: Final = Reader(None)
READABLE: Final = [
    ("+919800000001", None, "919800000001"),
    (" +91 98000-00001 ", None, "919800000001"),
    ("00919800000001", "DE", "919800000001"),
    ("+91 (0)98000 00001", "US", "919800000001"),
    ("098000 00001", "IN", "919800000001"),
    ("tel:+919800000001", None, "919800000001"),
    ("9800000001", "IN", "919800000001"),
    ("919800000001", "IN", "919800000001"),
    ("٠٩٨٠٠٠٠٠٠٠١", "IN", "919800000001"),
    ("0151 23456789", "DE", "4915123456789"),
    ("0151/23456789", "DE", "4915123456789"),
    ("(415) 867-5309", "US", "14158675309"),
    ("416-867-5309", "CA", "14168675309"),
    ("06 12 34 56 78", "FR", "33612345678"),
    ("07400 123456", "GB", "447400123456"),
    ("11 96123-4567", "BR", "5511961234567"),
    ("3123456789", "IT", "393123456789"),
    ("+1 555 010 9999", None, "15550109999"),  # possible, if no number of a range that is known
    ("+557734881234", None, "557734881234"),
    ("+15005550006", None, "15005550006"),
]
UNUSABLE: Final = [
    (None, "IN", "none"),
    ("   ", "IN", "none"),
    ("****", "IN", "masked"),
    ("+91 98*** ***01", None, "masked"),
    ("•••• 0001", "IN", "masked"),
    ("98xxxxxx01", "IN", "masked"),
    ("##########", "IN", "masked"),
    ("555-555-SHIP", "US", "has letters in it"),
    ("call me", "IN", "has letters in it"),
    ("N/A", "IN", "has letters in it"),
    ("+1 415 867 5309 x12", None, "has an extension"),
    ("(415) 867-5309 ext. 7", "US", "has an extension"),
    ("415-867-5309 #7", "US", "has an extension"),
    ("0000000000", "IN", "a dummy"),
    ("999-999-9999", "US", "a dummy"),
    ("+919999999999", None, "a dummy"),
    ("1234567890", "IN", "a dummy"),
    ("123-123-1234", "IN", "a dummy"),
    ("+1 234 567 8901", None, "a dummy"),
    ("555-555-1234", "US", "no number of US"),
    ("98000 0000", "IN", "no number of IN"),
    ("9800000001", "US", "no number of US"),
    ("9800000001, 9800000002", "IN", "no number of IN"),
    ("9800000001 / 9800000002", "IN", "no number of IN"),
    ("+91 12", "IN", "no number of IN"),
    ("9800000001", None, "no country code"),
    ("1" * 60, "IN", "a dummy"),
    ("7" * 30 + "8" * 20, "IN", "no number of IN"),
]


@pytest.mark.parametrize(("written", "country", "digits"), READABLE)
def test_number(written: str, country: str | None, digits: str) -> None:
    number = best_number([Candidate("shipping_address", written, country)], NOBODY)
    assert isinstance(number, PhoneNumber)
    assert number.digits == digits


@pytest.mark.parametrize(("written", "country", "why"), UNUSABLE)
def test_no_number(written: str | None, country: str | None, why: str) -> None:
    found = best_number([Candidate("shipping_address", written, country)], NOBODY)
    assert found == f"No number to text: shipping address: {why}."


@pytest.mark.parametrize(
    ("country", "reader", "digits"),
    [
        ("IN", Reader("US", "49"), "919800000001"),
        (None, Reader("IN", "49"), "919800000001"),
        (None, Reader(None, "91"), "919800000001"),
        ("XX", Reader("IN", "91"), None),
        (None, Reader(None, "999"), None),
    ],
)
def test_whose_country_counts(country: str | None, reader: Reader, digits: str | None) -> None:
    number = best_number([Candidate("customer", "098000 00001", country)], reader)
    assert (number.digits if isinstance(number, PhoneNumber) else None) == digits


ALL: Final = {
    "phone": "+919800000011",
    "customer__phone": "+919800000012",
    "shipping_address__phone": "9800000013",
    "billing_address__phone": "9800000014",
    "customer__default_address__phone": "9800000015",
}


@pytest.mark.parametrize("gone", range(len(ALL) + 1))
def test_order_of_sources(gone: int) -> None:
    given = {name: "****" if place < gone else phone for place, (name, phone) in enumerate(ALL.items())}
    number = best_number(candidates(order_record(payload("orders_create", **given), 1)), NOBODY)
    if gone < len(ALL):
        assert isinstance(number, PhoneNumber)
        assert number.national[-1] == str(gone + 1)
    else:
        assert number == (
            "No number to text: order: masked; customer: masked; shipping address: masked; billing address: masked; "
            "customer's address: masked."
        )


def test_why_there_is_none_names_each_source_once_and_no_number() -> None:
    found = best_number(candidates(order_record(payload("orders_create__masked"), 1)), NOBODY)
    assert found == (
        "No number to text: order: none; customer: none; shipping address: masked; billing address: masked; "
        "customer's address: has letters in it."
    )
    assert best_number([], NOBODY) == "No number to text: none was given."


def test_every_number_finds_its_record() -> None:
    order = order_record(payload("orders_create", billing_address__phone="+4915123456789"), 1)
    assert order is not None
    assert numbers_of(order, None) == {NUMBER, "4915123456789"}
