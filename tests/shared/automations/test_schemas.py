from typing import Any

import pytest
from marshmallow import ValidationError

from connectors.shared.automations.schemas import AutomationChangesSchema, AutomationSchema, AutomationTrialSchema

CHANGES: dict[str, Any] = {
    "enabled": True,
    "template": "{{ order.name }}",
    "translations": {"de": "Bestellung {{ order.name }}", "zh-Hant-TW": "{{ order.name }}"},
    "delay_seconds": 0.5,
    "after": "order_placed",
    "consent": "marketing",
    "hours": "day",
    "channel": "WHATSAPP",
    "conditions": [
        {"field": "order.total_price", "operator": "at_least", "value": 500},
        {"field": "order.tags", "operator": "exists", "value": None},
    ],
    "sender_id": "UTOMOB",
    "entity_id": "1101456789012345678",
    "template_id": "1107161234567890123",
}


def test_changes_are_read_twice_as_once() -> None:
    read = AutomationChangesSchema().load(CHANGES)
    assert read == CHANGES
    assert AutomationChangesSchema().load(read) == read


def test_null_clears_all_but_whether_it_is_sent() -> None:
    cleared = {name: None for name in CHANGES if name != "enabled"}
    assert AutomationChangesSchema().load(cleared) == cleared
    with pytest.raises(ValidationError):
        AutomationChangesSchema().load({"enabled": None})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("enabled", 1, "Not a valid boolean"),
        ("enabled", "true", "Not a valid boolean"),
        ("template", "", "Length"),
        ("template", "x" * 10_001, "Length"),
        ("template", "a\x00b", "no phone can show"),
        ("translations", {"german!": "x"}, "Write a locale"),
        ("translations", {"de\n": "x"}, "Write a locale"),
        ("translations", {"de": None}, "may not be null"),
        ("delay_seconds", -1, "greater than"),
        ("delay_seconds", 90 * 86_400 + 1, "less than"),
        ("delay_seconds", "60", "Not a valid number"),
        ("delay_seconds", True, "Not a valid number"),
        ("delay_seconds", float("inf"), "not permitted"),
        ("consent", "none", "Must be one of"),
        ("hours", "night", "Must be one of"),
        ("channel", "PIGEON", "Must be one of"),
        ("sender_id", "far too long a name", "1 to 11"),
        ("entity_id", "12x", "digits only"),
        ("template_id", "12x", "digits only"),
        ("conditions", [{"field": "a", "operator": "is"}], "Give a text"),
        ("conditions", [{"field": "a", "operator": "is", "value": " "}], "Give a text"),
        ("conditions", [{"field": "a", "operator": "is", "value": ["x"]}], "Give a text"),
        ("conditions", [{"field": "a", "operator": "is", "value": "\x00"}], "Give a text"),
        ("conditions", [{"field": "a", "operator": "at_most", "value": "many"}], "Give a number"),
        ("conditions", [{"field": "a", "operator": "at_most", "value": True}], "Give a number"),
        ("conditions", [{"field": "a", "operator": "exists", "value": 1}], "takes no value"),
        ("conditions", [{"field": "a", "operator": "like", "value": 1}], "Must be one of"),
        ("conditions", [{"field": "a", "operator": "exists"}] * 21, "Longer"),
        ("locale", "de", "Unknown field"),
    ],
)
def test_what_is_no_change_is_refused(field: str, value: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        AutomationChangesSchema().load({field: value})
    assert words in str(refused.value.messages_dict[field])


def test_a_preview_takes_changes_a_locale_and_an_order() -> None:
    request = {"template": "x", "locale": "de-AT", "order": {"name": "#7", "customer": None}}
    assert AutomationTrialSchema().load(request) == request


@pytest.mark.parametrize(("seconds", "shown"), [(None, None), (3600, 3600), (0.5, 0.5)])
def test_whole_seconds_are_shown_as_such(seconds: float | None, shown: float | None) -> None:
    dumped = AutomationSchema().dump({"delay_seconds": seconds})["delay_seconds"]
    assert dumped == shown
    assert type(dumped) is type(shown)
