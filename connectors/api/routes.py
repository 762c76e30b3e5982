"""The routes of the REST API and of the operator's probes."""

from flask import Flask

from connectors.api import (
    account,
    campaigns,
    docs_page,
    messages,
    opt_outs,
    probes,
    segments,
    templates,
    verifications,
    webhooks,
)
from connectors.api.context import put_context
from connectors.api.document import ApiDocument
from connectors.api.limits import put_limits
from connectors.service import Service


def register(app: Flask, service: Service) -> None:
    """Add the routes to the app."""
    put_context(app, service)
    put_limits(app, service.settings)
    document = ApiDocument(app)
    for module in (messages, campaigns, opt_outs, account, webhooks, templates, segments, verifications):
        document.register_blueprint(module.blueprint)
    app.register_blueprint(docs_page.blueprint)
    probes.register(app, service)
