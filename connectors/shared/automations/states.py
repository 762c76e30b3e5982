"""The words of automations, as users read and write them."""

from enum import StrEnum


class StepStatus(StrEnum):
    """Where a step stands. All but `waiting` are ends; `sent` is in the ledger, which tells the rest."""

    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"
    STOPPED = "stopped"


class Reason(StrEnum):
    """Why nobody was texted."""

    NO_NUMBER = "no_number"
    NO_CONSENT = "no_consent"
    TEST_ORDER = "test_order"
    TOO_LATE = "too_late"
    OPTED_OUT = "opted_out"
    DISABLED = "disabled"
    CANCELED = "canceled"
    DUPLICATE = "duplicate"
    CONDITIONS = "conditions"  # the owner's own conditions are not met
    TEXT = "text"  # the text cannot be filled in or sent


class Consent(StrEnum):
    """What somebody must have agreed to before they are texted."""

    TRANSACTIONAL = "transactional"  # they bought: no more is asked
    MARKETING = "marketing"  # they said yes to marketing by SMS


class Hours(StrEnum):
    """When somebody may be texted, by the clock of where their phone is."""

    ANY = "any"
    DAY = "day"
    MARKETING = "marketing"  # what the law of the recipient's country says for promotions, else the day
