"""Whom a compliance webhook is about. What of it is missing, or not of its kind, is as if it were left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import phonenumbers

from connectors.shared.phone_numbers import InvalidNumber, read_local_number
from connectors.shopify.orders.reading import part, ref

_MOST_ORDERS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, by their id, their orders, and their number as digits of E.164."""

    customer_ref: str | None
    order_refs: tuple[str, ...]
    number: str | None = field(repr=False)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Their number, if it is known."""
        return () if self.number is None else (self.number,)


def read_person(body: Mapping[str, Any], country_code: str | None, orders: str) -> Person:
    """Return whom it is about; `orders` is the field of their orders, `country_code` the shop's (ISO)."""
    customer = part(body, "customer")
    given = body.get(orders)
    refs = [ref(each) for each in given[:_MOST_ORDERS]] if isinstance(given, list) else []
    return Person(
        customer_ref=ref(customer.get("id")),
        order_refs=tuple(sorted({each for each in refs if each is not None})),
        number=_digits(customer.get("phone"), country_code),
    )


def _digits(given: Any, country_code: str | None) -> str | None:
    code = phonenumbers.country_code_for_region(country_code) if country_code else 0
    try:
        return read_local_number(given, str(code) if code else None).digits
    except InvalidNumber:
        return None
