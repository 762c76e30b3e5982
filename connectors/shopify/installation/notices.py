"""The words of this connector's pages, where they are, and where they lead back to."""

from typing import Final
from urllib.parse import urlencode, urlsplit

import structlog
from flask import Response

from connectors.shared.errors import ConnectorsError, StoreUnavailable
from connectors.shared.web import notices
from connectors.shared.web.notices import Notice
from connectors.shared.web.oauth_states import BadState
from connectors.shopify.context import INSTALL, context
from connectors.shopify.errors import Disconnected, NotAllowed, RateLimited, Refused, ShopifyError
from connectors.shopify.installation.signature import BadSignature
from connectors.shopify.platform.scopes import missing
from connectors.shopify.shops import Shop

PATH: Final = "/shopify"
STYLE: Final = "notice.css"
RETRY_SECONDS: Final = 30
_APP_NAME: Final = "Message Central for Shopify"
_BACK: Final = "Back to the shop's admin"

log = structlog.get_logger()

NO_APP: Final = Notice(
    404,
    "There is no app to install here",
    "Whoever runs this service has set up no app of Shopify's. A shop is connected without one, by the webhooks of "
    "its own admin or by an app of its own:",
    command="connectors shopify connect --shop x.myshopify.com --signing-key-stdin",
)
NO_SHOP: Final = Notice(
    400,
    "Which shop is it?",
    "Open the app in your shop's admin, under Apps: Shopify then says which shop it is.",
)
NO_CODE: Final = Notice(
    400,
    "There is nothing to finish here",
    "This page ends an installation, and was opened without one. Open the app in your shop's admin, under Apps.",
)
NOT_INSTALLED: Final = Notice(
    403,
    "The app was not installed",
    "Shopify ended the installation, and nothing was kept. Start it again to install the app after all.",
)


def root() -> str:
    """Return the path below which everything of this connector is, as browsers see it."""
    return urlsplit(context().service.settings.public_url).path.rstrip("/") + PATH


def respond(notice: Notice, domain: str | None = None) -> Response:
    """Return the page; with a shop's domain it leads back to the start."""
    start = f"{root()}{INSTALL.removeprefix(PATH)}?{urlencode({'shop': domain})}" if domain else None
    return notices.respond(notice, app_name=_APP_NAME, style=f"{root()}/static/{STYLE}", start=start)


def connected(shop: Shop, admin_url: str, scope: str | None) -> Notice:
    """Return what is said once a shop is connected."""
    href = f"{admin_url}/admin"
    lacking = missing(scope)
    limited = f" It was not granted everything, and can do less: {', '.join(lacking)}." if lacking else ""
    if shop.account_id is None:
        words = f"{shop.domain} let the app in.{limited} It belongs to no account yet: whoever runs this service enters"
        command = f"connectors shopify connect --shop {shop.domain} --customer-id …"
        return Notice(200, "One step is left", words, _BACK, href=href, command=command)
    words = (
        f"{shop.domain} is connected.{limited} No buyer is texted yet: each kind of text is off until it is enabled. "
        "Whoever runs this service chooses them with"
    )
    command = f"connectors shopify setup --shop {shop.domain}"
    return Notice(200, "The shop is connected", words, _BACK, href=href, command=command)


def of_error(error: ConnectorsError) -> Notice:
    """Return what is said of an installation that failed."""
    if isinstance(error, BadState | BadSignature):
        return Notice(403, "Start the installation again", f"{error} Start it again, and stay in this browser.")
    if isinstance(error, Refused | Disconnected):
        words = "Shopify no longer takes the code of this installation: it is good for some minutes, and once."
        return Notice(400, "Start the installation again", words)
    if isinstance(error, NotAllowed):
        return Notice(403, "Shopify does not let you install the app", str(error))
    if isinstance(error, StoreUnavailable):
        words = "The app cannot keep anything at the moment, so it was not installed. Start again in a minute."
        return Notice(503, "Try again in a minute", words, retry_after=RETRY_SECONDS)
    if isinstance(error, ShopifyError):
        wait = max(RETRY_SECONDS, round(error.seconds)) if isinstance(error, RateLimited) else RETRY_SECONDS
        return Notice(503, "Try again in a minute", f"The app was not installed. {error}", retry_after=wait)
    return Notice(409, "The app was not installed", str(error))
