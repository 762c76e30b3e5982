"""Scripts, styles and pictures of a page: kept by browsers for as long as they are the same."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from flask import Response, request
from werkzeug.exceptions import NotFound

# Not guessed from the name: what that gives depends on the machine.
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ASK_EACH_TIME: Final = "no-cache"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


class StaticFiles:
    """Files by the name they are asked for; nothing else is served. `files` may change while it is used."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def complete(self) -> bool:
        """Whether all of them are there: what comes from npm may never have been fetched."""
        return all(path.is_file() for path in self._files.values())

    def fingerprint(self, name: str) -> str:
        """Return another word whenever the content of a file is another."""
        return _fingerprint(self._files[name])

    def version(self) -> str:
        """Return another word whenever the content of any file is another."""
        names = sorted(name for name, path in self._files.items() if path.is_file())
        words = " ".join(f"{name} {self.fingerprint(name)}" for name in names)
        return hashlib.sha256(words.encode()).hexdigest()[:16]

    def respond(self, name: str, *, current: bool) -> Response:
        """Return a file; `current`: whether it was asked for by its fingerprint. Raises NotFound."""
        path = self._files.get(name)
        if path is None or not path.is_file():
            raise NotFound("The page has no such part.")
        response = Response(path.read_bytes(), mimetype=KINDS[path.suffix])
        response.set_etag(_fingerprint(path))
        response.make_conditional(request)
        response.headers["Cache-Control"] = _FOR_GOOD if current else ASK_EACH_TIME
        return response


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
