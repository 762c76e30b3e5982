"""A contact's numbers in the order of preference: a mobile before the primary one, then as they are listed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.pipedrive.contacts.people import Phone
from connectors.shared.phone_numbers import InvalidNumber, read_local_number

_MOBILE: Final = "mobile"


@dataclass(frozen=True, slots=True)
class ContactPhone:
    """A number as it was typed, and as it is texted."""

    value: str = field(repr=False)
    e164: str | None = field(repr=False)
    """None where no number can be read."""
    label: str
    primary: bool

    def shown(self) -> dict[str, Any]:
        """Return it as the pages show it."""
        return {"value": self.value, "e164": self.e164, "label": self.label, "primary": self.primary}


def in_order(phones: Iterable[Phone], country_code: str | None) -> list[ContactPhone]:
    """Return numbers, the best to text first, each once; national ones are read as of the country ("91")."""
    ranked = sorted(phones, key=lambda phone: (_MOBILE not in phone.label.casefold(), not phone.primary))
    found: dict[str, ContactPhone] = {}
    for phone in ranked:
        e164 = _e164(phone.value, country_code)
        found.setdefault(e164 or phone.value, ContactPhone(phone.value, e164, phone.label, phone.primary))
    return list(found.values())


def first_usable(phones: Iterable[Phone], country_code: str | None) -> ContactPhone | None:
    """Return the best number that can be read, None where there is none."""
    return next((phone for phone in in_order(phones, country_code) if phone.e164 is not None), None)


def _e164(value: str, country_code: str | None) -> str | None:
    try:
        return read_local_number(value, country_code).e164
    except InvalidNumber:
        return None
