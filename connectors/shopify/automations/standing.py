"""How it stands with an order that other events are about."""

from typing import Final

from connectors.shopify.orders.records import Record

CALLED_OFF_AT: Final = "called_off_at"
"""A fact of ours: when an order was cancelled or deleted. No older event of it that comes later takes that back."""
CANCELLED: Final = "The order was cancelled."
DELETED: Final = "The order was deleted."


def is_called_off(order: Record | None) -> bool:
    """Whether nothing more of an order is told than that."""
    return order is not None and order.facts.get(CALLED_OFF_AT) is not None


def is_test(order: Record | None) -> bool:
    """Whether an order is one by which a shop tries its payments."""
    return order is not None and order.facts.get("test") is True
