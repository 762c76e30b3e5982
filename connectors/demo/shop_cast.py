"""Who comes to the demo's shop, and every text that must reach them: word for word, as a buyer reads it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

SHOP_NAME: Final = "Marigold Lane"
KURTA: Final = "KRT-B-M"
LAMP: Final = "LMP-MGD"
TRACKING: Final = "https://carrier.example/t/SB10011"

Texts = Counter[tuple[str, str]]
"""How often each text reaches each phone."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who comes to the shop: the number as they type it, and as it is texted. All of them want texts."""

    first_name: str
    phone: str = field(repr=False)
    number: str = field(repr=False)
    country_code: str = "IN"
    locale: str = "en-IN"

    def form(self) -> dict[str, Any]:
        """Return what the checkout's form says."""
        return {
            "first_name": self.first_name,
            "phone": self.phone,
            "country_code": self.country_code,
            "locale": self.locale,
            "accepts_sms": True,
        }


MEERA: Final = Buyer("Meera", "098161 24681", "+919816124681")
"""Buys, gets her parcel, and is asked a week later how she likes it."""
RAVI: Final = Buyer("Ravi", "98161-24682", "+919816124682")
"""Buys, and cancels while the text on his parcel waits for a tracking link."""
LENA: Final = Buyer("Lena", "0171 3920055", "+491713920055", "DE", "de")
"""Fills her cart and leaves."""


def first_texts(recovery_url: str) -> Texts:
    """Return what reaches phones before the week is over; `recovery_url` brings Lena back to her cart."""
    return Counter(
        [
            _of(MEERA, "Thank you, Meera! We have your order #1001 for Rs 1,499.00 and are getting it ready."),
            _of(RAVI, "Thank you, Ravi! We have your order #1002 for Rs 949.00 and are getting it ready."),
            _of(MEERA, f"Your order #1001 is on its way. Track it: {TRACKING}"),
            _of(MEERA, f"Your order #1001 is out for delivery and will be with you soon. Track it: {TRACKING}"),
            _of(MEERA, "Your order #1001 has been delivered. Enjoy! If something is not right, please tell us."),
            _of(RAVI, "Your order #1002 has been cancelled. If you did not expect this, please contact us."),
            _of(
                LENA,
                f"Hallo Lena, Ihr Warenkorb ist noch für Sie da: {recovery_url} "
                "Abmelden: mit STOP antworten oder uns Bescheid geben.",
            ),
        ]
    )


def later_texts(domain: str) -> Texts:
    """Return what reaches phones once the week is over."""
    return Counter(
        [
            _of(
                MEERA,
                "Hi Meera, how do you like your order #1001? We would love to read your review: "
                f"https://{domain} To opt out, reply STOP or tell us.",
            )
        ]
    )


def _of(buyer: Buyer, text: str) -> tuple[str, str]:
    return buyer.number, f"{SHOP_NAME}: {text}"
