"""In Portuguese, as both Brazil and Portugal read it; of its accents GSM-7 has é and à alone."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Agradecemos a sua compra{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Recebemos o pedido {{ order.name }} de {{ order.total_price | money }} e vamos preparar tudo."
    ),
    "order_paid": (
        "{{ shop.name }}: Recebemos o seu pagamento de {{ order.total_price | money }} do pedido {{ order.name }}. "
        "Agradecemos!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: O seu pedido {{ order.name }} foi cancelado. Se isso foi uma surpresa, fale com a loja."
    ),
    "order_refunded": (
        "{{ shop.name }}: Devolvemos {{ refund.amount | money }} do seu pedido {{ order.name }}. "
        "O valor pode levar alguns dias."
    ),
    "order_shipped": (
        "{{ shop.name }}: O seu pedido {{ order.name | default: fulfillment.name }} foi enviado."
        "{% if fulfillment.tracking_url %} Acompanhe: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Rastreio: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: O seu pedido {{ order.name | default: fulfillment.name }} saiu para entrega "
        "e chega em breve."
        "{% if fulfillment.tracking_url %} Acompanhe: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: O seu pedido {{ order.name | default: fulfillment.name }} foi entregue. Aproveite! "
        "Se algo falhou, fale com a loja."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: {% if customer.first_name %}{{ customer.first_name }}, o{% else %}O{% endif %} "
        "seu carrinho ficou guardado: {{ checkout.recovery_url }} "
        "Para deixar de receber, responda STOP ou fale com a loja."
    ),
    "review_request": (
        "{{ shop.name }}: Gostou do pedido {{ order.name }}{% if customer.first_name %}, {{ customer.first_name }}"
        "{% endif %}? Deixe a sua nota: https://{{ shop.domain }} "
        "Para deixar de receber, responda STOP ou fale com a loja."
    ),
    "welcome": (
        "{{ shop.name }}: Boas-vindas{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Receba antes de todos as nossas novidades e ofertas. "
        "Para deixar de receber, responda STOP ou fale com a loja."
    ),
}
