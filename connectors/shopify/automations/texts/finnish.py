"""In Finnish."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "order_placed": (
        "{{ shop.name }}: Kiitos{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Saimme tilauksesi {{ order.name }} ({{ order.total_price | money }}) ja laitamme sen kuntoon."
    ),
    "order_paid": (
        "{{ shop.name }}: Saimme maksusi {{ order.total_price | money }} tilauksesta {{ order.name }}. Kiitos!"
    ),
    "order_cancelled": (
        "{{ shop.name }}: Tilauksesi {{ order.name }} on peruttu. Ota yhteyttä, jos tämä tuli yllätyksenä."
    ),
    "order_refunded": (
        "{{ shop.name }}: Olemme palauttaneet {{ refund.amount | money }} tilauksestasi {{ order.name }}. "
        "Voi kestää muutaman päivän, ennen kuin rahat näkyvät."
    ),
    "order_shipped": (
        "{{ shop.name }}: Tilauksesi {{ order.name | default: fulfillment.name }} on matkalla."
        "{% if fulfillment.tracking_url %} Seuraa: {{ fulfillment.tracking_url }}"
        "{% elsif fulfillment.tracking_number %} Seurantakoodi: {{ fulfillment.tracking_number }}{% endif %}"
    ),
    "out_for_delivery": (
        "{{ shop.name }}: Tilauksesi {{ order.name | default: fulfillment.name }} on jakelussa ja saapuu pian."
        "{% if fulfillment.tracking_url %} Seuraa: {{ fulfillment.tracking_url }}{% endif %}"
    ),
    "order_delivered": (
        "{{ shop.name }}: Tilauksesi {{ order.name | default: fulfillment.name }} on toimitettu. "
        "Toivottavasti pidät siitä! Kerro meille, jos jokin on vialla."
    ),
    "checkout_abandoned": (
        "{{ shop.name }}: Hei{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "ostoskorisi odottaa yhä sinua: {{ checkout.recovery_url }} "
        "Et halua viestejä? Vastaa STOP tai ota yhteyttä."
    ),
    "review_request": (
        "{{ shop.name }}: Hei{% if customer.first_name %} {{ customer.first_name }}{% endif %}, "
        "mitä pidit tilauksestasi {{ order.name }}? Kirjoita meille arvostelu: https://{{ shop.domain }} "
        "Et halua viestejä? Vastaa STOP tai ota yhteyttä."
    ),
    "welcome": (
        "{{ shop.name }}: Tervetuloa{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! "
        "Kuulet uutuuksista ja tarjouksista ensimmäisten joukossa. "
        "Et halua viestejä? Vastaa STOP tai ota yhteyttä."
    ),
}
