"""A template's text as the tokens of Liquid, with names as people write them.

The library's own lexer takes five seconds for 10,000 characters of `{{`, and reads no name with a space in it.
"""

import re
from collections.abc import Iterator
from typing import Final

from liquid import Token
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

from connectors.shared.templates.faults import unreadable
from connectors.shared.templates.variables import Columns, is_word_character

_LONGEST_EXPRESSION: Final = 1_000
_OPENING = re.compile(r"\{[{%]-?")
_TAG = re.compile(r"\s*(#|\w*)\s*(.*)", re.DOTALL)
_VENDORS = re.compile(r"##([^#\n]{1,100})##")
_VENDORS_NAME = re.compile(r"\s*var\s*([1-9]?[0-9]?)\s*", re.IGNORECASE)
_REGISTERED = re.compile(r"\{#\s*\w+\s*#\}")

_PLAIN_PATH = re.compile(r"[^\W\d][\w-]*\??(?:\s*\.\s*\w[\w-]*\??|\s*\[[^\[\]]*\])*")
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?")
# What the library reads as part of a tag, wherever it stands.
_KEYWORDS: Final = frozenset(
    (
        *("and", "or", "contains", "not", "in", "if", "else", "for", "as", "with"),
        *("offset", "limit", "reversed", "cols", "continue", "required"),
    )
)
_WITH_OPERANDS: Final = frozenset(("if", "elsif", "unless", "case", "when", "assign"))
_OPERATORS = re.compile(r"""("[^"]*"|'[^']*'|[=!<>|:,]+|\b(?:and|or|contains)\b)""")
_BETWEEN_WORDS: Final = frozenset(" ./#()&%,")


def tokens(text: str, columns: Columns) -> Iterator[Token]:
    """Yield the tokens of a text. Raises TemplateUnreadable."""
    position, trims = 0, False
    while opening := _OPENING.search(text, position):
        yield from _content(text, position, opening.start(), columns, left=trims, right=opening[0].endswith("-"))
        inner, position, trims = _inner(text, opening)
        if opening[0].startswith("{{"):
            yield Token(TOKEN_OUTPUT, inner, opening.start(), text)
            yield Token(TOKEN_EXPRESSION, _expression(inner, columns), opening.start(), text)
            continue
        name, expression = _tag(inner)
        if name in ("raw", "comment"):
            end = _end_of(name, text, position)
            if name == "raw":
                yield Token(TOKEN_CONTENT, text[position : end.start()], position, text)
            position, trims = end.end(), end[0].endswith("-%}")
        elif name != "#":
            yield Token(TOKEN_TAG, name, opening.start(), text)
            if expression:
                expression = _operands(name, expression, columns)
                yield Token(TOKEN_EXPRESSION, expression, opening.start(), text)
    yield from _content(text, position, len(text), columns, left=trims, right=False)


def _inner(text: str, opening: re.Match[str]) -> tuple[str, int, bool]:
    """Return what stands between the brackets, where it ends, and whether it trims what follows."""
    mark = opening[0][:2]
    closing = "}}" if mark == "{{" else "%}"
    end = text.find(closing, opening.end())
    inner = text[opening.end() : end]
    if end < 0 or "{{" in inner or "{%" in inner:
        example = "{{ name }}" if mark == "{{" else "{% if name %}"
        raise unreadable(text, opening.start(), f"{mark} is not closed with {closing}. Write it like {example}.")
    if len(inner) > _LONGEST_EXPRESSION:
        raise unreadable(text, opening.start(), f"what stands in {mark} {closing} is too long.")
    trims = inner.endswith("-")
    inner = inner[:-1].strip() if trims else inner.strip()
    if not inner:
        raise unreadable(text, opening.start(), f"{mark} {closing} is empty. Write the name of a variable in it.")
    return inner, end + len(closing), trims


def _tag(inner: str) -> tuple[str, str]:
    found = _TAG.match(inner)
    return (found[1], found[2].strip()) if found else ("", "")


def _end_of(name: str, text: str, position: int) -> re.Match[str]:
    end = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}").search(text, position)
    if end is None:
        raise unreadable(text, position, f"{{% {name} %}} is not closed with {{% end{name} %}}.")
    return end


def _content(text: str, start: int, end: int, columns: Columns, *, left: bool, right: bool) -> Iterator[Token]:
    """Yield the tokens of fixed words, in which the vendor's own placeholders may stand."""
    content = text[start:end]
    if registered := _REGISTERED.search(content):
        raise unreadable(
            text,
            start + registered.start(),
            f"{registered[0]} is a tag of a registered text and would be sent as it stands. "
            "Write the variable in its place, like {{ name }}.",
        )
    content = content.lstrip() if left else content
    content = content.rstrip() if right else content
    written = position = 0
    while found := _VENDORS.search(content, position):
        name = _vendors_variable(found[1], columns)
        position = found.start() + 2
        if name is not None:
            yield from _fixed(content[written : found.start()], start, text)
            yield Token(TOKEN_OUTPUT, name, start, text)
            yield Token(TOKEN_EXPRESSION, _quoted(name), start, text)
            written = position = found.end()
    yield from _fixed(content[written:], start, text)


def _fixed(content: str, start: int, text: str) -> Iterator[Token]:
    if content:
        yield Token(TOKEN_CONTENT, content, start, text)


def _vendors_variable(name: str, columns: Columns) -> str | None:
    if vendors := _VENDORS_NAME.fullmatch(name):
        name = f"Var{vendors[1] or 1}"
        return columns.find(name) or name
    return columns.find(name)


def _expression(inner: str, columns: Columns) -> str:
    """Return an output's expression with its variable written so that Liquid reads it."""
    head, bar, filters = inner.partition("|")
    head = head.strip()
    name = _name(head, columns)
    return inner if name is None else f"{_quoted(name)} {bar}{filters}"


def _operands(tag: str, expression: str, columns: Columns) -> str:
    """Return a tag's expression with columns written so that Liquid reads them."""
    if tag not in _WITH_OPERANDS:
        return expression
    pieces = _OPERATORS.split(expression)
    for index in range(2 if tag == "assign" else 0, len(pieces), 2):
        operand = pieces[index].strip()
        if operand and columns.find(operand) is not None and (name := _name(operand, columns)) is not None:
            pieces[index] = f" {_quoted(name)} "
    return "".join(pieces)


def _name(head: str, columns: Columns) -> str | None:
    """Return the variable's name where Liquid would not read it as one."""
    if _PLAIN_PATH.fullmatch(head) and head not in _KEYWORDS:
        return None
    column = columns.find(head)
    if column is not None and not ('"' in column and "'" in column):
        return column
    if _NUMBER.fullmatch(head) or (head.startswith("(") and ".." in head):
        return None
    allowed = all(character in _BETWEEN_WORDS or is_word_character(character) for character in head)
    return " ".join(head.split()) if allowed and any(c.isalpha() for c in head) else None


def _quoted(name: str) -> str:
    quote = "'" if '"' in name else '"'
    return f"[{quote}{name}{quote}]"
