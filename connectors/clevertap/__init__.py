"""CleverTap's Generic (Others) SMS provider: the endpoint it calls, and delivery reports back to it."""

from connectors.clevertap import reports, routes
from connectors.clevertap.commands import clevertap
from connectors.connector import Connector

CONNECTOR = Connector(
    name="clevertap",
    register=routes.register,
    listen=reports.listen,
    jobs=reports.jobs,
    commands=(clevertap,),
)
