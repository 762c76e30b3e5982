"""A page of words for a person whose installation ended here, with what to do next. It calls nobody else's server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Response, render_template

TEMPLATES: Final = str(Path(__file__).parent)
"""The `template_folder` of a blueprint that answers so."""
STYLE: Final = Path(__file__).parent / "notice.css"
_POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, and what to do. The link leads back to the start, where `href` says nothing else."""

    status: int
    title: str
    words: str
    action: str = "Start again"
    retry_after: int | None = None
    href: str | None = None
    command: str | None = None
    """What whoever runs the service enters at a terminal."""


def respond(notice: Notice, *, app_name: str, style: str, start: str | None) -> Response:
    """Return the page; `style` is where its style sheet is served, `start` where one begins anew: None has no link."""
    page = render_template("notice.html", notice=notice, app_name=app_name, href=notice.href or start, style=style)
    response = Response(page, notice.status)
    response.headers["Content-Security-Policy"] = _POLICY
    if notice.retry_after is not None:
        response.headers["Retry-After"] = str(notice.retry_after)
    return private(response)


def private(response: Response) -> Response:
    """Keep what a callback's address and answer hold from other sites and from caches."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def redirect(url: str) -> Response:
    """Send the browser on, with nothing of this address."""
    response = Response(status=302)
    response.headers["Location"] = url
    return private(response)
