"""Where the connector meets the service: its routes, what it hears, and its jobs. While it is off there are none."""

from collections.abc import Sequence

from flask import Flask

from connectors.pipedrive import (
    campaigns,
    company_settings,
    forgetting,
    gathering,
    install,
    keeping,
    message_templates,
    messages,
    pages,
    persons,
    write_back,
)
from connectors.pipedrive.context import make_context, put_context
from connectors.pipedrive.settings import read_pipedrive_settings
from connectors.service import Service
from connectors.shared.messages.dispatcher import Job

_VIEWS = (install, pages, company_settings, persons, messages, message_templates, campaigns)
_WORK = (keeping, gathering, write_back, forgetting)


def register(app: Flask, service: Service) -> None:
    """Add the routes. Raises SettingsError where a setting cannot be read."""
    settings = read_pipedrive_settings()
    if settings is None:
        return
    put_context(app, make_context(service, settings))
    for module in _VIEWS:
        app.register_blueprint(module.blueprint)


def listen(service: Service) -> None:
    """Have what is kept of people forgotten with their messages and numbers, whether the app is on or off."""
    forgetting.listen(service)


def jobs(service: Service) -> Sequence[Job]:
    """Return what the dispatcher's process does for it. Raises SettingsError where a setting cannot be read."""
    settings = read_pipedrive_settings()
    if settings is None:
        return ()
    parts = make_context(service, settings)
    return [job for module in _WORK for job in module.jobs(parts)]
