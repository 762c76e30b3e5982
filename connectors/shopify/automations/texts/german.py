"""In German."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Danke{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Ihre Bestellung {{ order.name }} über {{ order.total_price | money }} ist da, wir machen sie fertig."
    ),
    "order_paid": (
        "{{ shop.name }}: Ihre Zahlung von {{ order.total_price | money }} für die Bestellung {{ order.name }} "
        "ist angekommen. Vielen Dank!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Ihre Bestellung {{ order.name }} wurde storniert. "
        "Falls Sie das nicht erwartet haben, melden Sie sich bitte bei uns."
    ),
    "order_refunded": (
        "{{ shop.name }}: Wir haben {{ refund.amount | money }} für Ihre Bestellung {{ order.name }} erstattet. "
        "Es kann ein paar Tage dauern, bis das Geld da ist."
    ),
    "order_shipped": (
        "{{ shop.name }}: Ihre Bestellung {{ order.name | default: fulfillment.name }} ist unterwegs."
        "{% if fulfillment.tracking_url %} Sendung verfolgen: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Sendungsnummer: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Ihre Bestellung {{ order.name | default: fulfillment.name }} wird gerade zugestellt "
        "und ist bald bei Ihnen."
        "{% if fulfillment.tracking_url %} Sendung verfolgen: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Ihre Bestellung {{ order.name | default: fulfillment.name }} wurde zugestellt. "
        "Viel Freude damit! Wenn etwas nicht stimmt, sagen Sie es uns bitte."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Hallo{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "Ihr Warenkorb ist noch für Sie da: {{ checkout.recovery_url }} "
        "Abmelden: mit STOP antworten oder uns Bescheid geben."
    ),
    "review_request": (
        "{{ shop.name }}: Hallo{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "wie gefällt Ihnen Ihre Bestellung {{ order.name }}? Wir freuen uns auf Ihre Bewertung: "
        "https://{{ shop.domain }} Abmelden: mit STOP antworten oder uns Bescheid geben."
    ),
    "welcome": (
        "{{ shop.name }}: Willkommen{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Sie erfahren als Erste von Neuheiten und Angeboten. "
        "Abmelden: mit STOP antworten oder uns Bescheid geben."
    ),
}
