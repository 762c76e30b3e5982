"""Locales as tools write them (`pt-BR`, `pt_br`), and which text is for whom."""

import re
from collections.abc import Iterable, Iterator, Mapping

# The parts of BCP 47 that texts differ by: https://www.rfc-editor.org/rfc/rfc5646#section-2.1
PATTERN = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$"


def is_locale(text: str) -> bool:
    """Whether a text can be read as a locale: `de`, `pt-BR`, `zh-Hant-TW`."""
    return re.fullmatch(PATTERN, text) is not None


def folded(locale: str) -> str:
    """Return what all the ways to write one locale have in common."""
    return locale.replace("_", "-").casefold()


def matching(locales: Iterable[str], wanted: str | None) -> str | None:
    """Return which of the locales is for somebody with this one: the same, else the same but less exact.

    `zh-Hant-TW` takes zh-Hant-TW, else zh-Hant, else zh (https://www.rfc-editor.org/rfc/rfc4647#section-3.4).
    """
    if wanted is None:
        return None
    by_folded = {folded(locale): locale for locale in locales}
    return next((by_folded[name] for name in _less_and_less(folded(wanted.strip())) if name in by_folded), None)


def merged(own: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Return texts by locale: all of one's own, and others for locales that none of these is for."""
    return {**{locale: text for locale, text in others.items() if matching(own, locale) is None}, **own}


def _less_and_less(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition("-")[0]
