"""create_sandbox(): a stand-in of the outside world as one Flask app."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from connectors.sandbox import clevertap, control, message_central, page
from connectors.sandbox.answers import json_answer
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.pipedrive import api_v1, api_v2, host, levers, oauth
from connectors.sandbox.state import EXTENSION, Sandbox


def create_sandbox(options: SandboxOptions | None = None) -> Flask:
    """Return the app; its books are the Sandbox in `app.extensions["sandbox"]`."""
    app = Flask(__name__, static_folder=None)
    app.extensions[EXTENSION] = Sandbox(options or SandboxOptions())
    for module in (message_central, clevertap, control, page, oauth, api_v1, api_v2, host, levers):
        app.register_blueprint(module.blueprint)
    app.register_error_handler(HTTPException, _refuse)
    return app


def _refuse(problem: HTTPException) -> Response:
    status = problem.code or 500
    return json_answer({"status": status, "error": problem.name}, status)
