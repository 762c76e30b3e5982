"""In Norwegian (Bokmål)."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Takk{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Vi har mottatt bestilling {{ order.name }} på {{ order.total_price | money }} og gjør den klar."
    ),
    "order_paid": (
        "{{ shop.name }}: Vi har mottatt betalingen din på {{ order.total_price | money }} "
        "for bestilling {{ order.name }}. Takk!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Bestilling {{ order.name }} er kansellert. Ta kontakt med oss hvis dette er uventet."
    ),
    "order_refunded": (
        "{{ shop.name }}: Vi har refundert {{ refund.amount | money }} for bestilling {{ order.name }}. "
        "Det kan ta noen dager før pengene er fremme."
    ),
    "order_shipped": (
        "{{ shop.name }}: Bestilling {{ order.name | default: fulfillment.name }} er på vei til deg."
        "{% if fulfillment.tracking_url %} Følg pakken: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Sporingsnummer: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Bestilling {{ order.name | default: fulfillment.name }} er ute for levering "
        "og er snart hos deg."
        "{% if fulfillment.tracking_url %} Følg pakken: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Bestilling {{ order.name | default: fulfillment.name }} er levert. "
        "Vi håper du blir fornøyd! Si fra hvis noe ikke er som det skal."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Hei{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "handlekurven din venter fortsatt på deg: {{ checkout.recovery_url }} "
        "Ikke flere SMS? Svar STOP eller ta kontakt."
    ),
    "review_request": (
        "{{ shop.name }}: Hei{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "hva synes du om bestilling {{ order.name }}? Skriv gjerne en omtale: https://{{ shop.domain }} "
        "Ikke flere SMS? Svar STOP eller ta kontakt."
    ),
    "welcome": (
        "{{ shop.name }}: Velkommen{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Du får høre først om nyheter og tilbud. "
        "Ikke flere SMS? Svar STOP eller ta kontakt."
    ),
}
