"""`/pipedrive/settings`, `/panel`, `/campaign`, `/report`: light pages for Pipedrive's iframes.

They hold nobody's data. A script of theirs has the SDK initialize at once, as Pipedrive shows no page that has not done
so within ten seconds, and others ask `/pipedrive/api` afterwards (https://pipedrive.readme.io/docs/custom-ui-extensions).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for

from connectors.pipedrive.context import context
from connectors.pipedrive.errors import NotAllowed
from connectors.pipedrive.viewer import NotSigned
from connectors.shared.access import Access, access
from connectors.shared.web.notices import STYLE
from connectors.shared.web.static_files import KINDS, StaticFiles

_STATIC: Final = Path(__file__).parent / "static"
_FILES: Final = {path.name: path for path in sorted(_STATIC.iterdir()) if path.suffix in KINDS} | {
    "notice.css": STYLE,
    # Laid there by `make install`: frontend/files.toml.
    "sdk.umd.js": _STATIC / "third_party" / "@pipedrive" / "app-extensions-sdk" / "dist" / "index.umd.js",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors "
)
_THEMES: Final = ("light", "dark")
_files: Final = StaticFiles(_FILES)


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the size, in pixels, that it asks Pipedrive for; a panel's width is Pipedrive's."""

    title: str
    height: int
    width: int | None = None


_PAGES: Final = {
    "settings": Page("Message Central settings", height=750),
    "panel": Page("Send an SMS", height=560),
    "campaign": Page("SMS campaign", height=600, width=700),
    "report": Page("Campaign report", height=600, width=700),
}

blueprint = Blueprint("pipedrive-pages", __name__, url_prefix="/pipedrive", template_folder="templates")


@blueprint.get("/<any(settings, panel, campaign, report):name>", provide_automatic_options=False)
@access(Access.SIGNED_TOKEN)
def page(name: str) -> Response:
    """Return a page; where the token is none of Pipedrive's for this app, one that says so in words."""
    try:
        _check_viewer()
    except NotSigned as refusal:
        return _shell(name, 401, str(refusal))
    except NotAllowed as refusal:
        return _shell(name, 403, str(refusal))
    return _shell(name, 200)


@blueprint.get("/static/<version>/<name>", provide_automatic_options=False)
@access(Access.PUBLIC)
def part(version: str, name: str) -> Response:
    """Return a script or a style: modules name each other, so all of them are in a folder of their version."""
    return _files.respond(name, current=version == _files.version())


def _check_viewer() -> None:
    """Raises NotSigned, and NotAllowed where the query names somebody else than the token does."""
    given = request.args
    viewer = context().viewers.read(given.get("token"))
    for name, signed in (("userId", viewer.user_id), ("companyId", viewer.company_id)):
        if any(value != str(signed) for value in given.getlist(name) if value):
            raise NotAllowed("This page was opened for somebody else. Close it and open it again in Pipedrive.")


def _shell(name: str, status: int, refusal: str | None = None) -> Response:
    theme = request.args.get("theme")
    words = render_template(
        "refused.html" if refusal else f"{name}.html",
        name=name,
        page=_PAGES[name],
        theme=theme if theme in _THEMES else _THEMES[0],
        # Without one the SDK does not start, and Pipedrive would show nothing at all.
        identifier=request.args.get("id") or "message-central",
        refusal=refusal,
        complete=_files.complete(),
        part=_address,
    )
    response = Response(words, status)
    response.headers["Content-Security-Policy"] = _POLICY + " ".join(context().settings.frame_ancestors)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(name: str) -> str:
    return url_for(".part", version=_files.version(), name=name)
