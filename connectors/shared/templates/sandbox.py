"""Liquid within bounds: no files, nothing endless, and no hole in a text where a value is missing."""

from typing import Any, Final, TypeVar

from liquid import BoundTemplate, Environment, Node, RenderContext, Token, TokenStream, Undefined
from liquid.builtin.expressions import Filter, FilteredExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.assign_tag import AssignNode, AssignTag
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.token import TOKEN_CONTENT, TOKEN_ILLEGAL, TOKEN_OUTPUT
from liquid.utils import ReadOnlyChainMap

from connectors.shared.templates.faults import TemplateUnreadable
from connectors.shared.templates.money import money
from connectors.shared.templates.values import bounded, is_blank, written

# Not among them: what reads files (include, render), and what a message has no use for.
_TAGS: Final = (
    *(TOKEN_CONTENT, TOKEN_ILLEGAL, TOKEN_OUTPUT),
    *("if", "unless", "case", "for", "break", "continue", "assign", "capture", "cycle"),
)
_MOST_STEPS: Final = 2_000
_LARGEST_OUTPUT: Final = 40_000  # octets
_OPTIONAL: Final = "default"


class Missing(Undefined):
    """A variable without a value, under the name that a person reads."""


class Context(RenderContext):
    """The state of one rendering: what was missing so far, and how much was done."""

    def __init__(self, template: BoundTemplate, values: dict[str, object]) -> None:
        super().__init__(template, globals=values)
        # The library would add `now` and `today`: a column of that name without a value would be a date.
        self.scope = ReadOnlyChainMap(self.locals, self.globals)
        self.missing: dict[str, None] = {}
        self._steps = 0

    def step(self) -> None:
        """Count one thing done. Raises TemplateUnreadable where a text does too much."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TemplateUnreadable("The text does too much. Make its lists and loops shorter.")

    def get_buffer(self, buf: Any = None) -> LimitedStringIO:
        """Return a buffer that keeps line breaks as they are."""
        carry = buf.size if isinstance(buf, LimitedStringIO) else 0
        return LimitedStringIO(limit=_LARGEST_OUTPUT - carry, newline="")


class Value(FilteredExpression):
    """A value with its filters. What has no value stays `Missing`, unless the filter `default` has one for it.

    `optional`: the text works without it.
    """

    def __init__(self, token: Token, left: Expression, filters: list[Filter] | None = None) -> None:
        super().__init__(token, left, filters)
        self.optional = any(entry.name == _OPTIONAL for entry in filters or ())

    def evaluate(self, context: RenderContext) -> object:
        """Return the value. Raises TemplateUnreadable and the library's own errors."""
        value = _found(self.left, context)
        for entry in self.filters or ():
            value = _filtered(entry, value, context)
        return value


class Printed(Value):
    """A value in the text itself."""

    def evaluate(self, context: RenderContext) -> str:
        """Return the value as written; where it is missing, remember that."""
        value = super().evaluate(context)
        return "" if _is_noted(value, context) else written(value)


class Looped(Value):
    """The list of a loop: without it the text would have a hole."""

    def evaluate(self, context: RenderContext) -> object:
        """Return the list; where it is missing, remember that."""
        value = super().evaluate(context)
        _is_noted(value, context)
        return value


class LoopedIfAny(Value):
    """The list of a loop that says what stands there for no items."""

    def __init__(self, token: Token, left: Expression, filters: list[Filter] | None = None) -> None:
        super().__init__(token, left, filters)
        self.optional = True


def _found(expression: Expression, context: RenderContext) -> object:
    if isinstance(context, Context):
        context.step()
    value = expression.evaluate(context)
    if isinstance(expression, Path) and not isinstance(value, Missing):
        # What a text assigns may be blank: its author wanted that.
        assigned = expression.head() in context.locals
        if isinstance(value, Undefined) or (is_blank(value) and not assigned):
            return Missing(str(expression))
    return bounded(value)


def _filtered(entry: Filter, value: object, context: RenderContext) -> object:
    if entry.name == _OPTIONAL:
        instead = entry.evaluate(value, context)
        return value if isinstance(instead, Undefined) else bounded(instead)
    if isinstance(value, Missing):
        return value
    for argument in entry.args:
        given = _found(argument.value, context)
        if isinstance(given, Missing):
            return given
    return bounded(entry.evaluate(value, context))


def _is_noted(value: object, context: RenderContext) -> bool:
    missing = isinstance(value, Undefined)
    if isinstance(value, Undefined) and isinstance(context, Context):
        context.missing[value.name] = None
    return missing


AnyValue = TypeVar("AnyValue", bound=Value)


def _as(kind: type[AnyValue], expression: Expression) -> AnyValue:
    if isinstance(expression, FilteredExpression):
        return kind(expression.token, expression.left, expression.filters)
    return kind(expression.token, expression)


class _Output(Output):
    def parse(self, stream: TokenStream) -> OutputNode:
        node = super().parse(stream)
        node.expression = _as(Printed, node.expression)
        return node


class _Assign(AssignTag):
    def parse(self, stream: TokenStream) -> AssignNode:
        node = super().parse(stream)
        node.expression = _as(Value, node.expression)
        return node


class _For(ForTag):
    def parse(self, stream: TokenStream) -> Node:
        node = super().parse(stream)
        if isinstance(node, ForNode):
            loop = node.expression
            loop.iterable = _as(LoopedIfAny if node.default else Looped, loop.iterable)
        return node


class _Sandbox(Environment):
    block_nesting_limit = 10
    loop_iteration_limit = 1_000
    local_namespace_limit = 200_000  # octets

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for tag in (_Output, _Assign, _For):
            self.add_tag(tag)
        self.tags = {name: self.tags[name] for name in _TAGS}
        self.add_filter("money", money)


SANDBOX: Final = _Sandbox()
