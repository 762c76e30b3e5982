"""Recipients' files: workbooks, CSV and spools, read a slice at a time. Knows no database."""

from connectors.shared.campaigns.sheets.bounds import MOST_OCTETS
from connectors.shared.campaigns.sheets.kinds import kind_of
from connectors.shared.campaigns.sheets.refusals import SheetRefused
from connectors.shared.campaigns.sheets.rows import SheetLayout, SheetOptions, SheetRow, phone_number_of
from connectors.shared.campaigns.sheets.sheet import FIRST_OCTETS, Sheet, check_file, open_sheet

__all__ = [
    "FIRST_OCTETS",
    "MOST_OCTETS",
    "Sheet",
    "SheetLayout",
    "SheetOptions",
    "SheetRefused",
    "SheetRow",
    "check_file",
    "kind_of",
    "open_sheet",
    "phone_number_of",
]
