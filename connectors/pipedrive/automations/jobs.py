"""What the dispatcher's process does for automations: webhooks kept up, events worked off, steps looked at when due."""

from collections.abc import Sequence
from typing import Final

from connectors.pipedrive.automations.source import PipedriveSource
from connectors.pipedrive.automations.subscribing import Subscriber
from connectors.pipedrive.automations.working import Worker
from connectors.pipedrive.context import Context
from connectors.shared.automations.running import Runner
from connectors.shared.messages.dispatcher import Job

WEBHOOKS_SECONDS: Final = 2.0
EVENTS_SECONDS: Final = 0.25
STEPS_SECONDS: Final = 0.25


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    subscriber, worker, runner = Subscriber(parts), Worker(parts.service.database), make_runner(parts)
    return [
        Job("pipedrive-webhooks", WEBHOOKS_SECONDS, subscriber.look, subscriber.close),
        Job("pipedrive-events", EVENTS_SECONDS, worker.run, worker.close),
        Job("pipedrive-automations", STEPS_SECONDS, runner.run, runner.close),
    ]


def make_runner(parts: Context) -> Runner:
    """Return what texts whom steps are about."""
    service, source = parts.service, PipedriveSource(parts)
    return Runner(
        service.database,
        service.acceptor,
        service.secrets,
        service.settings.promotional_hours,
        source,
        validity_ms=service.settings.validity_ms,
        on_sent=source.sent,
    )
