"""Where this connector's pages of words are, and where they lead back to."""

from typing import Final
from urllib.parse import urlsplit

from flask import Response

from connectors.pipedrive.context import context
from connectors.shared.web import notices
from connectors.shared.web.notices import Notice

PATH: Final = "/pipedrive"
_APP_NAME: Final = "Message Central for Pipedrive"


def root() -> str:
    """Return the path below which everything of this connector is, as browsers see it."""
    return urlsplit(context().service.settings.public_url).path.rstrip("/") + PATH


def respond(notice: Notice) -> Response:
    """Return the page."""
    # Whatever is asked for there, the file has one name.
    style = f"{root()}/static/notice/notice.css"
    return notices.respond(notice, app_name=_APP_NAME, style=style, start=f"{root()}/install")
