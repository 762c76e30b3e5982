"""Reads a page's form as a browser does."""

from html.parser import HTMLParser


def filled_in(page: str) -> dict[str, str]:
    """Return what a form would send as it comes, its buttons aside: of a list the first entry is chosen."""
    reader = _FormReader()
    reader.feed(page)
    return reader.fields


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._list = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._list = given["name"]
        elif tag == "option":
            self.fields.setdefault(self._list, given.get("value", ""))
