"""create_app(): the web side of the service. The way of a message starts in a connector's `routes.py`."""

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from connectors.installed import INSTALLED, listen
from connectors.service import Service
from connectors.settings import Settings, read_settings
from connectors.shared.errors import StoreUnavailable
from connectors.shared.problems import http_problem, problem

RETRY_SECONDS = 5

log = structlog.get_logger()


def create_app(settings: Settings | None = None) -> Flask:
    """Build the Flask app from settings, or from the environment."""
    return app_for(Service(settings or read_settings()))


def app_for(service: Service) -> Flask:
    """Build the Flask app of a service."""
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    # Answers are read by people, too: in the order of their schemas, the id first.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's own provider
    listen(service)
    for connector in INSTALLED:
        connector.register(app, service)
    for built in service.built.values():
        built.register(app)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(StoreUnavailable, _store_problem)
    app.register_error_handler(Exception, _fault)
    app.after_request(_protect)
    hops = service.settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _store_problem(_error: StoreUnavailable) -> Response:
    words = "The service cannot keep anything at the moment. Try again in a few seconds."
    return problem(503, words, retry_after=RETRY_SECONDS)


def _fault(_error: Exception) -> Response:
    """A fault of ours: Flask's own log would print the exception's words, and those may hold a number or a text."""
    log.exception("request_failed")
    return problem(500, "The service had an error of its own. It has been logged.")


def _protect(response: Response) -> Response:
    # Pages that a tool frames set their own policy; everything else is framed by nobody and sniffed by nobody.
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    return response
