"""What automations are made of: the triggers that a connector offers, and what an owner made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.shared.automations.states import Consent, Hours


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose automations they are: a shop, a company. `account_id` is the account that sends for it."""

    connector: str
    key: str
    account_id: int
    sender_id: str | None = None
    """The owner's own, as is the `entity_id` (India's DLT): the account may serve others, too. None: the account's."""
    entity_id: str | None = None

    @property
    def name(self) -> str:
        """What stands in the tables: `shopify:7`."""
        return f"{self.connector}:{self.key}"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What may happen in a connector's tool, and what is sent of it where the owner says nothing else."""

    name: str
    title: str
    """As people call it: Order placed."""
    about: str
    """When it is sent and to whom, in a sentence."""
    texts: Mapping[str, str]
    """The text for each locale, in Liquid; the first is for whoever has none of these."""
    fields: Mapping[str, str]
    """What a text may show: the variable (`order.name`) and what it is."""
    sample: Mapping[str, Any]
    """Values for previews, nested as a text looks them up."""
    delay_ms: int | None = 0
    """How long after it happened; None: as the connector finds right."""
    after: tuple[str, ...] = ()
    """What `after` may be; empty where it counts from what it is named by."""
    consent: Consent = Consent.TRANSACTIONAL
    hours: Hours = Hours.ANY


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of the values of a text: `order.total_price at_least 500`."""

    field: str
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The template of the account's that an automation's text is of: as it is now, whatever it was."""

    name: str
    sender_id: str | None
    entity_id: str | None
    template_id: str | None
    registered_text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Automation:
    """A trigger as its owner has it: what they decided, else the connector's own."""

    trigger: str
    enabled: bool
    template: str = field(repr=False)
    """The text in Liquid, of a kept template its text; empty where that was removed."""
    translations: Mapping[str, str] = field(repr=False)
    """Further texts by locale: the owner's, and the connector's where they count."""
    delay_ms: int | None
    after: str | None
    consent: Consent
    hours: Hours
    channel: str
    conditions: tuple[Condition, ...]
    sender_id: str | None = None
    """The owner's own, as are the ids of India's DLT: else the kept template's count, else the account's."""
    entity_id: str | None = None
    template_id: str | None = None
    kept: Kept | None = None
    is_own_text: bool = False
    """Whether `template` is the owner's own: a template id (India's DLT) is for the text that they registered."""


DEFAULT_CHANNEL: Final = "SMS"
