"""In English: what everybody gets whose language is none of the others."""

from collections.abc import Mapping
from typing import Final

# "Msg and data rates may apply" and STOP in the first message are what carriers of the US ask for:
# https://api.ctia.org/wp-content/uploads/2023/05/230523-CTIA-Messaging-Principles-and-Best-Practices-FINAL.pdf
TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Thank you{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "We have your order {{ order.name }} for {{ order.total_price | money }} and are getting it ready."
    ),
    "order_paid": (
        "{{ shop.name }}: We have received your payment of {{ order.total_price | money }} "
        "for order {{ order.name }}. Thank you!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Your order {{ order.name }} has been cancelled. "
        "If you did not expect this, please contact us."
    ),
    "order_refunded": (
        "{{ shop.name }}: We have refunded {{ refund.amount | money }} for your order {{ order.name }}. "
        "It may take a few days to reach you."
    ),
    "order_shipped": (
        "{{ shop.name }}: Your order {{ order.name | default: fulfillment.name }} is on its way."
        "{% if fulfillment.tracking_url %} Track it: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Tracking number: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Your order {{ order.name | default: fulfillment.name }} is out for delivery "
        "and will be with you soon."
        "{% if fulfillment.tracking_url %} Track it: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Your order {{ order.name | default: fulfillment.name }} has been delivered. Enjoy! "
        "If something is not right, please tell us."
    ),
    "checkout_abandoned": (
        '{{ shop.name }}: Hi {{ customer.first_name | default: "there" }}, your cart is still here for you: '
        "{{ checkout.recovery_url }} To opt out, reply STOP or tell us."
    ),
    "review_request": (
        '{{ shop.name }}: Hi {{ customer.first_name | default: "there" }}, how do you like your order '
        "{{ order.name }}? We would love to read your review: https://{{ shop.domain }} "
        "To opt out, reply STOP or tell us."
    ),
    "welcome": (
        "{{ shop.name }}: Welcome{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "You will be the first to hear of our news and offers. Msg and data rates may apply. "
        "To opt out, reply STOP or tell us."
    ),
}
