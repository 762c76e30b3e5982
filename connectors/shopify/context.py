"""What the connector's views and jobs work with: put beside the app once, found again in each request."""

import threading
from dataclasses import dataclass, field
from typing import Final

from flask import Flask, current_app

from connectors.service import Service
from connectors.shared.web.cursors import Cursors
from connectors.shopify.platform.admin import AdminApi
from connectors.shopify.platform.grants import Grants
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.webhooks.inbox import Inbox
from connectors.shopify.webhooks.verifying import Keyring

_EXTENSION: Final = "connectors-shopify"
CALLBACK: Final = "/shopify/callback"
INSTALL: Final = "/shopify/install"
WEBHOOKS: Final = "/shopify/webhooks"


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of the connector; one for an app, one for the dispatcher, one for a command."""

    service: Service
    settings: ShopifySettings
    grants: Grants
    admin: AdminApi
    inbox: Inbox
    keyring: Keyring
    cursors: Cursors
    due: threading.Event = field(default_factory=threading.Event)
    """Set where a text waits now that is due already: whoever works events off tells whoever looks at steps."""


def make_context(service: Service, settings: ShopifySettings) -> Context:
    """Put the parts together."""
    grants = Grants(service.database, service.secrets, settings)
    return Context(
        service=service,
        settings=settings,
        grants=grants,
        admin=AdminApi(service.database, grants, settings),
        inbox=Inbox(service.database, service.secrets, settings),
        keyring=Keyring(service.database, service.secrets, settings),
        cursors=Cursors(service.secrets),
    )


def put_context(app: Flask, made: Context) -> None:
    """Have the views of an app find it."""
    app.extensions[_EXTENSION] = made


def context() -> Context:
    """Return the parts of the app that answers this request."""
    found: Context = current_app.extensions[_EXTENSION]
    return found
