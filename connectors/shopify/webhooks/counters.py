"""What becomes of webhooks, for the operator's probes; nothing private in it."""

from typing import Final

from prometheus_client import Counter

_WEBHOOKS: Final = Counter("connectors_shopify_webhooks_total", "Webhooks from Shopify by outcome.", ["outcome"])

KEPT: Final = _WEBHOOKS.labels("kept")
COPY: Final = _WEBHOOKS.labels("copy")
UNKNOWN_TOPIC: Final = _WEBHOOKS.labels("unknown_topic")
UNKNOWN_SHOP: Final = _WEBHOOKS.labels("unknown_shop")
REFUSED: Final = _WEBHOOKS.labels("refused")
