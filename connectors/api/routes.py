"""The routes of the REST API and of the operator's probes."""

from flask import Flask

from connectors.api import account, messages, probes
from connectors.api.context import put_context
from connectors.api.document import ApiDocument
from connectors.service import Service


def register(app: Flask, service: Service) -> None:
    """Add the routes to the app."""
    put_context(app, service)
    document = ApiDocument(app)
    for module in (messages, account):
        document.register_blueprint(module.blueprint)
    probes.register(app, service)
