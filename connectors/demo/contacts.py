"""People whom the demo's company has in Pipedrive, and what must become of each in its campaign."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.demo.audience import DELIVERED, FATES, NAMES
from connectors.demo.people import OPTED_OUT

# Somebody whom the sandbox's Pipedrive has from the start, with an organization and a field of the company's own.
PERSON = 1
PERSON_NUMBER = "+919816111111"
PERSON_WRITTEN = (
    "{{ person.first_name }}, the order of {{ person.org.name }} is on its way to {{ person.city }}. {{ user.name }}"
)
PERSON_READS = "Asha, the order of Example Tea Traders is on its way to Pune. Anaya Admin"

FILTER = "Asked for the price list"
TEXT = "Hi {{ person.first_name }}, the new price list is out. Ask {{ user.name }} of {{ user.company }} for your copy."
LAST_NAMES = ("Rao", "Iyer", "Khan", "Das", "Mehta", "Nair", "Singh", "Bose", "Gupta", "Shah")
TEXTED = 194
BEFORE_TROUBLE = 8
UNTICKED = "unticked"
OFFICE = {"value": "033 5550 0172", "label": "work", "primary": True}

# As in the workbook: ends that receipts tell, and one in how many has them.
FORCED = {"0001": 60, "0002": 90, "0003": 130}


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody in Pipedrive, and what must become of them."""

    name: str = field(repr=False)
    phones: tuple[dict[str, Any], ...] = field(repr=False)
    """As Pipedrive has them: `value` as somebody typed it, `label`, `primary`."""
    number: str | None = field(repr=False)
    """In E.164; None where there is none that can be read."""
    end: str
    """The status of their message; where there is none, why they are left out, or UNTICKED."""
    text: str | None = field(default=None, repr=False)
    """What the phone shows; None for whoever is not texted."""


_WRITINGS: tuple[Callable[[str], str], ...] = (
    lambda national: f"+91 {national[:5]} {national[5:]}",
    lambda national: national,
    lambda national: f"0{national[:5]}-{national[5:]}",
    lambda national: f"(+91) {national[:3]}.{national[3:6]}.{national[6:]}",
)


def contacts() -> list[Contact]:
    """Return everybody in the filter, in the order in which Pipedrive gets to know them."""
    texted = list(_texted())
    return [*texted[:BEFORE_TROUBLE], *_trouble(texted[0]), *texted[BEFORE_TROUBLE:]]


def selected(everybody: Iterable[Contact]) -> list[Contact]:
    """Return those who are still ticked."""
    return [contact for contact in everybody if contact.end != UNTICKED]


def _texted() -> Iterator[Contact]:
    for position in range(TEXTED):
        digits = next((digits for digits, one_in in FORCED.items() if position % one_in == one_in - 1), None)
        # Without a forced end the last four digits are 1000 and more, which mean nothing to the sandbox.
        national = f"983{100 + position}{digits}" if digits else f"983000{1_000 + position}"
        first_name = NAMES[position % len(NAMES)]
        name = f"{first_name} {LAST_NAMES[position // len(NAMES)]}"
        text = f"Hi {first_name}, the new price list is out. Ask Anaya Admin of Acme for your copy."
        fate = FATES[digits] if digits else DELIVERED
        yield Contact(name, _phones(position, national), f"+91{national}", fate.status, text)


def _phones(position: int, national: str) -> tuple[dict[str, Any], ...]:
    """Return a mobile, with some behind the office's number that is the primary one."""
    typed = _WRITINGS[position % len(_WRITINGS)](national)
    return (OFFICE, _mobile(typed, primary=False)) if position % 6 == 5 else (_mobile(typed),)


def _trouble(first: Contact) -> list[Contact]:
    """Return whoever is not texted; the first person's number is another's as well, written in another way."""
    return [
        Contact("Tara Menon", (), None, "no_number"),
        Contact("Om Prakash", (), None, "no_number"),
        Contact("Neel Kapoor", (_mobile("98-300"),), None, "invalid"),
        Contact("Ritu Anand", (_mobile("ask at the desk"),), None, "invalid"),
        Contact("Gauri Rao", (_mobile(first.number or ""),), first.number, "duplicate"),
        Contact("Leela Thomas", (_mobile("+91 98220 01000"),), OPTED_OUT, "opted_out"),
        Contact("Bela Basu", (_mobile("98300 02000"),), "+919830002000", UNTICKED),
    ]


def _mobile(typed: str, *, primary: bool = True) -> dict[str, Any]:
    return {"value": typed, "label": "mobile", "primary": primary}
