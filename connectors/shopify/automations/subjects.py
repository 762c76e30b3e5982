"""What steps are about and what stops them, under one name for each: `order:6012`."""


def of_order(ref: str) -> str:
    """Name an order; its parcels and refunds are subject to it."""
    return f"order:{ref}"


def of_parcel(ref: str) -> str:
    """Name a parcel."""
    return f"fulfillment:{ref}"


def of_carrier_event(ref: str) -> str:
    """Name what a carrier told of a parcel."""
    return f"fulfillment_event:{ref}"


def of_refund(ref: str) -> str:
    """Name a refund."""
    return f"refund:{ref}"


def of_checkout(token: str) -> str:
    """Name a checkout."""
    return f"checkout:{token}"


def of_customer(ref: str) -> str:
    """Name a customer."""
    return f"customer:{ref}"
