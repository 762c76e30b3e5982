"""The countries to which one-time codes may go. Pumping fraud sends them where a stranger earns on each."""

from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from connectors.shared.phone_numbers import PhoneNumber, region_of


@dataclass(frozen=True, slots=True)
class AllowedCountries:
    """Calling codes ("91") and ISO codes ("IN"); with neither, every country is allowed."""

    calling_codes: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def allow(self, number: PhoneNumber) -> bool:
        """Tell whether a number's country is listed."""
        if not self.calling_codes and not self.regions:
            return True
        return number.country_code in self.calling_codes or _region(number) in self.regions


def read_countries(words: Iterable[str]) -> AllowedCountries:
    """Read a list of calling codes and ISO codes. Raises ValueError in words that name the wrong one."""
    calling_codes, regions = set(), set()
    for word in words:
        digits = word.removeprefix("+")
        if region_of(digits) is not None:
            calling_codes.add(digits)
        elif word.upper() in phonenumbers.SUPPORTED_REGIONS:
            regions.add(word.upper())
        else:
            raise ValueError(f"has {word!r}, which is neither a calling code such as 91 nor an ISO code such as IN")
    return AllowedCountries(frozenset(calling_codes), frozenset(regions))


def _region(number: PhoneNumber) -> str | None:
    """The number's own region: the United States and Canada share a calling code."""
    parsed = phonenumbers.parse(number.e164, None)
    region: str | None = phonenumbers.region_code_for_number(parsed)
    return region or region_of(number.country_code)
