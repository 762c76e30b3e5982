"""`Idempotency-Key` in the REST API: within an account and a path a key means one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from connectors.api.context import context
from connectors.shared.idempotency.store import LONGEST_REQUEST_MS
from connectors.shared.web import idempotent as shared
from connectors.shared.web.idempotent import HEADER, LONGEST_KEY, REPLAYED, Once, answer
from connectors.shared.web.rest.authentication import caller

__all__ = ["CREATED_HEADERS", "KEY_PARAMETER", "Once", "answer", "idempotent"]

KEY_PARAMETER: Final[dict[str, Any]] = {
    "in": "header",
    "name": HEADER,
    "description": (
        "A text of your own for this request, such as a UUID. The same key with the same body is done once: what comes "
        "again within 24 hours gets the first answer. Only successes are kept, so a refused request may be corrected "
        "and sent with the same key."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
    "example": "5f0c1b9e-order-1042",
}
"""Goes into the `parameters` of a route."""

CREATED_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Location": {"description": "Where it is.", "schema": {"type": "string"}, "required": True},
    REPLAYED: {
        "description": "`true` where this is the first answer to the key once more.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
"""Goes into the `headers` of what a route creates."""


@contextmanager
def idempotent(longest_ms: int = LONGEST_REQUEST_MS) -> Iterator[Once]:
    """Claim the key of this request, if it has one (see `shared.web.idempotent`)."""
    service = context().service
    with shared.idempotent(service.database, service.secrets, caller(), shared.own_path(), longest_ms) as once:
        yield once
