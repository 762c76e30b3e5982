"""The REST API for everyone else, and the operator's probes."""

from connectors.api import routes
from connectors.connector import Connector

CONNECTOR = Connector(name="api", register=routes.register)
