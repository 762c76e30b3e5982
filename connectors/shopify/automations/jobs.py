"""The job that looks at a shop's steps when they are due."""

from collections.abc import Sequence
from typing import Final

from connectors.shared.automations.running import Runner
from connectors.shared.messages.dispatcher import Job
from connectors.shopify.automations.source import ShopifySource
from connectors.shopify.context import Context

LOOK_SECONDS: Final = 0.25


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    service = parts.service
    runner = Runner(
        service.database,
        service.acceptor,
        service.secrets,
        service.settings.promotional_hours,
        ShopifySource(service.database, service.secrets, parts.admin),
        validity_ms=service.settings.validity_ms,
    )
    return [Job("shopify-automations", LOOK_SECONDS, runner.run, runner.close, parts.due)]
