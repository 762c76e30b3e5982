"""A parsed template, made ready: its variables bound to columns, and which of them it needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liquid import Node, RenderContext
from liquid.builtin.expressions import Path
from liquid.builtin.expressions.logical import (
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import FloatLiteral, IntegerLiteral, RangeLiteral
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.expression import Expression

from connectors.shared.templates.sandbox import SANDBOX, Value
from connectors.shared.templates.values import bounded
from connectors.shared.templates.variables import Columns

_COMPARISONS = (EqExpression, NeExpression, LtExpression, LeExpression, GtExpression, GeExpression)
_LOOP_HELPER = "forloop"


@dataclass(frozen=True, slots=True)
class Variables:
    """Names of variables, each once, in order of appearance.

    `roots` are the values looked up and `paths` what is wanted of them; `needed` is what may have to be printed, and
    `always` what has to be in any case.
    """

    roots: tuple[str, ...]
    paths: tuple[str, ...]
    needed: tuple[str, ...]
    always: tuple[str, ...]


class _Number(Path):
    """A variable that is compared to a number: cells of a sheet are texts."""

    def evaluate(self, context: RenderContext) -> object:
        value = super().evaluate(context)
        if not isinstance(value, str):
            return value
        try:
            return float(value.replace(",", ""))
        except ValueError:
            return value


def bind(nodes: Iterable[Node], static: RenderContext, columns: Columns) -> Variables:
    """Bind a template's variables to columns, in place, and tell which they are."""
    walked = list(_walk(nodes, static, conditional=False))
    own = {_LOOP_HELPER} | {str(name) for node, _ in walked for name in (*node.template_scope(), *node.block_scope())}
    roots: dict[str, None] = {}
    paths: dict[str, None] = {}
    needed: dict[str, None] = {}
    always: dict[str, None] = {}
    for node, conditional in walked:
        for expression in _expressions(node.expressions()):
            _compare_numbers(expression)
            if isinstance(expression, Path) and expression.head() not in own:
                roots[_bind(expression, columns)] = None
                paths[str(expression)] = None
        for expression in _expressions(node.expressions()):
            _check_filters(expression)
            _check_range(expression)
            for name in _needed(expression, own):
                needed[name] = None
                if not conditional:
                    always[name] = None
    return Variables(tuple(roots), tuple(paths), tuple(needed), tuple(always))


def _walk(nodes: Iterable[Node], static: RenderContext, *, conditional: bool) -> Iterator[tuple[Node, bool]]:
    for node in nodes:
        # What is assigned may never be printed.
        yield node, conditional or isinstance(node, AssignNode)
        yield from _walk(node.children(static), static, conditional=True)


def _expressions(found: Iterable[Expression]) -> Iterator[Expression]:
    for expression in found:
        yield expression
        yield from _expressions(expression.children())


def _check_filters(expression: Expression) -> None:
    """Raises the library's own error for a filter that there is not, which would otherwise wait for the first row."""
    for entry in (expression.filters or ()) if isinstance(expression, Value) else ():
        entry.validate_filter_arguments(SANDBOX)


def _check_range(expression: Expression) -> None:
    """Raises TemplateUnreadable for a range in figures that is too long for any rendering."""
    found = expression.left if isinstance(expression, Value) else None
    if isinstance(found, RangeLiteral):
        start, stop = found.start, found.stop
        if isinstance(start, IntegerLiteral) and isinstance(stop, IntegerLiteral):
            bounded(range(start.value, stop.value + 1))


def _compare_numbers(expression: Expression) -> None:
    if isinstance(expression, _COMPARISONS):
        if isinstance(expression.right, IntegerLiteral | FloatLiteral):
            expression.left = _as_number(expression.left)
        if isinstance(expression.left, IntegerLiteral | FloatLiteral):
            expression.right = _as_number(expression.right)


def _as_number(expression: Expression) -> Expression:
    return _Number(expression.token, expression.path) if isinstance(expression, Path) else expression


def _bind(path: Path, columns: Columns) -> str:
    """Return the name of the value that a path begins with, bound to the column it means where there is one."""
    column = columns.find(str(path))
    if column is not None:
        path.path = [column]
        return column
    head = str(path.head())
    column = columns.find(head)
    if column is not None:
        path.path = [column, *path.path[1:]]
    return column or head


def _needed(expression: Expression, own: set[str]) -> Iterator[str]:
    if not isinstance(expression, Value) or expression.optional:
        return
    arguments = [argument.value for entry in expression.filters or () for argument in entry.args]
    for operand in (expression.left, *arguments):
        if isinstance(operand, Path) and operand.head() not in own:
            yield str(operand)
