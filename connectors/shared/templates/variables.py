"""How a name finds its value: `{{ first name }}` and `{{ first_name }}` mean the column "First Name"."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

# Message Central's own placeholder for Var1 is ##var##, and `Var` has been seen as its column.
_FIRST: Final = {"var": "var1"}
# A combining mark is no \w, yet a vowel in Devanagari: names in such scripts are made of both.
_SEPARATORS: Final = re.compile(r"[\W_]+")


def fold(name: str) -> str:
    """Return what all the ways to write one name have in common; empty where it has no letter and no digit."""
    name = unicodedata.normalize("NFKC", name).casefold()
    if name.isascii():
        folded = _SEPARATORS.sub("_", name).strip("_")
    else:
        folded = "_".join("".join(c if c.isalnum() or _is_mark(c) else " " for c in name).split())
    return _FIRST.get(folded, folded)


def is_word_character(character: str) -> bool:
    """Tell whether a character may occur in a word of any script."""
    return character.isalnum() or character in "_-" or _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


class Columns:
    """The columns of a sheet, or none: then any name may have a value."""

    def __init__(self, header: Sequence[str]) -> None:
        self._written = frozenset(header)
        self._folded: dict[str, str] = {}
        for column in header:
            if folded := fold(column):
                self._folded.setdefault(folded, column)

    def __bool__(self) -> bool:
        return bool(self._written)

    def __contains__(self, column: str) -> bool:
        return column in self._written

    def find(self, name: str) -> str | None:
        """Return the column that a name means, None where there is none."""
        return name if name in self._written else self._folded.get(fold(name))

    def value(self, values: Mapping[str, Any], name: str) -> Any:
        """Return the value of a variable, None where there is none."""
        value = values.get(name)
        if value is not None or self._written:
            return value
        wanted = fold(name)
        return next((value for key, value in values.items() if wanted and fold(key) == wanted), None)
