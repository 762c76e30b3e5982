"""The connectors of this installation: one line each."""

import connectors.shared.automations.tables
import connectors.shared.campaigns.tables
import connectors.shared.gateways.call_tables
import connectors.shared.idempotency.tables
import connectors.shared.incoming.tables
import connectors.shared.opt_outs.tables
import connectors.shared.routes.tables
import connectors.shared.templates.tables
import connectors.shared.verifications.tables
import connectors.shared.webhooks.tables  # noqa: F401 - declares the tables of the shared rooms
from connectors.api import CONNECTOR as API
from connectors.clevertap import CONNECTOR as CLEVERTAP
from connectors.connector import Connector
from connectors.pipedrive import CONNECTOR as PIPEDRIVE
from connectors.sandbox import CONNECTOR as SANDBOX
from connectors.service import Service
from connectors.shared.webhooks.outbox import announce_arrivals, announce_ends
from connectors.shopify import CONNECTOR as SHOPIFY

# The REST API before those that add to it.
INSTALLED: tuple[Connector, ...] = (CLEVERTAP, API, PIPEDRIVE, SHOPIFY, SANDBOX)


def listen(service: Service) -> None:
    """Have every connector, and webhooks, hear how messages end and which come: in each process that may end one."""
    service.endings.register(announce_ends)
    service.arrivals.register(announce_arrivals)
    for connector in INSTALLED:
        connector.listen(service)
