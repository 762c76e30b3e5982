"""The zip that a workbook is: looked at by its directory, before any part is unpacked."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers.expat import ExpatError

from connectors.shared.campaigns.sheets.bounds import (
    LONGEST_DIRECTORY,
    MOST_PARTS,
    MOST_UNPACKED,
    RATIO_MATTERS_FROM,
    STEEPEST_RATIO,
)
from connectors.shared.campaigns.sheets.kinds import SAVE_AS
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE, SheetRefused

_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNSAFE_NAME = re.compile(r"(?:^|/)\.\.(?:/|$)|^[a-z]:|[\x00-\x1f]").search

_DAMAGED = (
    "The workbook is damaged or incomplete: open it in a spreadsheet program, save it again as .xlsx, and send that."
)
_MACROS = f"The workbook holds macros, which are not accepted. {SAVE_AS}"
# What else comes as a zip, by a part that only it has.
_OTHERS = (
    (re.compile(r"(?:^|/)vbaproject\.bin$|^xl/macrosheets/"), _MACROS),
    (re.compile(r"^xl/workbook\.bin$"), f"This is a binary workbook (.xlsb), which is not accepted. {SAVE_AS}"),
    (re.compile(r"^word/|^ppt/"), f"This is a document or a presentation, not a list. {SAVE_AS}"),
    (re.compile(r"^content\.xml$"), f"This is an OpenDocument spreadsheet (.ods). {SAVE_AS}"),
    (re.compile(r"\.iwa$|^index\.zip$"), f"This is a spreadsheet of Apple Numbers: export it. {SAVE_AS}"),
)


def damaged() -> SheetRefused:
    return SheetRefused(_DAMAGED, "damaged")


@contextmanager
def damage_is_refused() -> Iterator[None]:
    """Whatever zipfile, zlib and expat make of a file that is not what it says."""
    try:
        yield
    except SheetRefused:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        ExpatError,
        EOFError,
        LookupError,
        NotImplementedError,  # compressions that zipfile does not know
        ValueError,
        OverflowError,
        RuntimeError,  # encrypted parts
    ):
        raise damaged() from None


class Container:
    """The parts of a workbook by their names, which know no case. Raises SheetRefused."""

    def __init__(self, path: Path) -> None:
        self._file = _BoundedReads(path)
        try:
            with damage_is_refused():
                self._zip = zipfile.ZipFile(self._file)
                self._parts = _checked_parts(self._zip.infolist())
        except BaseException:
            self._file.close()
            raise

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def size(self, name: str) -> int:
        return self._parts[name.lower()].file_size

    def open(self, name: str) -> IO[bytes]:
        """Raises SheetRefused if there is no such part."""
        part = self._parts.get(name.lower())
        if part is None:
            raise damaged()
        with damage_is_refused():
            return self._zip.open(part)

    def close(self) -> None:
        self._zip.close()
        self._file.close()


class _BoundedReads(io.FileIO):
    """A file whose directory zipfile does not swallow before anyone could look at its size."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = LONGEST_DIRECTORY + 1 if size is None or size < 0 else size
        octets = super().read(min(wanted, LONGEST_DIRECTORY + 1)) or b""
        if len(octets) > LONGEST_DIRECTORY:
            raise SheetRefused(f"The workbook has too many parts. {SAVE_AS}", TOO_LARGE)
        return octets

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        # What a damaged directory asks for would be an OSError, as of a disk that fails.
        if whence == io.SEEK_SET and offset < 0:
            raise damaged()
        return super().seek(offset, whence)


def _checked_parts(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > MOST_PARTS:
        raise SheetRefused(f"The workbook has too many parts. {SAVE_AS}", TOO_LARGE)
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise SheetRefused(f"The workbook unpacks to more than {MOST_UNPACKED >> 30} GB: split it.", TOO_LARGE)
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.replace("\\", "/").lstrip("/").lower()
        if name in parts or _UNSAFE_NAME(name):
            raise damaged()
        _check_part(info)
        parts[name] = info
    _refuse_others(parts)
    return parts


def _check_part(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise SheetRefused(f"The file is protected by a password: remove it. {SAVE_AS}", "protected")
    if info.compress_type not in _METHODS:
        raise damaged()
    if info.file_size > max(RATIO_MATTERS_FROM, info.compress_size * STEEPEST_RATIO):
        raise SheetRefused(f"A part of the workbook unpacks to far more than a list would. {SAVE_AS}", TOO_LARGE)


def _refuse_others(parts: dict[str, zipfile.ZipInfo]) -> None:
    for pattern, words in _OTHERS:
        if any(pattern.search(name) for name in parts):
            raise SheetRefused(words, "not_supported")
    if any(name.endswith((".xlsx", ".csv")) and "/embeddings/" not in name for name in parts):
        raise SheetRefused("This is a zip archive with a file in it: unpack it and send that file.", "not_supported")
