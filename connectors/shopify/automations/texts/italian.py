"""In Italian."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Grazie{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Abbiamo ricevuto il tuo ordine {{ order.name }} di {{ order.total_price | money }} e lo stiamo preparando."
    ),
    "order_paid": (
        "{{ shop.name }}: Abbiamo ricevuto il tuo pagamento di {{ order.total_price | money }} "
        "per l'ordine {{ order.name }}. Grazie!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Il tuo ordine {{ order.name }} è stato annullato. Se non te lo aspettavi, contattaci."
    ),
    "order_refunded": (
        "{{ shop.name }}: Abbiamo rimborsato {{ refund.amount | money }} per il tuo ordine {{ order.name }}. "
        "L'accredito può richiedere qualche giorno."
    ),
    "order_shipped": (
        "{{ shop.name }}: Il tuo ordine {{ order.name | default: fulfillment.name }} è in viaggio."
        "{% if fulfillment.tracking_url %} Seguilo qui: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Tracking: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Il tuo ordine {{ order.name | default: fulfillment.name }} è in consegna e arriva presto."
        "{% if fulfillment.tracking_url %} Seguilo qui: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Il tuo ordine {{ order.name | default: fulfillment.name }} è stato consegnato. "
        "Speriamo che ti piaccia! Se qualcosa non va, scrivici."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Ciao{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "il tuo carrello ti aspetta: {{ checkout.recovery_url }} "
        "Per non ricevere altri SMS, rispondi STOP o scrivici."
    ),
    "review_request": (
        "{{ shop.name }}: Ciao{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "ti piace il tuo ordine {{ order.name }}? Lascia una recensione: https://{{ shop.domain }} "
        "Per non ricevere altri SMS, rispondi STOP o scrivici."
    ),
    "welcome": (
        "{{ shop.name }}: Ciao{% if customer.first_name %} {{ customer.first_name }}{% endif %} e grazie per "
        "l'iscrizione! Saprai prima di tutti le nostre novità e offerte. "
        "Per non ricevere altri SMS, rispondi STOP o scrivici."
    ),
}
