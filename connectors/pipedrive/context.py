"""What the connector's views and jobs work with: put beside the app once, found again in each request."""

from dataclasses import dataclass, field
from typing import Final

from flask import Flask, current_app

from connectors.pipedrive.crowds import Crowds
from connectors.pipedrive.platform.client import Pipedrive
from connectors.pipedrive.platform.grants import Grants
from connectors.pipedrive.platform.memory import Memory
from connectors.pipedrive.platform.oauth import OAuth
from connectors.pipedrive.settings import PipedriveSettings
from connectors.pipedrive.viewer import Viewers
from connectors.service import Service
from connectors.shared.web.cursors import Cursors

_EXTENSION: Final = "connectors-pipedrive"
CALLBACK: Final = "/pipedrive/callback"


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of the connector; one for an app, one for the dispatcher."""

    service: Service
    settings: PipedriveSettings
    oauth: OAuth
    grants: Grants
    pipedrive: Pipedrive
    viewers: Viewers
    cursors: Cursors
    crowds: Crowds
    memory: Memory = field(default_factory=Memory)


def make_context(service: Service, settings: PipedriveSettings, *, patience: float = 0.0) -> Context:
    """Put the parts together; `patience`: the seconds that a read waits where Pipedrive asks for it."""
    oauth = OAuth(settings, service.settings.public_url + CALLBACK)
    grants = Grants(service.database, service.secrets, oauth)
    return Context(
        service=service,
        settings=settings,
        oauth=oauth,
        grants=grants,
        pipedrive=Pipedrive(grants, settings.api_hosts, patience),
        viewers=Viewers(settings.jwt_secrets),
        cursors=Cursors(service.secrets),
        crowds=Crowds(service.settings.web_waiting_threads),
    )


def put_context(app: Flask, made: Context) -> None:
    """Have the views of an app find it."""
    app.extensions[_EXTENSION] = made


def context() -> Context:
    """Return the parts of the app that answers this request."""
    found: Context = current_app.extensions[_EXTENSION]
    return found
