"""From what a workbook stores of a cell to what the cell shows."""

import re
from decimal import Decimal

from connectors.shared.campaigns.sheets.cells import Cell
from connectors.shared.campaigns.sheets.numbers import NEGATIVE, NOT_WHOLE, TOO_LONG
from connectors.shared.campaigns.sheets.xlsx.container import damaged
from connectors.shared.campaigns.sheets.xlsx.moments import date_of_number, date_of_text
from connectors.shared.campaigns.sheets.xlsx.number_formats import NumberFormat, general
from connectors.shared.campaigns.sheets.xlsx.shared_strings import SharedStrings, readable
from connectors.shared.campaigns.sheets.xlsx.styles import Styles

NOT_CALCULATED = (
    "The column {column} holds a formula whose result is not in the file: "
    "open the workbook in a spreadsheet program, save it, and send it again."
)
_ERROR = "The column {column} shows the error %s: correct its formula."
_NO_DATE = "The column {column} holds a number as a date that no calendar has (the sheet shows ####)."
_NO_NUMBER = "The column {column} holds a number that cannot be read."
_A_DATE = "This is no phone number: the cell holds a date or a time."

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?").fullmatch
_ERRORS = re.compile(r"#[A-Z0-9/_]{1,15}[!?]?").fullmatch
_LONGEST_NUMBER = 64
_DIGITS_KEPT = 15

BLANK = Cell("")


class CellReader:
    """Texts, styles and the calendar of one workbook."""

    def __init__(self, strings: SharedStrings, styles: Styles, *, dates_from_1904: bool) -> None:
        self._strings = strings
        self._styles = styles
        self._from_1904 = dates_from_1904

    def read(self, kind: str, style: str, stored: str | None, *, is_formula: bool) -> Cell:
        """`stored` is None where the cell has no value at all, or one of length 0 that is no text."""
        if stored is None:
            return Cell("", fault=NOT_CALCULATED, spoils_row=True) if is_formula else BLANK
        if kind == "s":
            return Cell(self._shared(stored))
        if kind in ("str", "inlineStr"):
            return Cell(readable(stored))
        if kind == "b":
            return Cell("TRUE" if stored.strip() in ("1", "true") else "FALSE")
        if kind == "e":
            return Cell("", fault=_ERROR % (stored if _ERRORS(stored) else "#VALUE!"))
        return self._number(stored.strip(), self._styles[_style(style)], is_iso=kind == "d")

    def _shared(self, stored: str) -> str:
        stored = stored.strip()
        if not (stored.isascii() and stored.isdecimal() and len(stored) < 10):
            raise damaged()
        return self._strings[int(stored)]

    def _number(self, stored: str, form: NumberFormat, *, is_iso: bool) -> Cell:
        if not stored:
            return BLANK
        if not is_iso and stored.isdecimal() and stored.isascii() and form.show is None and not form.is_date:
            return _whole(stored.lstrip("0") or "0", form)
        try:
            if is_iso:
                return Cell(date_of_text(stored, form.code), fault_of_number=_A_DATE)
            if len(stored) > _LONGEST_NUMBER or not _NUMBER(stored):
                return Cell("", fault=_NO_NUMBER)
            return self._formatted(stored, form)
        except (ValueError, OverflowError):
            return Cell("", fault=_NO_DATE)

    def _formatted(self, stored: str, form: NumberFormat) -> Cell:
        if form.is_date:
            shown = date_of_number(float(stored), form.code, from_1904=self._from_1904, is_duration=form.is_duration)
            return Cell(shown, fault_of_number=_A_DATE)
        value = Decimal(stored)
        text = form.show(value) if form.show and abs(value.adjusted()) < _LONGEST_NUMBER else general(value)
        if value != value.to_integral_value():
            return Cell(text, fault_of_number=NOT_WHOLE)
        if value < 0:
            return Cell(text, fault_of_number=NEGATIVE)
        return _whole(str(int(value)), form, text)


def _whole(digits: str, form: NumberFormat, text: str = "") -> Cell:
    if not text and not form.pads_to and len(digits) <= _DIGITS_KEPT:
        return Cell(digits)
    plain = digits.zfill(form.pads_to)
    lossy = TOO_LONG if len(digits) > _DIGITS_KEPT else None
    return Cell(text or digits, plain if plain != (text or digits) else "", fault_of_number=lossy)


def _style(style: str) -> int:
    return int(style) if style.isascii() and style.isdecimal() and len(style) < 10 else 0
