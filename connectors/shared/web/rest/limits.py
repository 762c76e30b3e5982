"""How many requests a second a key may make, told with every answer to it.

Told twice: as most clients read it, and as the newest draft has it
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/).
"""

from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, current_app, g
from werkzeug.exceptions import TooManyRequests

from connectors.shared.limits import Limiter, Turn, limiter_for

_EXTENSION: Final = "connectors-api-limits"
_POLICY: Final = '"default"'

HEADERS: Final[dict[str, dict[str, Any]]] = {
    "RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Requests a second that this key may make."},
    "RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "How many more it may make now."},
    "RateLimit-Reset": {"schema": {"type": "integer"}, "description": "Seconds until it may make all of them again."},
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": 'The same limit as `"default";q=100;w=1`.'},
    "RateLimit": {"schema": {"type": "string"}, "description": 'What is left of it as `"default";r=99;t=1`.'},
}


class KeyLimits:
    """The limit of each key; `limiter` is None where there is none."""

    def __init__(self, rate: int, data_dir: Path, queue_url: str | None) -> None:
        self.rate = rate
        self.limiter: Limiter | None = limiter_for(rate, data_dir, queue_url)


def put_limits(app: Flask, rate: int, data_dir: Path, queue_url: str | None) -> None:
    """Put the limits beside the app: requests a second of each key, counted in the data folder or in Redis."""
    app.extensions[_EXTENSION] = KeyLimits(rate, data_dir, queue_url)


def count_request() -> None:
    """Count a request of the key that came with it. Raises TooManyRequests (429 with Retry-After)."""
    limits = _limits()
    key_id: int | None = g.get("key_id")
    if limits.limiter is None or key_id is None:
        return
    turn = g.turn = limits.limiter.take(key_id)
    if not turn.allowed:
        words = (
            f"This API key may make {limits.rate} requests a second, and made more. "
            f"Wait {_seconds(turn.wait_seconds)}, then go on more slowly."
        )
        raise TooManyRequests(words, retry_after=turn.wait_seconds)


def tell_limit(response: Response) -> Response:
    """Say in the answer what is left of the limit."""
    turn: Turn | None = g.get("turn")
    if turn is not None:
        rate = _limits().rate
        headers = response.headers
        headers["RateLimit-Limit"] = str(rate)
        headers["RateLimit-Remaining"] = str(turn.remaining)
        headers["RateLimit-Reset"] = str(turn.full_in_seconds)
        headers["RateLimit-Policy"] = f"{_POLICY};q={rate};w=1"
        headers["RateLimit"] = f"{_POLICY};r={turn.remaining};t={turn.full_in_seconds}"
    return response


def _seconds(count: int) -> str:
    return "a second" if count == 1 else f"{count} seconds"


def _limits() -> KeyLimits:
    found: KeyLimits = current_app.extensions[_EXTENSION]
    return found
