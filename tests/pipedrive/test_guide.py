"""What `docs/pipedrive.md` quotes of the app, the app says."""

import re
from pathlib import Path

import pytest

import connectors
from connectors.pipedrive.contacts.merge_fields import FIELDS
from connectors.pipedrive.settings import PREFIX

PACKAGE = Path(connectors.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "pipedrive.md").read_text()
SAYS = (".py", ".js", ".html")
FILLED_IN = re.compile(r"…|\d[\d,]*|person\.[\w.]*\w")
NOT_QUOTED = "An empty panel or window"


def said() -> str:
    """Return the sources in which words for people stand, texts that go over several lines put together."""
    folders = (PACKAGE / "pipedrive", PACKAGE / "shared")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in SAYS]
    text = "\n".join(path.read_text() for path in files if "third_party" not in path.parts)
    return re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", text))


def quoted() -> list[str]:
    """Return what the table of troubles quotes, without what is filled in."""
    table = PAGE.split("## When something is wrong")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[1:]
    parts = [part for row in rows for words in row.split(" / ") for part in FILLED_IN.split(words)]
    return sorted({found for part in parts if len(found := part.strip(" .:")) > 3 and found != NOT_QUOTED})


def test_the_guide_quotes_what_is_said() -> None:
    words = said()
    assert len(quoted()) > 30
    assert [part for part in quoted() if part not in words] == []


@pytest.mark.parametrize("name", [name for name, _, _ in FIELDS])
def test_the_guide_explains_each_merge_field(name: str) -> None:
    assert f"{{{{ {name} }}}}" in PAGE


def test_the_guide_names_settings_that_the_app_has() -> None:
    settings = (PACKAGE / "pipedrive" / "settings.py").read_text()
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", PAGE))
    assert named
    assert [name for name in named if f'"{name}"' not in settings] == []
