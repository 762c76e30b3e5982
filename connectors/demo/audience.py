"""Who gets the campaign of the demo, and what must become of each of its messages."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

ACCOUNT = "6K9-DEMO-77Z"
CAMPAIGN = "1767225600"
NAMES = (
    *("Asha", "Ravi", "Meera", "Arjun", "Lakshmi", "Kabir", "Ananya", "Vikram", "Priya", "Rohan"),
    *("Sunita", "Imran", "Kavya", "Dev", "Fatima", "Nikhil", "Zoya", "Harish", "Isha", "Manoj"),
)
FIRST_ORDINARY = 100
LAST_DIGITS = 10_000


@dataclass(frozen=True, slots=True)
class Fate:
    """An outcome that the sandbox forces by a number's last digits, and what must be seen of it everywhere."""

    meaning: str
    one_in: int
    """About one message in so many meets it."""
    status: str
    code: str | None = None
    """CleverTap's code in the report; None where the report says delivered."""
    receipts: int = 1
    """How many come; none where it never reaches a phone."""


DELIVERED = Fate("delivered", 1, "delivered")
# By the last four digits, as `connectors.sandbox.magic_numbers` documents them.
FATES: dict[str, Fate] = {
    "0001": Fate("the network could not deliver it", 100, "undelivered", "914"),
    "0002": Fate("the phone was off for too long", 200, "expired", "916"),
    "0003": Fate("the network rejected it", 200, "rejected", "915"),
    "0006": Fate("its receipt comes twice", 200, "delivered", receipts=2),
    "0011": Fate("the vendor refuses the number", 500, "failed", "910", receipts=0),
    "0014": Fate("the vendor says 503 at first", 500, "delivered"),
    "0016": Fate("the vendor's answer is lost", 500, "delivered"),
}


@dataclass(frozen=True, slots=True)
class Sms:
    """One message as CleverTap has it, and what must become of it."""

    number: str = field(repr=False)
    text: str = field(repr=False)
    mid: str = field(repr=False)
    fate: Fate = DELIVERED

    def body(self) -> dict[str, str]:
        """Return what CleverTap posts: the vendor's sample with its placeholders filled in."""
        return {
            "flowType": "SMS",
            "type": "SMS",
            "mobileNumber": self.number,
            "messageText": self.text,
            "senderId": "UTOMOB",
            "mid": self.mid,
        }


def first_sms() -> Sms:
    """Return what "Send Test SMS" sends."""
    number = "+919816111111"
    text = "Welcome to Message Central. We are delighted to have you here! - Powered by U2opia"
    return Sms(number, text, message_id(number, "0"))


def campaign(count: int) -> list[Sms]:
    """Return `count` messages, each with a name and an order of its own in its text."""
    chosen = list(_fates(count))
    numbers = _numbers()
    return [_message(order, next(numbers[digits])) for order, digits in enumerate(chosen)]


def message_id(number: str, campaign_id: str = CAMPAIGN) -> str:
    """Return a `$$MessageID` in CleverTap's shape, its trailing dot included."""
    return f"{number.removeprefix('+91')}.1200000000.{campaign_id}.20261121.0.wzrk_default.-1."


def tally(sms: Iterable[Sms]) -> Counter[Fate]:
    """Return how many messages meet each fate."""
    return Counter(message.fate for message in sms)


def _fates(count: int) -> Iterator[str]:
    """Yield the last digits to force, "" for none, spread over the campaign."""
    for position in range(count):
        yield next((digits for digits, fate in FATES.items() if _meets(position, digits, fate)), "")


def _meets(position: int, digits: str, fate: Fate) -> bool:
    return position % fate.one_in == int(digits) * 3 % fate.one_in


def _numbers() -> dict[str, Iterator[str]]:
    return {"": _ordinary_numbers(), **{digits: _forced_numbers(digits) for digits in FATES}}


def _ordinary_numbers() -> Iterator[str]:
    for position in itertools.count():
        block, last = divmod(position, LAST_DIGITS - FIRST_ORDINARY)
        yield f"+91{981_600 + block}{FIRST_ORDINARY + last:04}"


def _forced_numbers(digits: str) -> Iterator[str]:
    for block in itertools.count():
        yield f"+91{981_700 + block}{digits}"


def _message(order: int, number: str) -> Sms:
    name = NAMES[order % len(NAMES)]
    text = f"Hi {name}, your order {1_001 + order} is on its way and arrives tomorrow. Track it at shop.example/t"
    return Sms(number, text, message_id(number), FATES.get(number[-4:], DELIVERED))
