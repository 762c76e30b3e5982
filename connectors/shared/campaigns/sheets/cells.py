"""One cell, whatever kind of file it is from."""

import re
from dataclasses import dataclass

# What a text message cannot carry, nor a database keep: control characters and halves of surrogate pairs.
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    """As the sheet shows it, without the spaces around it."""
    plain: str = ""
    """What a phone number is read from, where that differs: digits without a format."""
    fault: str | None = None
    """Why there is no value, for a person; `{column}` stands for the column's name."""
    fault_of_number: str | None = None
    """Why no phone number can be read from it, though it has a value."""
    spoils_row: bool = False
    """The fault matters whether or not the text uses this column."""


def clean(text: str) -> str:
    """Without what no message can carry, lines broken by `\\n` alone, trimmed."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _UNUSABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
