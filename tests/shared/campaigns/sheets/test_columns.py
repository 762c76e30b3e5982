"""Which column is which."""

from pathlib import Path

import pytest

from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused, check_file
from tests.shared.campaigns.sheets.workbooks import save_rows


def test_the_header_refuses_in_words(path: Path) -> None:
    for names, options, words in (
        (("Name", "City"), SheetOptions(), '"Name", "City"'),
        (("9816111111", "Amit"), SheetOptions(), "put a row above it"),
        (("Mobile", "Name", "NAME"), SheetOptions(), "a name of its own"),
        (("Mobile", "Name"), SheetOptions(mobile_column="Tel"), 'no column "Tel"'),
        (("Mobile", "Name"), SheetOptions(country_column="Land"), "country_column"),
        (("Home phone", "Work phone"), SheetOptions(), "mobile_column"),
        (("Mobile", *map(str, range(100))), SheetOptions(), "100 columns"),
    ):
        save_rows(path, names, ("1", "2"))
        with pytest.raises(SheetRefused) as refused:
            check_file(path, "xlsx", options)
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("names", "options", "mobile", "country"),
    [
        (("Name", "MOBILE_NO."), SheetOptions(), "MOBILE_NO.", None),
        (("Phone", "Mobile  Number", "Country Code"), SheetOptions(), "Mobile Number", "Country Code"),
        (("Nombre", "Teléfono", "País"), SheetOptions(), "Teléfono", "País"),
        (("No", "Contact", "Customer phone (main)"), SheetOptions(), "Customer phone (main)", None),
        (("To", "Name"), SheetOptions(), "To", None),
        (("Mobile", "Second", "Code"), SheetOptions(" second ", "CODE"), "Second", "Code"),
        (("Mobile", "Phone", "Land"), SheetOptions(mobile_column="phone"), "Phone", "Land"),
    ],
)
def test_columns_are_found_by_name_or_given(
    path: Path, names: tuple[str, ...], options: SheetOptions, mobile: str, country: str | None
) -> None:
    save_rows(path, names, ("1",))
    layout = check_file(path, "xlsx", options)
    assert (layout.mobile_column, layout.country_column) == (mobile, country)
