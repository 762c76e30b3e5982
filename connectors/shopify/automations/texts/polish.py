"""In Polish as texts are commonly written there: without its own letters, which GSM-7 has not."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Dziekujemy{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Mamy zamowienie {{ order.name }} na kwote {{ order.total_price | money }} i juz je przygotowujemy."
    ),
    "order_paid": (
        "{{ shop.name }}: Otrzymalismy platnosc {{ order.total_price | money }} za zamowienie {{ order.name }}. "
        "Dziekujemy!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Zamowienie {{ order.name }} zostalo anulowane. Jesli to niespodzianka, napisz do nas."
    ),
    "order_refunded": (
        "{{ shop.name }}: Zwrocilismy {{ refund.amount | money }} za zamowienie {{ order.name }}. "
        "Pieniadze moga dotrzec za kilka dni."
    ),
    "order_shipped": (
        "{{ shop.name }}: Zamowienie {{ order.name | default: fulfillment.name }} jest w drodze."
        "{% if fulfillment.tracking_url %} Sledz paczke: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Numer paczki: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Zamowienie {{ order.name | default: fulfillment.name }} jest w doreczeniu "
        "i wkrotce dotrze do Ciebie."
        "{% if fulfillment.tracking_url %} Sledz paczke: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Zamowienie {{ order.name | default: fulfillment.name }} zostalo dostarczone. "
        "Dziekujemy! Jesli cos jest nie tak, napisz do nas."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Czesc{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Twoj koszyk wciaz czeka: {{ checkout.recovery_url }} "
        "Rezygnacja: odpisz STOP lub napisz do nas."
    ),
    "review_request": (
        "{{ shop.name }}: Czesc{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Jak oceniasz zamowienie {{ order.name }}? Napisz nam opinie: https://{{ shop.domain }} "
        "Rezygnacja: odpisz STOP lub napisz do nas."
    ),
    "welcome": (
        "{{ shop.name }}: Witamy{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Bedziemy dawac znac o nowosciach i ofertach. "
        "Rezygnacja: odpisz STOP lub napisz do nas."
    ),
}
