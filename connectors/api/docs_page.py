"""`/api/v1/docs`: a page to read the API and to try it. Everything on it comes from here, nothing from another host."""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for

from connectors import __version__
from connectors.shared.access import Access, access
from connectors.shared.web.rest.blueprint import PREFIX
from connectors.shared.web.static_files import ASK_EACH_TIME, StaticFiles

_STATIC: Final = Path(__file__).parent / "static"
# Laid there by `make install`: frontend/files.toml.
_SWAGGER_UI: Final = _STATIC / "third_party" / "swagger-ui-dist"
_PARTS: Final = {
    "docs.css": _STATIC / "docs.css",
    "docs.js": _STATIC / "docs.js",
    "operations.css": _STATIC / "operations.css",
    "icon.svg": _STATIC / "icon.svg",
    "swagger-ui.css": _SWAGGER_UI / "swagger-ui.css",
    "swagger-ui-bundle.js": _SWAGGER_UI / "swagger-ui-bundle.js",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_files: Final = StaticFiles(_PARTS)

blueprint = Blueprint("docs", __name__, url_prefix=f"{PREFIX}/docs", template_folder="pages")


@blueprint.get("", provide_automatic_options=False)
@access(Access.PUBLIC)
def page() -> Response:
    """Return the page; where what it needs from npm was never fetched, it says so and where the API is described."""
    words = render_template(
        "docs.html",
        complete=_files.complete(),
        version=__version__,
        document=f"{PREFIX}/openapi.json",
        account=f"{PREFIX}/account",
        part=_address,
    )
    response = Response(words)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = ASK_EACH_TIME
    return response


@blueprint.get("/<name>", provide_automatic_options=False)
@access(Access.PUBLIC)
def part(name: str) -> Response:
    """Return a script, a style or a picture of the page. Raises NotFound."""
    known = name in _PARTS and _PARTS[name].is_file()
    return _files.respond(name, current=known and request.args.get("v") == _files.fingerprint(name))


def _address(name: str) -> str:
    """Return the URL of a part: another one whenever its content is another."""
    return url_for("docs.part", name=name, v=_files.fingerprint(name))
