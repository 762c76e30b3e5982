"""What the shop sells, in which money, and where its buyers may live."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Product:
    """Something on the shelf; `prices` by currency, in its own decimals. `art` names its picture."""

    sku: str
    title: str
    words: str
    art: str
    prices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Country:
    """Where a buyer may live; `phone` is how people there may write one."""

    code: str
    name: str
    city: str
    zip: str
    phone: str
    locale: str


SYMBOLS: Final[Mapping[str, str]] = {"INR": "₹", "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "KWD": "KWD "}
CURRENCIES: Final = tuple(SYMBOLS)
DECIMALS: Final[Mapping[str, int]] = {"JPY": 0, "KWD": 3}
"""All other money has two."""

PRODUCTS: Final = (
    Product(
        "KRT-B-M",
        "Blue Kurta",
        "Hand-loomed cotton, indigo-dyed, size M",
        "kurta",
        {"INR": "1499.00", "EUR": "24.90", "USD": "26.00", "GBP": "21.50", "JPY": "3900", "KWD": "8.250"},
    ),
    Product(
        "KTL-CPR",
        "Copper Kettle",
        "Two litres, for a table of chai drinkers",
        "kettle",
        {"INR": "2850.00", "EUR": "49.00", "USD": "52.00", "GBP": "43.00", "JPY": "7800", "KWD": "16.500"},
    ),
    Product(
        "LMP-MGD",
        "Marigold Lamp",
        "Folded paper, warm light, folds flat again",
        "lamp",
        {"INR": "949.00", "EUR": "16.50", "USD": "17.00", "GBP": "14.00", "JPY": "2600", "KWD": "5.400"},
    ),
    Product(
        "NTB-BLK",
        "Block-print Notebook",
        "120 blank pages between printed covers",
        "notebook",
        {"INR": "349.00", "EUR": "6.20", "USD": "6.50", "GBP": "5.50", "JPY": "980", "KWD": "2.000"},
    ),
)

COUNTRIES: Final = (
    Country("IN", "India", "Pune", "411001", "098161 23456", "en-IN"),
    Country("DE", "Germany", "Leipzig", "04109", "0171 3920055", "de"),
    Country("ES", "Spain", "Valencia", "46001", "612 34 56 78", "es"),
    Country("FR", "France", "Lyon", "69001", "+33 6 39 98 12 34", "fr"),
    Country("GB", "United Kingdom", "Leeds", "LS1 1AA", "+44 7700 900123", "en-GB"),
    Country("JP", "Japan", "Osaka", "530-0001", "090-1234-5678", "ja"),
    Country("KW", "Kuwait", "Kuwait City", "13001", "5123 4567", "ar"),
    Country("US", "United States", "Portland", "97201", "(503) 555-0123", "en-US"),
)

LOCALES: Final[Mapping[str, str]] = {
    "en": "English",
    "en-IN": "English (India)",
    "en-GB": "English (United Kingdom)",
    "en-US": "English (United States)",
    "ar": "Arabic",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "ja": "Japanese",
    "pt-BR": "Portuguese (Brazil)",
}

ZONES: Final[Mapping[str, tuple[str, str]]] = {
    "INR": ("IN", "Asia/Kolkata"),
    "EUR": ("DE", "Europe/Berlin"),
    "USD": ("US", "America/Los_Angeles"),
    "GBP": ("GB", "Europe/London"),
    "JPY": ("JP", "Asia/Tokyo"),
    "KWD": ("KW", "Asia/Kuwait"),
}
"""Where a shop is that sells in this money: country, time zone."""


def product(sku: str) -> Product:
    """Raises KeyError."""
    for one in PRODUCTS:
        if one.sku == sku:
            return one
    raise KeyError(sku)


def amount(value: Decimal, currency: str) -> str:
    """Return `1499.00`, `3900` (yen have no decimals), `8.250` (dinars have three)."""
    return str(value.quantize(Decimal(1).scaleb(-DECIMALS.get(currency, 2))))


def readable(value: Decimal | str, currency: str) -> str:
    """Return an amount as the shop's pages show it, in English."""
    return f"{SYMBOLS[currency]}{Decimal(amount(Decimal(value), currency)):,}"
