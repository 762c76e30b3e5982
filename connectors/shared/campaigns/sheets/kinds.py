"""What a file is, by its first octets and its name; what it should be instead, in words."""

from pathlib import PurePosixPath

from connectors.shared.campaigns.sheets.refusals import SheetRefused

SAVE_AS = (
    "In the program that made it choose Save As (or Download), take Excel Workbook (.xlsx) or CSV UTF-8, and send that."
)
_ZIP_PART = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".tab", "")

_FOREIGN_SUFFIXES = {
    ".xls": "This is a workbook of an old format (.xls).",
    ".xlt": "This is a template of an old format (.xlt).",
    ".xlsm": "This workbook may hold macros (.xlsm), which are not accepted.",
    ".xltm": "This template may hold macros (.xltm), which are not accepted.",
    ".xlam": "This is an add-in (.xlam), not a list.",
    ".xltx": "This is a template (.xltx), not a workbook.",
    ".xlsb": "This is a binary workbook (.xlsb), which is not accepted.",
    ".ods": "This is an OpenDocument spreadsheet (.ods).",
    ".numbers": "This is a spreadsheet of Apple Numbers.",
    ".zip": "This is a zip archive: unpack it first.",
    ".gz": "This is a packed file: unpack it first.",
    ".pdf": "This is a PDF, not a list.",
    ".doc": "This is a text document, not a list.",
    ".docx": "This is a text document, not a list.",
    ".json": "This is JSON: send it as the recipients of a JSON request instead.",
}
_FOREIGN_BEGINNINGS = (
    (_OLE, "This is a workbook of the old format (.xls), or one that is protected by a password: remove the password."),
    (b"%PDF", "This is a PDF, not a list."),
    (b"{\\rtf", "This is a text document, not a list."),
    (b"\x1f\x8b", "This is a packed file: unpack it first."),
    (b"7z\xbc\xaf", "This is a packed file: unpack it first."),
    (b"Rar!", "This is a packed file: unpack it first."),
)
_MARKUP = "This is a web page or XML that some program saved under the name of a spreadsheet."


def kind_of(file_name: str, first_octets: bytes) -> str:
    """`xlsx` or `csv`, by the first kilobyte or so. Raises SheetRefused for anything else."""
    refuse_foreign(first_octets)
    suffix = PurePosixPath(file_name.replace("\\", "/").strip().lower()).suffix
    if suffix in _FOREIGN_SUFFIXES:
        raise SheetRefused(f"{_FOREIGN_SUFFIXES[suffix]} {SAVE_AS}", "not_supported")
    if first_octets.startswith(_ZIP_PART):
        return "xlsx"
    if suffix == ".xlsx":
        raise SheetRefused(f"The file is called .xlsx but is no workbook{_looks_like(first_octets)}. {SAVE_AS}")
    if suffix not in _TEXT_SUFFIXES:
        raise SheetRefused(
            f"A list of recipients is an .xlsx or .csv file, and this is neither. {SAVE_AS}", "not_supported"
        )
    return "csv"


def refuse_foreign(first_octets: bytes, kind: str | None = None) -> None:
    """Raise SheetRefused for what is recognised as something that is no list, or not one of that kind."""
    if not first_octets:
        raise SheetRefused("The file is empty.", "empty")
    for beginning, words in _FOREIGN_BEGINNINGS:
        if first_octets.startswith(beginning):
            raise SheetRefused(f"{words} {SAVE_AS}", "not_supported")
    if b"mimetypeapplication/vnd.oasis" in first_octets[:200]:
        raise SheetRefused(f"{_FOREIGN_SUFFIXES['.ods']} {SAVE_AS}", "not_supported")
    if kind == "csv" and first_octets.startswith(_ZIP_PART):
        raise SheetRefused("The file is called CSV but is a workbook: call it .xlsx.")
    if _is_markup(first_octets):
        raise SheetRefused(f"{_MARKUP} {SAVE_AS}", "not_supported")
    if not first_octets.startswith((_ZIP_PART, *_BYTE_ORDER_MARKS)) and b"\x00" in first_octets:
        raise SheetRefused(f"The file is neither a workbook nor a text. {SAVE_AS}", "not_supported")


def _is_markup(first_octets: bytes) -> bool:
    text = first_octets
    for mark in _BYTE_ORDER_MARKS:
        text = text.removeprefix(mark)
    start = text.replace(b"\x00", b"").lstrip()[:64].lower()
    return start.startswith(
        (b"<?xml", b"<!doctype", b"<html", b"<head", b"<table", b"<style", b"<meta", b"<div", b"<!--")
    )


def _looks_like(first_octets: bytes) -> str:
    line = first_octets.splitlines()[0] if first_octets.splitlines() else b""
    return " (it looks like CSV: call it .csv)" if any(mark in line for mark in (b",", b";", b"\t")) else ""
