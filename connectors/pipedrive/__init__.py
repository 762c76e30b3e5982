"""Pipedrive: installed from its Marketplace, its users text contacts and selections from inside it."""

from connectors.connector import Connector
from connectors.pipedrive import tables  # noqa: F401 - declares them
from connectors.pipedrive.routes import jobs, listen, register, waiting_paths

CONNECTOR = Connector(name="pipedrive", register=register, listen=listen, jobs=jobs, waiting_paths=waiting_paths)
