"""Which part of a workbook is what: its first visible sheet, its texts, its styles."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from connectors.shared.campaigns.sheets.kinds import SAVE_AS
from connectors.shared.campaigns.sheets.refusals import SheetRefused
from connectors.shared.campaigns.sheets.xlsx.container import Container, damaged
from connectors.shared.campaigns.sheets.xlsx.xml_parts import Attributes, UnpackingBudget, read_all

_MOST_SHEETS = 10_000


@dataclass(frozen=True, slots=True)
class Structure:
    """Names of parts; None where the workbook has none."""

    sheet: str
    shared_strings: str | None
    styles: str | None
    dates_from_1904: bool


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str  # the last word of its type, which is the same in both dialects of the format
    target: str


def read_structure(container: Container, budget: UnpackingBudget) -> Structure:
    _refuse_macros(container, budget)
    workbook = _workbook_part(container, budget)
    relations = _relations(container, workbook, budget)
    sheets, dates_from_1904 = _sheets(container, workbook, budget)
    return Structure(
        sheet=_first_sheet(sheets, relations),
        shared_strings=_part_of_kind(container, relations, "sharedStrings"),
        styles=_part_of_kind(container, relations, "styles"),
        dates_from_1904=dates_from_1904,
    )


def _refuse_macros(container: Container, budget: UnpackingBudget) -> None:
    if "[Content_Types].xml" not in container:
        raise SheetRefused(f"This is a zip archive, not a workbook. {SAVE_AS}", "not_supported")

    def start(_name: str, attributes: Attributes) -> None:
        if "macroenabled" in attributes.get("ContentType", "").lower():
            raise SheetRefused(f"The workbook may hold macros, which are not accepted. {SAVE_AS}", "not_supported")

    read_all(container.open("[Content_Types].xml"), budget, start)


def _workbook_part(container: Container, budget: UnpackingBudget) -> str:
    relations = _relations(container, "", budget).values()
    return next((relation.target for relation in relations if relation.kind == "officeDocument"), "xl/workbook.xml")


def _relations(container: Container, part: str, budget: UnpackingBudget) -> Mapping[str, _Relation]:
    """By id. What lies outside the file is not even noted."""
    folder, name = posixpath.split(part)
    relations: dict[str, _Relation] = {}

    def start(element: str, attributes: Attributes) -> None:
        if element != "Relationship" or attributes.get("TargetMode", "").lower() == "external":
            return
        if len(relations) > _MOST_SHEETS:
            raise damaged()
        target = posixpath.normpath(
            posixpath.join("/", folder, unquote(attributes.get("Target", "").replace("\\", "/")))
        )
        kind = attributes.get("Type", "").rpartition("/")[2]
        relations[attributes.get("Id", "")] = _Relation(kind, target.lstrip("/"))

    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing in container:
        read_all(container.open(listing), budget, start)
    return relations


@dataclass(frozen=True, slots=True)
class _Sheet:
    relation: str
    hidden: bool


def _sheets(container: Container, workbook: str, budget: UnpackingBudget) -> tuple[list[_Sheet], bool]:
    sheets: list[_Sheet] = []
    dates_from_1904 = False

    def start(element: str, attributes: Attributes) -> None:
        nonlocal dates_from_1904
        if element == "sheet":
            relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            sheets.append(_Sheet(relation, attributes.get("state", "visible").lower().endswith("hidden")))
            if len(sheets) > _MOST_SHEETS:
                raise damaged()
        elif element == "workbookPr":
            dates_from_1904 = attributes.get("date1904", "0").lower() in ("1", "true")

    read_all(container.open(workbook), budget, start)
    return sheets, dates_from_1904


def _first_sheet(sheets: list[_Sheet], relations: Mapping[str, _Relation]) -> str:
    for sheet in sheets:
        relation = relations.get(sheet.relation)
        if not sheet.hidden and relation is not None and relation.kind == "worksheet":
            return relation.target
    raise SheetRefused("The workbook has no sheet that can be seen with a list in it.", "empty")


def _part_of_kind(container: Container, relations: Mapping[str, _Relation], kind: str) -> str | None:
    targets = [relation.target for relation in relations.values() if relation.kind == kind]
    return next((target for target in (*targets, f"xl/{kind}.xml") if target in container), None)
