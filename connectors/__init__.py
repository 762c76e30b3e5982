"""SMS connectors for CleverTap, Pipedrive and Shopify through Message Central."""

__version__ = "0.1.0"
