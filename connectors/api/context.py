"""What the API's views work with: put beside the app once, found again in each request."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from connectors.service import Service

_EXTENSION: Final = "connectors-api"


@dataclass(frozen=True, slots=True)
class Context:
    """The parts behind the views; one for an app."""

    service: Service


def put_context(app: Flask, service: Service) -> None:
    """Make the parts for an app."""
    app.extensions[_EXTENSION] = Context(service)


def context() -> Context:
    """Return the parts of the app that answers this request."""
    found: Context = current_app.extensions[_EXTENSION]
    return found
