"""In French; its letters with a circumflex or cedilla are not in GSM-7, so no word here has one."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Merci{% if customer.first_name %} {{ customer.first_name }}{% endif %} ! "
        "Votre commande {{ order.name }} de {{ order.total_price | money }} est bien enregistrée, nous la préparons."
    ),
    "order_paid": (
        "{{ shop.name }}: Votre paiement de {{ order.total_price | money }} pour la commande {{ order.name }} "
        "est bien arrivé. Merci !"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Votre commande {{ order.name }} est annulée. Si vous ne vous y attendiez pas, contactez-nous."
    ),
    "order_refunded": (
        "{{ shop.name }}: Nous avons remboursé {{ refund.amount | money }} pour votre commande {{ order.name }}. "
        "Le virement peut prendre quelques jours."
    ),
    "order_shipped": (
        "{{ shop.name }}: Votre commande {{ order.name | default: fulfillment.name }} est en route."
        "{% if fulfillment.tracking_url %} Suivi : {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Suivi : {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Votre commande {{ order.name | default: fulfillment.name }} est en cours de livraison "
        "et arrive sous peu."
        "{% if fulfillment.tracking_url %} Suivi : {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Votre commande {{ order.name | default: fulfillment.name }} est livrée. "
        "Profitez-en bien ! Si quelque chose ne va pas, dites-le-nous."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Bonjour{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "votre panier vous attend toujours : {{ checkout.recovery_url }} "
        "Pour ne plus en recevoir, répondez STOP ou dites-le-nous."
    ),
    "review_request": (
        "{{ shop.name }}: Bonjour{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "que pensez-vous de votre commande {{ order.name }} ? Donnez-nous votre avis : https://{{ shop.domain }} "
        "Pour ne plus en recevoir, répondez STOP ou dites-le-nous."
    ),
    "welcome": (
        "{{ shop.name }}: Bienvenue{% if customer.first_name %} {{ customer.first_name }}{% endif %} ! "
        "Vous serez parmi les premiers informés de nos nouveautés et offres. "
        "Pour ne plus en recevoir, répondez STOP ou dites-le-nous."
    ),
}
