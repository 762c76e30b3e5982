"""In Danish."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Tak{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Vi har modtaget din ordre {{ order.name }} på {{ order.total_price | money }} og gør den klar."
    ),
    "order_paid": (
        "{{ shop.name }}: Vi har modtaget din betaling på {{ order.total_price | money }} "
        "for ordre {{ order.name }}. Tak!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Din ordre {{ order.name }} er annulleret. Kontakt os, hvis det kommer bag på dig."
    ),
    "order_refunded": (
        "{{ shop.name }}: Vi har refunderet {{ refund.amount | money }} for din ordre {{ order.name }}. "
        "Der kan gå et par dage, før pengene er hos dig."
    ),
    "order_shipped": (
        "{{ shop.name }}: Din ordre {{ order.name | default: fulfillment.name }} er på vej."
        "{% if fulfillment.tracking_url %} Følg pakken: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Pakkenummer: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Din ordre {{ order.name | default: fulfillment.name }} er ude til levering "
        "og er snart hos dig."
        "{% if fulfillment.tracking_url %} Følg pakken: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Din ordre {{ order.name | default: fulfillment.name }} er leveret. God fornøjelse! "
        "Sig til, hvis noget ikke er, som det skal være."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Hej{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "din kurv venter stadig på dig: {{ checkout.recovery_url }} "
        "Ikke flere sms'er? Svar STOP, eller kontakt os."
    ),
    "review_request": (
        "{{ shop.name }}: Hej{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "hvad synes du om din ordre {{ order.name }}? Skriv gerne en anmeldelse: https://{{ shop.domain }} "
        "Ikke flere sms'er? Svar STOP, eller kontakt os."
    ),
    "welcome": (
        "{{ shop.name }}: Velkommen{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Du hører først om vores nyheder og tilbud. "
        "Ikke flere sms'er? Svar STOP, eller kontakt os."
    ),
}
