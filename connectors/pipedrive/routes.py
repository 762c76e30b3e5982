"""Where the connector meets the service: its routes, what it hears, and its jobs. While it is off there are none."""

from collections.abc import Sequence
from typing import Final

from flask import Flask

from connectors.pipedrive import forgetting, pages
from connectors.pipedrive.automations import jobs as automation_jobs
from connectors.pipedrive.automations import routes as automations
from connectors.pipedrive.automations import webhook_routes as webhooks
from connectors.pipedrive.blueprint import PREFIX
from connectors.pipedrive.campaigns import gathering
from connectors.pipedrive.campaigns import routes as campaigns
from connectors.pipedrive.company import routes as company_settings
from connectors.pipedrive.contacts import routes as persons
from connectors.pipedrive.context import CALLBACK, make_context, put_context
from connectors.pipedrive.installation import routes as install
from connectors.pipedrive.messages import routes as messages
from connectors.pipedrive.messages import templates as message_templates
from connectors.pipedrive.platform import keeping
from connectors.pipedrive.settings import read_pipedrive_settings
from connectors.pipedrive.write_back import jobs as write_back
from connectors.service import Service
from connectors.shared.messages.dispatcher import Job

PATIENCE_SECONDS: Final = 2.5
"""How long a page's request waits where Pipedrive asks it to: a window of calls is two seconds."""
_VIEWS = (
    *(install, pages, company_settings, persons, messages, message_templates, campaigns),
    *(automations, webhooks),
)
_WORK = (keeping, gathering, write_back, automation_jobs, forgetting)


def register(app: Flask, service: Service) -> None:
    """Add the routes. Raises SettingsError where a setting cannot be read."""
    settings = read_pipedrive_settings()
    if settings is None:
        return
    put_context(app, make_context(service, settings, patience=PATIENCE_SECONDS))
    for module in _VIEWS:
        app.register_blueprint(module.blueprint)


def waiting_paths() -> tuple[str, ...]:
    """Return where requests wait for Pipedrive. Raises SettingsError where a setting cannot be read."""
    return () if read_pipedrive_settings() is None else (PREFIX, CALLBACK)


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
