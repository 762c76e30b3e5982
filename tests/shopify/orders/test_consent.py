"""Marketing by SMS: the newest of what was said about a number counts."""

from typing import Any

import pytest

from connectors.shopify.orders.consent import allows, named_in
from connectors.shopify.orders.phones import Reader
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind

MEERA, OTHER = "919800000001", "919800000002"
READER = Reader("IN")


def customer(state: str, at: int, phone: str | None = f"+{MEERA}") -> Record:
    return _said(RecordKind.CUSTOMER, state, at, phone)


def checkout(state: str, at: int, phone: str | None = "98000 00001") -> Record:
    return _said(RecordKind.CHECKOUT, state, at, phone)


def _said(kind: RecordKind, state: str, at: int, phone: str | None) -> Record:
    facts: dict[str, Any] = {"consent": {"state": state, "at": at, "phone": phone}}
    return Record(kind, f"{at}", None, None, None, None, 0, facts)


SILENT = Record(RecordKind.CUSTOMER, "1", None, None, None, None, 1, {})


@pytest.mark.parametrize(
    ("own", "of_number", "allowed"),
    [
        ([], [], False),
        ([SILENT], [SILENT], False),
        ([customer("subscribed", 1)], [], True),
        ([customer("subscribed", 1, None)], [], True),
        ([customer("subscribed", 1, "****")], [], True),
        ([customer("subscribed", 1, f"+{OTHER}")], [], False),
        *(([customer(state, 1)], [], False) for state in ("unsubscribed", "not_subscribed", "pending", "redacted")),
        ([checkout("subscribed", 1)], [], True),
        ([checkout("none", 1)], [], False),
        ([checkout("subscribed", 1), customer("unsubscribed", 2)], [], False),
        ([checkout("subscribed", 2), customer("unsubscribed", 1)], [], True),
        ([checkout("subscribed", 1), customer("unsubscribed", 1)], [], False),
        ([checkout("subscribed", 1), customer("unsubscribed", 2, f"+{OTHER}")], [], False),
        ([checkout("subscribed", 1), checkout("none", 2)], [], True),
        ([checkout("subscribed", 1), checkout("subscribed", 3), customer("unsubscribed", 2)], [], True),
        ([checkout("subscribed", 1)], [customer("unsubscribed", 2)], False),
        ([checkout("subscribed", 1)], [customer("unsubscribed", 2, f"+{OTHER}")], True),
        ([], [customer("subscribed", 1)], True),
        ([], [customer("subscribed", 1, None)], False),
        ([], [checkout("subscribed", 1, f"+{OTHER}")], False),
    ],
)
def test_consent(own: list[Record], of_number: list[Record], allowed: bool) -> None:
    assert allows(own, of_number, MEERA, READER) is allowed
    assert allows(own[::-1], of_number[::-1], MEERA, READER) is allowed


def test_the_number_last_named_with_a_yes_comes_first() -> None:
    own = [checkout("subscribed", 1, "1"), customer("subscribed", 3, "3"), checkout("none", 4, "4"), SILENT]
    assert [candidate.value for candidate in named_in(own)] == ["3", "1"]
