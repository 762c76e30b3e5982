"""In Swedish."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Tack{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Vi har tagit emot din beställning {{ order.name }} på {{ order.total_price | money }} och gör den klar."
    ),
    "order_paid": (
        "{{ shop.name }}: Vi har tagit emot din betalning på {{ order.total_price | money }} "
        "för beställning {{ order.name }}. Tack!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Din beställning {{ order.name }} har annullerats. Hör av dig till oss om det är oväntat."
    ),
    "order_refunded": (
        "{{ shop.name }}: Vi har återbetalat {{ refund.amount | money }} för din beställning {{ order.name }}. "
        "Det kan ta några dagar innan pengarna syns."
    ),
    "order_shipped": (
        "{{ shop.name }}: Din beställning {{ order.name | default: fulfillment.name }} är på väg."
        "{% if fulfillment.tracking_url %} Följ paketet: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Kollinummer: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Din beställning {{ order.name | default: fulfillment.name }} är ute för leverans "
        "och är snart hos dig."
        "{% if fulfillment.tracking_url %} Följ paketet: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Din beställning {{ order.name | default: fulfillment.name }} har levererats. "
        "Hoppas att du blir nöjd! Hör av dig om något inte stämmer."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Hej{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "din varukorg väntar fortfarande på dig: {{ checkout.recovery_url }} "
        "Inga fler sms? Svara STOP eller hör av dig."
    ),
    "review_request": (
        "{{ shop.name }}: Hej{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "vad tycker du om din beställning {{ order.name }}? Skriv gärna en recension: https://{{ shop.domain }} "
        "Inga fler sms? Svara STOP eller hör av dig."
    ),
    "welcome": (
        "{{ shop.name }}: Välkommen{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Du får veta först om våra nyheter och erbjudanden. "
        "Inga fler sms? Svara STOP eller hör av dig."
    ),
}
