"""Texts with variables: read once, then filled in for each recipient, strictly.

The language is Liquid (https://shopify.github.io/liquid/), within bounds; Message Central's own ##var##, ##var2## and
##var3## are read too. A variable without a value is an error, never a hole or a placeholder on a phone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from liquid import BoundTemplate, Node, TokenStream
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import Path
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError
from liquid.parser import Parser

from connectors.shared.templates.analysis import Variables, bind
from connectors.shared.templates.faults import MissingVariables, TemplateUnreadable, unreadable
from connectors.shared.templates.lexing import tokens
from connectors.shared.templates.sandbox import SANDBOX, Context, Printed
from connectors.shared.templates.values import bounded, is_blank, prepared, written
from connectors.shared.templates.variables import Columns

__all__ = ["LONGEST_TEXT", "CompiledText", "MissingVariables", "Rendered", "TemplateUnreadable", "compile_text"]

LONGEST_TEXT: Final = 10_000  # characters
_PLACEHOLDERS: Final = ("##var##", "##var2##", "##var3##")
_MARK: Final = "##"
_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text filled in.

    `variables` fill the pattern in order; None where there is no pattern or where a value does not fit into it: such
    a message goes singly.
    """

    text: str
    variables: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Slots:
    """A text of fixed words and outputs alone. `parts` are words, or the index of one of the distinct outputs."""

    parts: tuple[str | int, ...]
    outputs: tuple[Printed, ...]
    keys: tuple[str | None, ...]  # the name of each output that is a variable and nothing more


class CompiledText:
    """A text that was read. Safe to share between threads."""

    def __init__(self, text: str, columns: Columns) -> None:
        self._columns = columns
        self._text = text
        self._template, variables = _parse(text, columns)
        self._roots = variables.roots
        self._slots = _slots(self._template.nodes)
        self.names: Final = variables.needed
        """The variables whose values the text may have to show."""
        self.paths: Final = variables.paths
        """Everything that the text looks up, in conditions and with defaults too."""
        self.unknown: Final = tuple(name for name in variables.always if columns and name not in columns)
        """Those that no column supplies, so that no row could be filled in; empty where no columns were given."""
        self.pattern: Final = _pattern(self._slots)
        """The text in Message Central's own placeholders, where it has one to three distinct outputs."""

    @property
    def parts(self) -> tuple[str | None, ...] | None:
        """The fixed words in order, None for each output; None where more than outputs makes the text differ."""
        if self._slots is None:
            return None
        return tuple(part if isinstance(part, str) else None for part in self._slots.parts)

    @property
    def printed(self) -> tuple[str, ...]:
        """What stands in each output in order, without its filters; empty where more than outputs makes it differ."""
        if self._slots is None:
            return ()
        return tuple(str(self._slots.outputs[part].left) for part in self._slots.parts if isinstance(part, int))

    def render(self, values: Mapping[str, Any]) -> Rendered:
        """Fill the text in. Raises MissingVariables, and TemplateUnreadable for what cannot be filled in."""
        text, filled = self._joined(values, self._slots) if self._slots else (self._rendered(values), ())
        if not text or text.isspace():
            raise TemplateUnreadable("The text comes out empty with these values.")
        fits = self.pattern is not None and not any(is_blank(value) or _MARK in value for value in filled)
        return Rendered(text, filled if fits else None)

    def _joined(self, values: Mapping[str, Any], slots: _Slots) -> tuple[str, tuple[str, ...]]:
        context: Context | None = None
        filled: list[str] = []
        missing: list[str] = []
        for key, output in zip(slots.keys, slots.outputs, strict=True):
            if key is None:
                context = context or self._context(values)
                filled.append(self._evaluated(output, context))
                continue
            value = self._columns.value(values, key)
            if is_blank(value):
                missing.append(key)
            else:
                filled.append(written(bounded(value)))
        if context is not None:
            missing += context.missing
        if missing:
            raise MissingVariables(tuple(dict.fromkeys(missing)))
        return "".join([part if isinstance(part, str) else filled[part] for part in slots.parts]), tuple(filled)

    def _rendered(self, values: Mapping[str, Any]) -> str:
        context = self._context(values)
        buffer = context.get_buffer()
        try:
            self._template.render_with_context(context, buffer)
        except TemplateUnreadable:
            raise
        except Exception as error:
            raise self._failed(error) from None
        if context.missing:
            raise MissingVariables(tuple(context.missing))
        return buffer.getvalue()

    def _evaluated(self, output: Printed, context: Context) -> str:
        try:
            return output.evaluate(context)
        except TemplateUnreadable:
            raise
        except Exception as error:
            raise self._failed(error) from None

    def _context(self, values: Mapping[str, Any]) -> Context:
        found = {root: self._columns.value(values, root) for root in self._roots}
        return Context(self._template, {root: prepared(value) for root, value in found.items() if not is_blank(value)})

    def _failed(self, error: Exception) -> TemplateUnreadable:
        # Of filters and values that do not go together; the library's own words would quote the value.
        words = "a filter or a condition there cannot work with the value that it is given."
        token = error.token if isinstance(error, LiquidError) else None
        return unreadable(self._text, token.start_index if token else 0, words)


def compile_text(text: str, columns: Sequence[str] = ()) -> CompiledText:
    """Read a text. Raises TemplateUnreadable.

    With `columns`, a sheet's header as written, its variables are bound to them and `render` takes values by column.
    Without, `render` takes values by name, nested where the caller likes.
    """
    return _compiled(text, tuple(columns))


@lru_cache(maxsize=_KEPT)
def _compiled(text: str, columns: tuple[str, ...]) -> CompiledText:
    if not text or text.isspace():
        raise TemplateUnreadable("The text is empty. Write what is to be sent.")
    if len(text) > LONGEST_TEXT:
        raise TemplateUnreadable(f"The text is too long: up to {LONGEST_TEXT:,} characters can be read.")
    return CompiledText(text, Columns(columns))


def _parse(text: str, columns: Columns) -> tuple[BoundTemplate, Variables]:
    try:
        nodes = Parser(SANDBOX).parse(TokenStream(tokens(text, columns)))
        template = BoundTemplate(SANDBOX, nodes)
        return template, bind(nodes, Context(template, {}), columns)
    except RecursionError:
        raise TemplateUnreadable("The text is nested too deeply.") from None
    except LiquidError as error:
        token = error.token
        index = token.start_index if token and token.start_index > 0 else 0
        words = f"{str(error.message)[:120]}. Write variables like {{{{ name }}}} and conditions like {{% if name %}}."
        raise unreadable(text, index, words) from None


def _slots(nodes: list[Node]) -> _Slots | None:
    """Return a template's slots, None where something else than outputs makes it differ."""
    parts: list[str | int] = []
    distinct: dict[str, Printed] = {}
    for node in nodes:
        if isinstance(node, ContentNode):
            parts.append(node.text)
        elif isinstance(node, OutputNode) and isinstance(node.expression, Printed):
            name = str(node.expression)
            distinct.setdefault(name, node.expression)
            parts.append(list(distinct).index(name))
        else:
            return None
    outputs = tuple(distinct.values())
    return _Slots(tuple(parts), outputs, tuple(_key(output) for output in outputs))


def _key(output: Printed) -> str | None:
    path = output.left.path if isinstance(output.left, Path) and not output.filters else ()
    return path[0] if len(path) == 1 and isinstance(path[0], str) else None


def _pattern(slots: _Slots | None) -> str | None:
    if slots is None or not 1 <= len(slots.outputs) <= len(_PLACEHOLDERS):
        return None
    places = [part for part in slots.parts if isinstance(part, int)]
    pattern = "".join([part if isinstance(part, str) else _PLACEHOLDERS[part] for part in slots.parts])
    # Other marks would be read as placeholders, and so would one that runs into the next.
    ambiguous = pattern.count(_MARK) != 2 * len(places) or "###" in pattern
    return None if ambiguous else pattern
