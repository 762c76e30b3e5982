"""Where the connector meets the service: its routes, what it hears, and its jobs.

A message's way: `webhooks/routes.py` keeps the event, `webhooks/working.py` works it off, `automations/planning.py`
plans a step, and when that is due `automations/source.py` says who is meant.
"""

from collections.abc import Sequence
from typing import Final

from flask import Flask

from connectors.service import Service
from connectors.shared.messages.dispatcher import Job
from connectors.shared.web.rest.parts import add_resource
from connectors.shopify import forgetting
from connectors.shopify.automations import jobs as automations
from connectors.shopify.automations import routes as automation_routes
from connectors.shopify.context import CALLBACK, INSTALL, make_context, put_context
from connectors.shopify.installation import routes as install
from connectors.shopify.installation import subscribing, telling
from connectors.shopify.settings import read_shopify_settings
from connectors.shopify.webhooks import event_routes, routes, working

_VIEWS: Final = (install, routes)
_RESOURCES: Final = (automation_routes, event_routes)
_WORK: Final = (working, automations, subscribing, telling, forgetting)


def register(app: Flask, service: Service) -> None:
    """Add the routes. Raises SettingsError where a setting cannot be read."""
    put_context(app, make_context(service, read_shopify_settings()))
    for module in _VIEWS:
        app.register_blueprint(module.blueprint)
    for resource in _RESOURCES:
        add_resource(app, resource.blueprint)


def waiting_paths() -> tuple[str, ...]:
    """Return where requests wait for Shopify."""
    return (INSTALL, CALLBACK) if read_shopify_settings().has_app else ()


def listen(service: Service) -> None:
    """Have what is kept of people forgotten with their numbers."""
    forgetting.listen(service)


def jobs(service: Service) -> Sequence[Job]:
    """Return what the dispatcher's process does for it. Raises SettingsError where a setting cannot be read."""
    parts = make_context(service, read_shopify_settings())
    return [job for module in _WORK for job in module.jobs(parts)]
