"""create_sandbox(): a stand-in of the outside world as one Flask app."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from connectors.sandbox import clevertap, control, message_central, page
from connectors.sandbox.answers import json_answer
from connectors.sandbox.ogangi import api as ogangi_api
from connectors.sandbox.ogangi import levers as ogangi_levers
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.pipedrive import api_deals, api_v1, api_v2, api_webhooks, board, host, levers, oauth
from connectors.sandbox.shopify import admin_api, pages, shop_api
from connectors.sandbox.shopify import levers as shopify_levers
from connectors.sandbox.shopify import oauth as shopify_oauth
from connectors.sandbox.smsc import api_data, api_send
from connectors.sandbox.smsc import levers as smsc_levers
from connectors.sandbox.state import EXTENSION, Sandbox

_PIPEDRIVE = (oauth, api_v1, api_v2, api_deals, api_webhooks, host, board, levers)
_SHOPIFY = (shopify_oauth, admin_api, shop_api, pages, shopify_levers)
_SMSC = (api_send, api_data, smsc_levers)
_OGANGI = (ogangi_api, ogangi_levers)


def create_sandbox(options: SandboxOptions | None = None) -> Flask:
    """Return the app; its books are the Sandbox in `app.extensions["sandbox"]`."""
    app = Flask(__name__, static_folder=None)
    app.extensions[EXTENSION] = Sandbox(options or SandboxOptions())
    for module in (message_central, clevertap, control, page, *_PIPEDRIVE, *_SHOPIFY, *_SMSC, *_OGANGI):
        app.register_blueprint(module.blueprint)
    app.register_error_handler(HTTPException, _refuse)
    return app


def _refuse(problem: HTTPException) -> Response:
    status = problem.code or 500
    return json_answer({"status": status, "error": problem.name}, status)
