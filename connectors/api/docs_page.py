"""`/api/v1/docs`: a page to read the API and to try it. Everything on it comes from here, nothing from another host."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import NotFound

from connectors import __version__
from connectors.api.blueprint import PREFIX
from connectors.shared.access import Access, access

_STATIC: Final = Path(__file__).parent / "static"
# Laid there by `make install`: frontend/files.toml.
_SWAGGER_UI: Final = _STATIC / "third_party" / "swagger-ui-dist"
# Not guessed from the name: what that gives depends on the machine.
_STYLE, _SCRIPT, _PICTURE = "text/css", "text/javascript", "image/svg+xml"
_PARTS: Final = {
    "docs.css": (_STATIC / "docs.css", _STYLE),
    "docs.js": (_STATIC / "docs.js", _SCRIPT),
    "operations.css": (_STATIC / "operations.css", _STYLE),
    "icon.svg": (_STATIC / "icon.svg", _PICTURE),
    "swagger-ui.css": (_SWAGGER_UI / "swagger-ui.css", _STYLE),
    "swagger-ui-bundle.js": (_SWAGGER_UI / "swagger-ui-bundle.js", _SCRIPT),
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_ASK_EACH_TIME: Final = "no-cache"

blueprint = Blueprint("docs", __name__, url_prefix=f"{PREFIX}/docs", template_folder="pages")


@blueprint.get("", provide_automatic_options=False)
@access(Access.PUBLIC)
def page() -> Response:
    """Return the page; where what it needs from npm was never fetched, it says so and where the API is described."""
    complete = all(path.is_file() for path, _ in _PARTS.values())
    words = render_template(
        "docs.html",
        complete=complete,
        version=__version__,
        document=f"{PREFIX}/openapi.json",
        account=f"{PREFIX}/account",
        part=_address,
    )
    response = Response(words)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = _ASK_EACH_TIME
    return response


@blueprint.get("/<name>", provide_automatic_options=False)
@access(Access.PUBLIC)
def part(name: str) -> Response:
    """Return a script, a style or a picture of the page. Raises NotFound."""
    path, kind = _PARTS.get(name, (None, ""))
    if path is None or not path.is_file():
        raise NotFound("The page has no such part.")
    response = Response(path.read_bytes(), mimetype=kind)
    response.set_etag(_fingerprint(path))
    response.make_conditional(request)
    current = request.args.get("v") == _fingerprint(path)
    response.headers["Cache-Control"] = _FOR_GOOD if current else _ASK_EACH_TIME
    return response


def _address(name: str) -> str:
    """Return the URL of a part: another one whenever its content is another."""
    return url_for("docs.part", name=name, v=_fingerprint(_PARTS[name][0]))


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
