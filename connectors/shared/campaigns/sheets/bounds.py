"""How much a recipients' file may hold. All of it is looked at before anything is parsed, or while it is streamed."""

from typing import Final

MOST_OCTETS: Final = 50 * 1024 * 1024
"""Of the file as it was uploaded."""
MOST_ROWS: Final = 1_000_000
"""Rows that are not blank, below the header."""
MOST_COLUMNS: Final = 100
"""That have a name."""
LAST_COLUMN: Final = 16_384
LAST_ROW: Final = 1_048_576
LONGEST_CELL: Final = 32_767
"""Characters; these three are Excel's own limits:
https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3"""
LONGEST_ROW: Final = 4_000_000
"""Characters of all its cells."""

MOST_UNPACKED: Final = 1024 * 1024 * 1024
"""Octets of all parts of a workbook, as its directory declares them; zipfile never unpacks more than is declared."""
MOST_UNPACKED_BY_CHECK: Final = 128 * 1024 * 1024
"""What a check in the web process may unpack. Mostly it needs some kilobytes; where the header was typed last, its
words stand at the end of the workbook's texts."""
MOST_ELEMENTS_BY_CHECK: Final = 10_000_000
"""Elements cost time whatever their size: so many take some seconds."""
MOST_PARTS: Final = 2_000
LONGEST_DIRECTORY: Final = 1024 * 1024
"""Octets of the zip's directory: zipfile makes an object of some hundred octets for every fifty of it."""
STEEPEST_RATIO: Final = 250
"""Unpacked octets for one packed, of a part above RATIO_MATTERS_FROM: sheets reach about 30, zeros 1,030."""
RATIO_MATTERS_FROM: Final = 8 * 1024 * 1024

CHUNK: Final = 64 * 1024
LONGEST_TOKEN: Final = 1024 * 1024
"""Octets of one tag or comment: expat keeps an unfinished one, and reads it again with every chunk."""
DEEPEST_NESTING: Final = 100
MOST_XML_NAMES: Final = 10_000
"""Different names of elements and attributes in one part: expat keeps each."""
MOST_SHARED_STRINGS: Final = 5_000_000
MOST_STYLES: Final = 100_000

MOST_TEXT_OF_ONE_RECORD: Final = 4_000_000
"""Characters of a CSV record."""
