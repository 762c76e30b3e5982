"""A page of words for a person whose installation ended here, with what to do next."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import Response, render_template

from connectors.pipedrive.context import context

PATH: Final = "/pipedrive"
_POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, and what to do; the page leads back to the start."""

    status: int
    title: str
    words: str
    action: str = "Start again"
    retry_after: int | None = None


def root() -> str:
    """Return the path below which everything of this connector is, as browsers see it."""
    return urlsplit(context().service.settings.public_url).path.rstrip("/") + PATH


def respond(notice: Notice) -> Response:
    """Return the page."""
    start = f"{root()}/install"
    # Whatever is asked for there, the file has one name.
    style = f"{root()}/static/notice/notice.css"
    response = Response(render_template("notice.html", notice=notice, start=start, style=style), notice.status)
    response.headers["Content-Security-Policy"] = _POLICY
    if notice.retry_after is not None:
        response.headers["Retry-After"] = str(notice.retry_after)
    return private(response)


def private(response: Response) -> Response:
    """Keep what a callback's address and answer hold from other sites and from caches."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
