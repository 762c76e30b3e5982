"""One part of a workbook through expat, a chunk at a time, with bounds on whatever expat itself would keep.

A document type is refused outright, and with it entities, the bombs made of them, and whatever is outside the file:
https://docs.python.org/3/library/xml.html#xml-security
"""

from collections.abc import Callable
from typing import IO, NoReturn
from xml.parsers import expat

from connectors.shared.campaigns.sheets.bounds import CHUNK, DEEPEST_NESTING, LONGEST_TOKEN, MOST_XML_NAMES
from connectors.shared.campaigns.sheets.kinds import SAVE_AS
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE, SheetRefused
from connectors.shared.campaigns.sheets.xlsx.container import damage_is_refused, damaged

Attributes = dict[str, str]


class UnpackingBudget:
    """How much may still be unpacked and parsed; None: all of what the directory declares, which is bounded."""

    def __init__(self, octets: int | None = None, elements: int | None = None) -> None:
        self._octets = octets
        self._elements = elements

    def spend(self, octets: int, elements: int = 0) -> None:
        self._octets = _less(self._octets, octets)
        self._elements = _less(self._elements, elements)


def _less(left: int | None, spent: int) -> int | None:
    if left is None:
        return None
    if spent > left:
        raise SheetRefused(f"Too much of this workbook comes before its first rows. {SAVE_AS}", TOO_LARGE)
    return left - spent


class PartReader:
    """Calls `start(name, attributes)`, `end(name)` and `text(characters)`, names without their prefix."""

    def __init__(self, stream: IO[bytes], budget: UnpackingBudget) -> None:
        self._stream = stream
        self._budget = budget
        self._names: dict[str, str] = {}
        self._fed = 0
        self._elements = 0
        self._depth = 0
        parser = expat.ParserCreate(intern=self._names)
        parser.buffer_text = True
        parser.buffer_size = CHUNK
        parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser = parser

    def listen(
        self,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._parser.StartElementHandler = self._start_then(start)
        self._parser.EndElementHandler = self._end_then(end)
        self._parser.CharacterDataHandler = text

    def feed(self) -> bool:
        """Read one chunk; False at the part's end."""
        with damage_is_refused():
            chunk = self._stream.read(CHUNK)
            elements, self._elements = self._elements, 0
            self._budget.spend(len(chunk), elements)
            self._parser.Parse(chunk, not chunk)
        self._fed += len(chunk)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > LONGEST_TOKEN or len(self._names) > MOST_XML_NAMES:
            raise damaged()
        return bool(chunk)

    def drain(self) -> None:
        """Unpack what is left, unparsed: zipfile compares the checksum at the end."""
        with damage_is_refused():
            while chunk := self._stream.read(CHUNK):
                self._budget.spend(len(chunk))

    def close(self) -> None:
        self._stream.close()

    def _start_then(self, start: Callable[[str, Attributes], None]) -> Callable[[str, Attributes], None]:
        def on_start(name: str, attributes: Attributes) -> None:
            self._elements += 1
            self._depth += 1
            if self._depth > DEEPEST_NESTING:
                raise damaged()
            start(name.rpartition(":")[2] if ":" in name else name, attributes)

        return on_start

    def _end_then(self, end: Callable[[str], None] | None) -> Callable[[str], None]:
        def on_end(name: str) -> None:
            self._depth -= 1
            if end is not None:
                end(name.rpartition(":")[2] if ":" in name else name)

        return on_end


def read_all(stream: IO[bytes], budget: UnpackingBudget, start: Callable[[str, Attributes], None]) -> None:
    """Read a part for its elements and their attributes alone."""
    with stream:
        part = PartReader(stream, budget)
        part.listen(start)
        while part.feed():
            pass


def _refuse_doctype(*_declared: object) -> NoReturn:
    raise SheetRefused(f"The workbook declares a document type, as no spreadsheet program does. {SAVE_AS}", "damaged")
