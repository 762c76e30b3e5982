"""The routes of the REST API and of the operator's probes."""

from flask import Flask

from connectors.api import (
    account,
    campaigns,
    docs_page,
    incoming,
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
from connectors.service import Service
from connectors.shared.web.rest.limits import put_limits
from connectors.shared.web.rest.parts import put_rest


def register(app: Flask, service: Service) -> None:
    """Add the routes to the app."""
    put_context(app, service)
    settings = service.settings
    put_limits(app, settings.api_rate, settings.data_dir, settings.queue_url)
    document = ApiDocument(app)
    put_rest(app, service.database, service.secrets, document)
    for module in (messages, campaigns, incoming, opt_outs, account, webhooks, templates, segments, verifications):
        document.register_blueprint(module.blueprint)
    app.register_blueprint(docs_page.blueprint)
    probes.register(app, service)
