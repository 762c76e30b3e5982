"""In Spanish; of its accented vowels GSM-7 has é alone, so no word here has another."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: ¡Gracias{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Ya tenemos tu pedido {{ order.name }} de {{ order.total_price | money }} y lo estamos preparando."
    ),
    "order_paid": (
        "{{ shop.name }}: Hemos recibido tu pago de {{ order.total_price | money }} por el pedido {{ order.name }}. "
        "¡Gracias!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Tu pedido {{ order.name }} ha sido cancelado. Si no lo esperabas, habla con nosotros."
    ),
    "order_refunded": (
        "{{ shop.name }}: Te hemos devuelto {{ refund.amount | money }} de tu pedido {{ order.name }}. "
        "El abono puede tardar un poco en llegar."
    ),
    "order_shipped": (
        "{{ shop.name }}: Tu pedido {{ order.name | default: fulfillment.name }} va en camino."
        "{% if fulfillment.tracking_url %} Seguimiento: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Seguimiento: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Tu pedido {{ order.name | default: fulfillment.name }} ha salido a reparto y llega pronto."
        "{% if fulfillment.tracking_url %} Seguimiento: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Tu pedido {{ order.name | default: fulfillment.name }} ha sido entregado. ¡Que lo disfrutes! "
        "Si algo no va bien, habla con nosotros."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Hola{% if customer.first_name %}, {{ customer.first_name }}{% endif %}, "
        "tu carrito te espera: {{ checkout.recovery_url }} "
        "Para dejar de recibir SMS, responde STOP o avisa a la tienda."
    ),
    "review_request": (
        "{{ shop.name }}: Hola{% if customer.first_name %}, {{ customer.first_name }}{% endif %}, "
        "¿qué te parece tu pedido {{ order.name }}? Cuéntanos: https://{{ shop.domain }} "
        "Para dejar de recibir SMS, responde STOP o avisa a la tienda."
    ),
    "welcome": (
        "{{ shop.name }}: ¡Hola{% if customer.first_name %}, {{ customer.first_name }}{% endif %}, y gracias por "
        "apuntarte! Conoce antes que nadie nuestras novedades y ofertas. "
        "Para dejar de recibir SMS, responde STOP o avisa a la tienda."
    ),
}
