"""In Dutch."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Bedankt{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Je bestelling {{ order.name }} van {{ order.total_price | money }} is binnen en we maken hem klaar."
    ),
    "order_paid": (
        "{{ shop.name }}: Je betaling van {{ order.total_price | money }} voor bestelling {{ order.name }} is binnen. "
        "Bedankt!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Je bestelling {{ order.name }} is geannuleerd. "
        "Had je dit niet verwacht? Neem dan contact met ons op."
    ),
    "order_refunded": (
        "{{ shop.name }}: We hebben {{ refund.amount | money }} terugbetaald voor je bestelling {{ order.name }}. "
        "Het kan een paar dagen duren voordat je het ziet."
    ),
    "order_shipped": (
        "{{ shop.name }}: Je bestelling {{ order.name | default: fulfillment.name }} is onderweg."
        "{% if fulfillment.tracking_url %} Volg je pakket: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Track & trace: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: De bezorger is op weg met je bestelling {{ order.name | default: fulfillment.name }} "
        "en komt er snel aan."
        "{% if fulfillment.tracking_url %} Volg je pakket: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Je bestelling {{ order.name | default: fulfillment.name }} is bezorgd. Veel plezier ermee! "
        "Is er iets niet goed? Laat het ons weten."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Hoi{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "je winkelmandje staat nog voor je klaar: {{ checkout.recovery_url }} "
        "Afmelden? Antwoord STOP of laat het ons weten."
    ),
    "review_request": (
        "{{ shop.name }}: Hoi{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "hoe bevalt je bestelling {{ order.name }}? We lezen graag je review: https://{{ shop.domain }} "
        "Afmelden? Antwoord STOP of laat het ons weten."
    ),
    "welcome": (
        "{{ shop.name }}: Welkom{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Je hoort als eerste over ons nieuws en onze aanbiedingen. "
        "Afmelden? Antwoord STOP of laat het ons weten."
    ),
}
