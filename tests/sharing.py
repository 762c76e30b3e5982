"""What all tests of a run share and each would otherwise make anew: nearly half of what tests of the API took."""

from typing import Any

from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from connectors.shared.database import Database

STATEMENTS = 5_000


def compile_statements_once() -> None:
    """Have a statement be compiled once in a run, and not once in each test, whose engine is a new one.

    The key of a compiled statement holds the dialect (`ClauseElement._compile_w_cache` of SQLAlchemy), so dialects of
    one kind have to be equal; there is one server of each kind here.
    """
    compiled: LRUCache[Any, Any] = LRUCache(STATEMENTS)
    open_it = Database.__init__

    def open_sharing(database: Database, url: str) -> None:
        open_it(database, url)
        database.engine._compiled_cache = database._reader._compiled_cache = compiled

    setattr(Database, "__init__", open_sharing)  # noqa: B010
    setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))  # noqa: B010 - for the type checker
    setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)))  # noqa: B010


def compile_url_builders_when_asked() -> None:
    """Have Werkzeug compile what builds URLs once one is built (`Rule.compile`): of thousands of apps few build any."""
    compile_builder = Rule._compile_builder

    def lazily(rule: Rule, append_unknown: bool = True) -> Any:
        def build(own: Rule, /, **values: Any) -> Any:
            return compile_builder(rule, append_unknown)(own, **values)

        return build

    setattr(Rule, "_compile_builder", lazily)  # noqa: B010
