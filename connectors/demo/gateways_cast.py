"""Who is texted by which gateway, and what must become of each text."""

from dataclasses import dataclass, field
from typing import Final

MESSAGE_CENTRAL: Final = "Message Central"
SMSC: Final = "SMSC"
OGANGI: Final = "Ogangi"

TITLES: Final = {"message-central": MESSAGE_CENTRAL, "smsc": SMSC, "ogangi": OGANGI}
"""Gateways by the names that routes and the sandbox give them."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text, who must carry it, and where it must stand in the end.

    Ogangi has no receipts: "sent" is all that is ever known of what it carries.
    """

    number: str = field(repr=False)
    text: str = field(repr=False)
    gateway: str
    status: str
    tried: str | None = None
    """The gateway that refused it before."""


TEXTS: Final = (
    Text("+919822031234", "Asha, your parcel is out for delivery.", MESSAGE_CENTRAL, "delivered"),
    Text("+79161112233", "Анна, ваш заказ уже в пути.", SMSC, "delivered"),
    Text("+584121234567", "Lucía, tu pedido sale hoy.", OGANGI, "sent"),
    # The sandbox's SMSC refuses a number that ends like this; the others take it.
    Text("+79161110020", "Олег, ваш заказ ждёт вас в магазине.", OGANGI, "sent", tried=SMSC),
)
STOPPING: Final = TEXTS[1]
"""Who answers STOP."""

TOO_LATE: Final = "Анна, завтра скидка на всё."
"""What comes to nobody any more."""
