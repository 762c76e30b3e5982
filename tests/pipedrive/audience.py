"""A long list of people in the sandbox's company: some without a number, some whose SMS does not arrive."""

from typing import Any, Final

from connectors.sandbox.pipedrive.book import PipedriveBook
from tests.pipedrive.whole_app import COMPANY

FIRST: Final = ("Aarav", "Diya", "Ishaan", "Kiara", "Mohit", "Nisha", "Pranav", "Riya", "Sahil", "Tanvi", "Zoya")
LAST: Final = ("Sample", "Example", "Placeholder", "Fiction", "Pretend", "Invented", "Storybook")
NO_NUMBER, BROKEN, TWICE = (40, 300, 700, 1100), (41, 301, 701), 902
NOT_DELIVERED, EXPIRED = "0001", "0002"


def add_list(book: PipedriveBook, name: str, count: int) -> int:
    """Put a filter with so many new people into the book; returns its id."""
    people = [
        book.add_person(COMPANY, f"{FIRST[index % len(FIRST)]} {LAST[index % len(LAST)]}", _phones(index))
        for index in range(count)
    ]
    return book.add_filter(COMPANY, name, people)


def _phones(index: int) -> list[dict[str, Any]]:
    if index in NO_NUMBER:
        return []
    return [{"label": "mobile", "value": "98 22" if index in BROKEN else _number(index), "primary": True}]


def _number(index: int) -> str:
    if index == TWICE:
        return _number(index - 1)
    if index % 34 == 3:
        return f"98{300 + index // 34} 7{NOT_DELIVERED}"
    if index % 97 == 5:
        return f"98{400 + index // 97} 7{EXPIRED}"
    return f"98 22 {714_000 + index}" if index % 2 else f"+91 9822 {714_000 + index}"
