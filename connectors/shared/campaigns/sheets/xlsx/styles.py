"""The number format of each style that a cell may name."""

from array import array

from openpyxl.styles.numbers import BUILTIN_FORMATS

from connectors.shared.campaigns.sheets.bounds import MOST_STYLES
from connectors.shared.campaigns.sheets.xlsx.container import Container, damaged
from connectors.shared.campaigns.sheets.xlsx.number_formats import NumberFormat, number_format
from connectors.shared.campaigns.sheets.xlsx.xml_parts import Attributes, UnpackingBudget, read_all

_LONGEST_FORMAT = 255
_MOST_FORMATS = 10_000
# Formats of East Asian editions, which are known by their number alone (ECMA-376 part 1, 18.8.30).
_EAST_ASIAN_DATES = (*range(27, 32), 36, *range(50, 59))
_BUILTIN = BUILTIN_FORMATS | dict.fromkeys(_EAST_ASIAN_DATES, "yyyy-mm-dd")


class Styles:
    """Formats by the number of the style. A style that is not there is General, as spreadsheet programs take it."""

    def __init__(self, container: Container, part: str | None, budget: UnpackingBudget) -> None:
        self._codes: dict[int, str] = {}
        self._format_ids = array("L")
        self._in_cell_styles = False
        self._formats: dict[int, NumberFormat] = {}
        if part is not None:
            read_all(container.open(part), budget, self._start)

    def __getitem__(self, style: int) -> NumberFormat:
        known = self._formats.get(style)
        if known is None:
            format_id = self._format_ids[style] if 0 <= style < len(self._format_ids) else 0
            code = self._codes.get(format_id) or _BUILTIN.get(format_id, "General")
            known = self._formats[style] = number_format(code)
        return known

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._note_format(attributes)
        elif name == "xf" and self._in_cell_styles:
            self._format_ids.append(_small_number(attributes.get("numFmtId", "0")))
            if len(self._format_ids) > MOST_STYLES:
                raise damaged()
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            self._in_cell_styles = name == "cellXfs"

    def _note_format(self, attributes: Attributes) -> None:
        code = attributes.get("formatCode", "")
        if len(code) <= _LONGEST_FORMAT:
            self._codes[_small_number(attributes.get("numFmtId", "0"))] = code
        if len(self._codes) > _MOST_FORMATS:
            raise damaged()


def _small_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
