from typing import Any

import pytest

from connectors.shared.segments import count_segments
from connectors.shared.templates.money import Money, money_of
from connectors.shared.templates.rendering import MissingVariables, TemplateUnreadable, compile_text


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        ("1499.00", "INR", "en-IN", "Rs 1,499.00"),
        ("100000", "INR", "en-IN", "Rs 1,00,000.00"),
        ("100000", "INR", "hi", "Rs 1,00,000.00"),
        ("100000", "INR", "en", "Rs 100,000.00"),
        ("1499.00", "EUR", "de", "1.499,00 €"),
        ("1499.00", "EUR", "de-IN", "1.499,00 €"),
        ("1499.00", "EUR", "fr_FR", "1 499,00 €"),
        ("1499.00", "EUR", "en", "€1,499.00"),
        ("1499.5", "USD", None, "$1,499.50"),
        ("1499.5", "USD", "xx-YY", "$1,499.50"),
        ("1499.5", "USD", "", "$1,499.50"),
        ("1499.5", "GBP", "en-GB", "£1,499.50"),
        ("1499", "JPY", "ja", "¥1,499"),
        ("1499.00", "JPY", "en", "¥1,499"),
        ("1499.5", "JPY", "en", "¥1,500"),
        ("1.2345", "KWD", "ar-KW", "1.235 KWD"),
        ("12", "KWD", "en", "KWD 12.000"),
        ("1499", "PLN", "pl", "1 499,00 PLN"),
        ("1499", "CHF", "de-CH", "CHF 1'499.00"),
        ("1499", "SEK", "sv", "1 499,00 kr"),
        ("-5", "SEK", "sv", "-5,00 kr"),
        ("-5", "INR", "en-IN", "-Rs 5.00"),
        ("1499", "ILS", "he", "1,499.00 ILS"),
        ("1499", "KRW", "ko", "KRW 1,499"),
        ("1499", "brl", "pt-BR", "R$ 1.499,00"),
        ("0.125", "EUR", "en", "€0.13"),
    ],
)
def test_amounts_as_people_write_them(amount: str, currency: str, locale: str | None, written: str) -> None:
    values = {"order": {"total": money_of(amount, currency, locale)}}
    assert compile_text("{{ order.total | money }}").render(values).text == written
    assert count_segments(written).encoding == "GSM-7"


TOTAL = {
    "order": {
        "total": money_of("1499.00", "INR", "en-IN"),
        "small": money_of("900.00", "INR"),
        "currency": "EUR",
        "text": "1,499.50",
        "nothing": None,
        "bare": money_of("5", None),
    }
}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{ order.total }}", "1499.00"),
        ("{% assign total = order.total %}{{ total | money }}", "Rs 1,499.00"),
        ("{{ order.nothing | default: order.total | money }}", "Rs 1,499.00"),
        ('{{ order.total | money: "EUR", "de" }}', "1.499,00 €"),
        ("{{ order.total | minus: 100 | money: order.currency }}", "€1,399.00"),
        ('{{ 5 | money: "EUR" }} {{ 0.5 | money: "eur" }}', "€5.00 €0.50"),
        ('{{ order.text | money: "INR" }}', "Rs 1,499.50"),
        ("{% if order.total > 500 %}yes{% else %}no{% endif %}", "yes"),
        ("{% if order.total >= 1499 and order.total == 1499 %}yes{% else %}no{% endif %}", "yes"),
        ("{% if order.small < order.total %}yes{% else %}no{% endif %}", "yes"),
        ("{% assign least = 1000 %}{% if order.small < least %}yes{% else %}no{% endif %}", "yes"),
    ],
)
def test_amounts_in_texts(text: str, rendered: str) -> None:
    assert compile_text(text).render(TOTAL).text == rendered


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{{ "abc" | money: "EUR" }}', "is for amounts"),
        ('{{ "1.499,00" | money: "EUR" }}', "is for amounts"),
        ('{{ true | money: "EUR" }}', "is for amounts"),
        ('{{ 123456789012345678901234567890123 | money: "EUR" }}', "is for amounts"),
        ("{{ 5 | money }}", "needs a currency"),
        ("{{ order.bare | money }}", "needs a currency"),
        ('{{ 5 | money: "EURO" }}', "needs a currency"),
        ("{{ 5 | money: 5 }}", "needs a currency"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, words: str) -> None:
    with pytest.raises(TemplateUnreadable, match=words):
        compile_text(text).render(TOTAL)


def test_a_missing_amount_is_missing() -> None:
    with pytest.raises(MissingVariables, match=r"order\.nothing"):
        compile_text("{{ order.nothing | money }}").render(TOTAL)


@pytest.mark.parametrize("amount", [None, "", "abc", "NaN", "Infinity", "1e3", "1,5", "٣", "9" * 31, 5])
def test_what_is_no_amount_is_no_money(amount: Any) -> None:
    assert money_of(amount, "INR") is None


def test_money_is_made_of_amounts_alone() -> None:
    assert money_of(" 5.00 ", "INR") == "5.00"
    with pytest.raises(ValueError, match="no amount"):
        Money("five", "INR")
