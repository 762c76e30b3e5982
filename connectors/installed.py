"""The connectors of this installation: one line each."""

from connectors.api import CONNECTOR as API
from connectors.clevertap import CONNECTOR as CLEVERTAP
from connectors.connector import Connector
from connectors.sandbox import CONNECTOR as SANDBOX
from connectors.service import Service

INSTALLED: tuple[Connector, ...] = (CLEVERTAP, API, SANDBOX)


def listen(service: Service) -> None:
    """Have every connector hear how messages end: in each process that may end one."""
    for connector in INSTALLED:
        connector.listen(service)
