"""Shopify: a shop's webhooks become the SMS that its buyers expect, each once."""

from connectors.connector import Connector
from connectors.shopify import tables  # noqa: F401 - declares them
from connectors.shopify.commands import shopify
from connectors.shopify.routes import jobs, listen, register, waiting_paths

CONNECTOR = Connector(
    name="shopify",
    register=register,
    listen=listen,
    jobs=jobs,
    waiting_paths=waiting_paths,
    commands=(shopify,),
)
