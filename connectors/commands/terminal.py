"""How commands show things to people: tables, times of their own zone, and nothing that drives the terminal."""

import sys
import unicodedata
from contextlib import suppress
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.shared.clock import SECOND

WIDE = 200
"""Beyond a terminal nobody knows how wide it is read, and programs want a line an entry."""


def console_for(*, stderr: bool = False) -> Console:
    """Return where to print. What people and vendors wrote is never taken for markup."""
    stream = sys.stderr if stderr else sys.stdout
    with suppress(AttributeError):  # a stream of another kind writes whatever it is given
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    width = None if stream.isatty() else WIDE
    return Console(width=width, stderr=stderr, markup=False, highlight=False, emoji=False)


def say(console: Console, words: str) -> None:
    """Print words as they are, wrapped by the terminal alone."""
    console.print(words, soft_wrap=True)


def plain_table(*titles: str, right: tuple[str, ...] = ()) -> Table:
    """Return a table without lines; the columns named in `right` hold figures."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left", no_wrap=title in right)
    return table


def legible(words: str | None) -> str:
    """Return words of strangers without what a terminal would obey, such as escape sequences."""
    return "".join(character if character == "\n" or _shows(character) else "�" for character in words or "")


def one_line(words: str | None) -> Text:
    """Return words of strangers on one line, cut where there is no more room."""
    return Text(" ".join(legible(words).split()), overflow="ellipsis", no_wrap=True)


def local_time(moment: str | int | None) -> str:
    """Return `21 Nov 2026 13:30 IST` in the zone of this machine, of RFC 3339 or of milliseconds; a dash for none."""
    return "–" if moment is None else f"{_local(moment):%-d %b %Y %H:%M %Z}"


def short_time(moment: str) -> str:
    """Return the same for lists: without the zone, and without the year where it is this one."""
    at = _local(moment)
    return f"{at:%-d %b %H:%M}" if at.year == datetime.now().astimezone().year else f"{at:%-d %b %Y %H:%M}"


def id_line(identifier: str) -> Text:
    """Return an id for the line below what it belongs to; whole, since it is copied."""
    return Text(identifier, style="dim", overflow="fold")


def _shows(character: str) -> bool:
    # Marks that join emoji and scripts show nothing by themselves; those that turn the direction of text deceive.
    return character.isprintable() or character in "\u200c\u200d" or unicodedata.category(character) == "Zs"


def _local(moment: str | int) -> datetime:
    if isinstance(moment, int):
        return datetime.fromtimestamp(moment / SECOND).astimezone()
    return datetime.fromisoformat(moment).astimezone()
