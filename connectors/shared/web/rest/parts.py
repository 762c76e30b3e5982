"""What the resources of the REST API have in common: put beside the app once, found again in each request."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app
from flask_smorest import Api

from connectors.shared.database import Database
from connectors.shared.secrets import SecretBox
from connectors.shared.web.cursors import Cursors
from connectors.shared.web.rest.key_holders import KeyHolders

_EXTENSION: Final = "connectors-rest"


@dataclass(frozen=True, slots=True)
class RestParts:
    """The parts of an app's REST API; `document` describes it, and has what is registered with it served."""

    key_holders: KeyHolders
    cursors: Cursors
    document: Api


def put_rest(app: Flask, database: Database, secrets: SecretBox, document: Api) -> None:
    """Have the resources of an app find what they work with."""
    app.extensions[_EXTENSION] = RestParts(KeyHolders(database), Cursors(secrets), document)


def add_resource(app: Flask, blueprint: Any) -> None:
    """Serve and document a resource; the API itself has been registered before (`installed.py` tells the order)."""
    found: RestParts = app.extensions[_EXTENSION]
    found.document.register_blueprint(blueprint)


def parts() -> RestParts:
    """Return the parts of the app that answers this request."""
    found: RestParts = current_app.extensions[_EXTENSION]
    return found
