"""Texts as they are registered for India's DLT, against what is sent.

Registered words travel exactly as they are; what varies stands in tags: {#var#} (up to 30 characters), or the typed
tags that new registrations need since January 2026. Adjacent tags are no longer allowed (TRAI's direction of 18
November 2025).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from connectors.shared.templates.faults import InvalidTemplate
from connectors.shared.templates.rendering import CompiledText

_FIELD: Final = "registered_text"
_LONGEST_VAR: Final = 30
_LONGEST_TYPED: Final = 40
_LONGEST_URL: Final = 500
_MOST_TAGS: Final = 20
_SHOWN: Final = 20
_VARIABLE: Final = "\x00"  # stands for a tag, or an output, where two texts are compared

_ANY_TAG = re.compile(r"\{#([^{}#]*)#\}")
_HOST: Final = r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}"
# Possessive: where a host does not go on as it should, no shorter label would help.
_URL_START = re.compile(rf"(?:https?://)?+{_HOST}")
_URL_REST = re.compile(r"\S*+")
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}+@{_HOST}")

Ends = Callable[[str, int], Iterable[int]]


@dataclass(frozen=True, slots=True)
class _Tag:
    takes: str
    ends: Ends  # where a value that begins at an index may end


def _var(text: str, start: int) -> Iterable[int]:
    return range(start + 1, min(start + _LONGEST_VAR, len(text)) + 1)


def _run(allowed: Callable[[str], bool]) -> Ends:
    def ends(text: str, start: int) -> Iterable[int]:
        run = takewhile(allowed, text[start : start + _LONGEST_TYPED])
        return range(start + 1, start + 1 + sum(1 for _ in run))

    return ends


def _is_digit(character: str) -> bool:
    return character in "0123456789"


def _is_letter_or_digit(character: str) -> bool:
    # Vowel signs of Indian scripts are marks.
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _url(text: str, start: int) -> Iterable[int]:
    begun = _URL_START.match(text, start)
    if begun is None:
        return ()
    rest = _URL_REST.match(text, begun.end())
    last = min(rest.end() if rest else begun.end(), start + _LONGEST_URL)
    return range(begun.end(), last + 1)


def _callback_number(text: str, start: int) -> Iterable[int]:
    plus = start + text.startswith("+", start)
    return [end for end in _run(_is_digit)(text, plus) if end - plus >= 3]


def _email(text: str, start: int) -> Iterable[int]:
    found = _EMAIL.match(text, start)
    return () if found is None else (found.end(),)


TAGS: Final = {
    "var": _Tag("up to 30 characters", _var),
    "numeric": _Tag("digits only, up to 40", _run(_is_digit)),
    "alphanumeric": _Tag("letters and digits only, up to 40", _run(_is_letter_or_digit)),
    "url": _Tag("a web address", _url),
    "urlott": _Tag("a web address", _url),
    "cbn": _Tag("a phone number in digits", _callback_number),
    "email": _Tag("an e-mail address", _email),
}


def check_registered(registered_text: str, compiled: CompiledText) -> None:
    """Check a registered text against the template that is to be sent under it. Raises InvalidTemplate."""
    fixed, _ = _read(registered_text)
    if compiled.parts is None:
        raise InvalidTemplate(
            _FIELD,
            "A text with conditions or loops ({% … %}) cannot be checked against a registered text. Make a template "
            "for each registered text, with variables like {{ name }} only.",
        )
    registered = _VARIABLE.join(fixed)
    sent = _lines("".join(_VARIABLE if part is None else part for part in compiled.parts))
    if registered != sent:
        raise InvalidTemplate(_FIELD, _difference(registered, sent))


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a text is not what was registered, in words without its values; `tag` is the one whose value is at fault.

    Tags are counted from 0; None: the fixed words differ.
    """

    words: str
    tag: int | None = None


def misfit(registered_text: str, text: str) -> Misfit | None:
    """Tell why a text ready to be sent is not what was registered; None where it is.

    Raises InvalidTemplate where the registered text itself cannot be read.
    """
    fixed, names = _read(registered_text)
    text = _lines(text)
    # Every place that the text may have been read up to: never more than it has characters.
    reached = [len(fixed[0])]
    if not text.startswith(fixed[0]):
        return Misfit(f"The text has to begin with {_shown(fixed[0])}, as it was registered.")
    for tag, (name, before, after) in enumerate(zip(names, fixed, fixed[1:], strict=False)):
        ends = {end for start in reached for end in TAGS[name].ends(text, start)}
        reached = [end + len(after) for end in ends if text.startswith(after, end)]
        if not reached:
            follows = f" and is followed by {_shown(after)}" if after else ""
            place = f"After {_shown(before[-_SHOWN:])}" if before else "At the beginning"
            return Misfit(
                f"{place} the registered text has {{#{name}#}}, which takes {TAGS[name].takes}{follows}.", tag
            )
    if len(text) in reached:
        return None
    return Misfit("The text goes on where the registered one ends.", len(names) - 1 if names else None)


def _read(registered_text: str) -> tuple[list[str], list[str]]:
    """Return the fixed words, and the names of the tags between them. Raises InvalidTemplate."""
    pieces = _ANY_TAG.split(_lines(registered_text))
    fixed, names = pieces[::2], pieces[1::2]
    for name in names:
        if name not in TAGS:
            known = ", ".join(f"{{#{tag}#}}" for tag in TAGS)
            raise InvalidTemplate(_FIELD, f"There is no tag {{#{name[:_SHOWN]}#}}. Write one of {known}.")
    if len(names) > _MOST_TAGS:
        raise InvalidTemplate(_FIELD, f"It has more than {_MOST_TAGS} tags: no text is registered with so many.")
    if "" in fixed[1:-1]:
        raise InvalidTemplate(
            _FIELD,
            "Two tags stand next to each other, which is no longer allowed. Register the text with one tag there, or "
            "with words between them.",
        )
    return fixed, names


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _difference(registered: str, sent: str) -> str:
    at = next((i for i, pair in enumerate(zip(registered, sent, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(registered), len(sent)) if at is None else at
    before = sent[max(0, at - _SHOWN) : at].replace(_VARIABLE, "…")
    place = f"After {_shown(before)}" if before else "At the beginning"
    return (
        f"{place} the registered text has {_next(registered, at)} and the text has {_next(sent, at)}. "
        "They have to be the same, character for character, with a variable for each tag."
    )


def _next(text: str, at: int) -> str:
    if at == len(text):
        return "nothing more"
    if text[at] == _VARIABLE:
        return "a variable"
    return _shown(text[at : at + _SHOWN].partition(_VARIABLE)[0])


def _shown(words: str) -> str:
    return f'"{words[:_SHOWN]}"'
