"""Stand-ins of the outside world, for the demo, for tests and for trying things out."""

from connectors.connector import Connector
from connectors.sandbox.commands import sandbox

CONNECTOR = Connector(name="sandbox", commands=(sandbox,))
