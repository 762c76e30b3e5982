"""Amounts of money: `1499.00` in a text, and with the filter `money` as people of a country write it.

In characters of the GSM alphabet: one rupee sign would halve what fits into an SMS.
"""

import re
import unicodedata
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from connectors.shared.segments import GSM_BASIC, GSM_EXTENSION
from connectors.shared.templates.faults import TemplateUnreadable

if TYPE_CHECKING:
    from babel import Locale

_MOST_DIGITS: Final = 30
_DEFAULT_LOCALE: Final = "en"
_WRITTEN_INSTEAD: Final = {"INR": "Rs"}
_PLAIN: Final = str.maketrans({"\u2019": "'", "\u2212": "-"})  # what Switzerland and Sweden write
_GSM: Final = frozenset(GSM_BASIC + GSM_EXTENSION)
_IS_AMOUNT = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3})(?:\.[0-9]*)?", re.ASCII).fullmatch
_IS_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII).fullmatch
_LETTER_BY_DIGIT = re.compile(r"(?<=[^\W\d_])(?=-?[0-9])|(?<=[0-9])(?=[^\W\d_])")


class Money(str):
    """An amount as it came ("1499.00"), with its currency (ISO 4217) and the locale of whoever reads it."""

    currency: str | None
    locale: str | None

    def __new__(cls, amount: str, currency: str | None, locale: str | None = None) -> "Money":
        """Return an amount; raises ValueError for a text that is none."""
        if read_amount(amount) is None:
            raise ValueError("This is no amount.")
        found = super().__new__(cls, amount)
        found.currency, found.locale = currency, locale
        return found

    @property
    def amount(self) -> Decimal:
        """The amount to calculate with."""
        return read_amount(self) or Decimal(0)

    def __liquid__(self) -> Decimal:
        """Return what conditions compare: "900.00" is less than "1499.00"."""
        return self.amount


def money_of(amount: str | None, currency: str | None, locale: str | None = None) -> Money | None:
    """Return an amount of money, None where there is no amount, or what came is none."""
    if not isinstance(amount, str) or read_amount(amount) is None:
        return None
    return Money(amount.strip(), currency, locale)


def read_amount(value: object) -> Decimal | None:
    """Return an amount as JSON or a sheet has it (1499, "1499.00", "1,499.00"), None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    text = value.strip() if isinstance(value, str) else format(Decimal(str(value)), "f")
    if len(text) > _MOST_DIGITS or not _IS_AMOUNT(text):
        return None
    return Decimal(text.replace(",", ""))


def money(value: object, currency: object = None, locale: object = None) -> str:
    """The filter: an amount as people write it, with the decimals of its currency. Raises TemplateUnreadable.

    `{{ order.total_price | money }}`, `{{ 5 | money: "EUR" }}`, `{{ 5 | money: "EUR", "de" }}`.
    """
    amount = read_amount(value)
    if amount is None:
        raise TemplateUnreadable("The filter money is for amounts, and one of its values is none, or is too long.")
    if isinstance(value, Money):
        currency, locale = currency or value.currency, locale or value.locale
    code = currency.strip().upper() if isinstance(currency, str) else ""
    if not _IS_CURRENCY(code):
        raise TemplateUnreadable('The filter money needs a currency here. Write it like {{ total | money: "EUR" }}.')
    return _written(amount, code, str(locale or _DEFAULT_LOCALE)[:_MOST_DIGITS])


def _written(amount: Decimal, code: str, locale_name: str) -> str:
    # Only where an amount is written: importing it takes as long as all the rest of a small command.
    from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

    locale = _locale(locale_name)
    exact = amount.quantize(Decimal(1).scaleb(-get_currency_precision(code)), ROUND_HALF_UP)
    text = format_currency(exact, code, locale=locale)
    text = text.replace(get_currency_symbol(code, locale=locale), _symbol(code, locale))
    return _LETTER_BY_DIGIT.sub(" ", "".join(_plain(text)).strip())


def _symbol(code: str, locale: "Locale") -> str:
    """Return a currency's own sign where every phone has it, else its code."""
    from babel.numbers import get_currency_symbol

    sign = unicodedata.normalize("NFKC", get_currency_symbol(code, locale=locale))  # Japan's yen sign is a wide one
    return sign if _GSM.issuperset(sign) else _WRITTEN_INSTEAD.get(code, code)


def _plain(text: str) -> Iterator[str]:
    """Yield the characters of an amount without marks of direction, and with plain spaces and signs."""
    for character in text.translate(_PLAIN):
        category = unicodedata.category(character)
        if category != "Cf":
            yield " " if category == "Zs" else character


@lru_cache(maxsize=256)
def _locale(name: str) -> "Locale":
    """Return a locale by its name, or that of its language; English where neither is known."""
    from babel import Locale, UnknownLocaleError

    parts = re.split("[-_]", name.strip())
    while parts:
        try:
            return Locale.parse("_".join(parts))
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return Locale.parse(_DEFAULT_LOCALE)
