"""The texts that a shop begins with: each in every language, filled in, and short enough."""

import pytest

from connectors.shared.automations.definitions import Trigger
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.clock import DAY, HOUR
from connectors.shared.segments import count_segments
from connectors.shared.templates.rendering import compile_text
from connectors.shopify.automations.texts import LANGUAGES
from connectors.shopify.automations.triggers import TRIGGERS

NAMES = (
    "order_placed",
    "order_paid",
    "order_cancelled",
    "order_refunded",
    "order_shipped",
    "out_for_delivery",
    "order_delivered",
    "checkout_abandoned",
    "review_request",
    "welcome",
)
MARKETING = ("checkout_abandoned", "review_request", "welcome")
TWO_SMS = ("checkout_abandoned", "review_request", "welcome")
"""With a long link, or with how to hear no more."""
EVERY_TEXT = [
    pytest.param(trigger, language, id=f"{trigger.name}-{language}")
    for trigger in TRIGGERS.values()
    for language in LANGUAGES
]


def without(sample: dict[str, dict[str, object]], *fields: str) -> dict[str, dict[str, object]]:
    """Return values without some of them."""
    return {
        part: {name: value for name, value in values.items() if f"{part}.{name}" not in fields}
        for part, values in sample.items()
    }


def test_the_triggers_are_those_that_are_promised_in_a_buyers_order() -> None:
    assert tuple(TRIGGERS) == NAMES
    assert all(trigger.title and trigger.about.endswith(".") for trigger in TRIGGERS.values())


@pytest.mark.parametrize("name", NAMES)
def test_only_what_sells_asks_for_consent_and_keeps_hours(name: str) -> None:
    expected = (Consent.MARKETING, Hours.MARKETING) if name in MARKETING else (Consent.TRANSACTIONAL, Hours.ANY)
    assert (TRIGGERS[name].consent, TRIGGERS[name].hours) == expected


def test_what_waits_by_itself() -> None:
    delays = {name: trigger.delay_ms for name, trigger in TRIGGERS.items() if trigger.delay_ms != 0}
    assert delays == {"order_shipped": None, "checkout_abandoned": HOUR, "review_request": 7 * DAY}
    afters = {name: trigger.after for name, trigger in TRIGGERS.items() if trigger.after}
    assert afters == {"review_request": ("order_placed", "order_shipped", "order_delivered")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_and_english_is_for_everybody_else(language: str) -> None:
    assert tuple(LANGUAGES[language]) == NAMES
    assert all(next(iter(trigger.texts)) == "en" for trigger in TRIGGERS.values())


@pytest.mark.parametrize(("trigger", "language"), EVERY_TEXT)
def test_a_text_says_who_writes_in_gsm7_and_one_sms_where_it_can(trigger: Trigger, language: str) -> None:
    text = compile_text(trigger.texts[language])
    filled = text.render(trigger.sample).text
    segments = count_segments(filled)
    assert (segments.encoding, segments.unicode_characters) == ("GSM-7", ())
    assert segments.count <= (2 if trigger.name in TWO_SMS else 1)
    assert filled.startswith(f"{trigger.sample['shop']['name']}: ")
    assert "  " not in filled
    assert ("STOP" in filled) == (trigger.name in MARKETING)
    assert set(text.paths) <= trigger.fields.keys()


@pytest.mark.parametrize(("trigger", "language"), EVERY_TEXT)
def test_a_text_needs_neither_a_name_nor_a_tracking_link(trigger: Trigger, language: str) -> None:
    text = compile_text(trigger.texts[language])
    optional = ("customer.first_name", "customer.last_name", "customer.name", "fulfillment.tracking_url")
    named, nameless = text.render(trigger.sample).text, text.render(without(dict(trigger.sample), *optional)).text
    assert "Meera" not in nameless
    assert "https://track" not in nameless
    for mark in (" ,", " .", " !", " ?", ",,", "!!"):
        # French sets a space before its marks.
        assert mark not in nameless or (mark.strip() in "!?" and mark in named)
    if "order.name" in trigger.fields:
        assert "#1042" in nameless


@pytest.mark.parametrize("trigger", [trigger for trigger in TRIGGERS.values() if "fulfillment.name" in trigger.fields])
def test_a_parcel_is_told_of_by_its_own_name_where_the_order_is_not_known(trigger: Trigger) -> None:
    filled = compile_text(trigger.texts["en"]).render(without(dict(trigger.sample), "order.name")).text
    assert "#1042.1" in filled


def test_amounts_are_written_as_people_write_them() -> None:
    texts = {name: compile_text(TRIGGERS[name].texts["en"]).render(TRIGGERS[name].sample).text for name in NAMES[:4]}
    assert "Rs 1,499.00" in texts["order_placed"]
    assert "Rs 750.00" in texts["order_refunded"]
