"""The texts of a workbook, kept on disk: a sheet's cells name them by number, in any order.

They are read only as far as a cell asks, in blocks; the last few blocks stay in memory, since neighbours in the sheet
are mostly neighbours here.
"""

import re
import tempfile
from array import array
from bisect import bisect_right
from functools import lru_cache

import orjson

from connectors.shared.campaigns.sheets.bounds import LONGEST_CELL, MOST_SHARED_STRINGS
from connectors.shared.campaigns.sheets.cells import clean
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE, SheetRefused
from connectors.shared.campaigns.sheets.xlsx.container import Container, damaged
from connectors.shared.campaigns.sheets.xlsx.xml_parts import Attributes, PartReader, UnpackingBudget

_STRINGS_IN_BLOCK = 128
_CHARACTERS_IN_BLOCK = 64 * 1024
_BLOCKS_IN_MEMORY = 64
_IN_MEMORY_UNTIL = 1024 * 1024

# How the format writes what XML cannot hold: https://learn.microsoft.com/openspecs/office_standards/ms-oi29500
_unescape = re.compile(r"_x([0-9A-Fa-f]{4})_").sub


def readable(text: str) -> str:
    """A text of a workbook as its cell shows it."""
    if "_x" in text:
        text = _unescape(lambda match: chr(int(match[1], 16)), text)
    return clean(text)


def refuse_long_cell() -> SheetRefused:
    return SheetRefused(f"A cell holds more than {LONGEST_CELL:,} characters, which no message can.", TOO_LARGE)


class SharedStrings:
    def __init__(self, container: Container, part: str | None, budget: UnpackingBudget) -> None:
        self._reader = None if part is None else PartReader(container.open(part), budget)
        if self._reader is not None:
            self._reader.listen(self._start, self._end, self._text)
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_UNTIL)  # noqa: SIM115 - closed in close()
        self._first_in_block = array("Q")
        self._offsets = array("Q", [0])
        self._count = 0
        self._block: list[str] = []
        self._block_characters = 0
        self._pieces: list[str] = []
        self._length = 0
        self._collects = False
        self._phonetic = False
        self._load = lru_cache(maxsize=_BLOCKS_IN_MEMORY)(self._load_block)

    def __getitem__(self, number: int) -> str:
        """Raises SheetRefused if there is no such text."""
        if number < 0:
            raise damaged()
        while number >= self._count:
            if self._reader is None or not self._reader.feed():
                raise damaged()
        block = bisect_right(self._first_in_block, number) - 1
        if block < 0 or number >= self._count - len(self._block):
            return self._block[number - (self._count - len(self._block))]
        return self._load(block)[number - self._first_in_block[block]]

    def close(self) -> None:
        self._file.close()
        self._load.cache_clear()
        if self._reader is not None:
            self._reader.close()

    def _load_block(self, block: int) -> list[str]:
        self._file.seek(self._offsets[block])
        texts: list[str] = orjson.loads(self._file.read(self._offsets[block + 1] - self._offsets[block]))
        return texts

    def _start(self, name: str, _attributes: Attributes) -> None:
        if name == "si":
            self._pieces, self._length = [], 0
        elif name == "rPh":  # how to pronounce it, beside the text itself
            self._phonetic = True
        self._collects = name == "t" and not self._phonetic

    def _end(self, name: str) -> None:
        self._collects = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self._keep(readable("".join(self._pieces)))

    def _text(self, text: str) -> None:
        if self._collects:
            self._pieces.append(text)
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise refuse_long_cell()

    def _keep(self, text: str) -> None:
        self._block.append(text)
        self._block_characters += len(text)
        self._count += 1
        if self._count > MOST_SHARED_STRINGS:
            raise SheetRefused("The workbook holds too many different texts: split it.", TOO_LARGE)
        if len(self._block) >= _STRINGS_IN_BLOCK or self._block_characters > _CHARACTERS_IN_BLOCK:
            self._write_block()

    def _write_block(self) -> None:
        octets = orjson.dumps(self._block)
        self._file.seek(self._offsets[-1])
        self._file.write(octets)
        self._first_in_block.append(self._count - len(self._block))
        self._offsets.append(self._offsets[-1] + len(octets))
        self._block, self._block_characters = [], 0
