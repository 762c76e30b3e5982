from typing import Any

import pytest

from connectors.shared.automations.conditions import met
from connectors.shared.automations.definitions import Condition
from connectors.shared.templates.money import money_of

VALUES = {
    "order": {
        "name": "#1042",
        "total": money_of("1499.00", "INR"),
        "small": money_of("900.00", "INR"),
        "written": "1,499.00",
        "count": 3,
        "country": "IN",
        "tags": ["VIP", "cod"],
        "items": [{"title": "Blue Kurta", "quantity": 2}],
        "is_first": False,
        "zip": "01234",
        "blank": " ",
        "none": [],
    }
}


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        ("name", "is", "#1042", True),
        ("country", "is", "in", True),
        ("country", "is", "US", False),
        ("total", "is", 1499, True),
        ("total", "is", "1499", True),
        ("count", "is", 3.0, True),
        ("count", "is", "three", False),
        ("zip", "is", "1234", False),
        ("is_first", "is", False, True),
        ("is_first", "is", "false", True),
        ("is_first", "is", 0, False),
        ("tags", "is", "vip", False),
        ("items", "is", "Blue Kurta", False),
        ("blank", "is", " ", False),
        ("country", "contains", "i", True),
        ("tags", "contains", "vip", True),
        ("tags", "contains", "vi", False),
        ("items", "contains", "kurta", True),
        ("items", "contains", 2, False),
        ("count", "contains", 3, True),
        ("missing", "contains", "x", False),
        ("total", "at_least", 500, True),
        ("total", "at_least", 1499, True),
        ("total", "at_least", 1499.01, False),
        ("small", "at_least", 1000, False),
        ("written", "at_least", "1,000", True),
        ("name", "at_least", 1, False),
        ("is_first", "at_least", 0, False),
        ("missing", "at_least", 0, False),
        ("small", "at_most", 1000, True),
        ("total", "at_most", 1000, False),
        ("missing", "at_most", 1000, False),
        ("is_first", "exists", None, True),
        ("tags", "exists", None, True),
        ("none", "exists", None, False),
        ("blank", "exists", None, False),
        ("missing", "exists", None, False),
        ("name.first", "exists", None, False),
    ],
)
def test_conditions(field: str, operator: str, value: Any, holds: bool) -> None:
    condition = Condition(f"order.{field}", operator, value)
    assert met([condition], VALUES) is holds
    if operator in ("is", "contains", "exists"):
        assert met([Condition(condition.field, f"{operator}_not", value)], VALUES) is not holds


def test_all_of_them_have_to_hold() -> None:
    true, false = Condition("order.count", "at_least", 1), Condition("order.count", "at_least", 9)
    assert met([], VALUES)
    assert met([true, true], VALUES)
    assert not met([true, false], VALUES)
