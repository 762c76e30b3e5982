"""Customers, and whether they want marketing by SMS.

https://shopify.dev/docs/api/webhooks, customers_marketing_consent/update; older versions say it in customers/* too:
https://shopify.dev/changelog/removal-of-tags-email-marketing-consent-and-sms-marketing-consent-from-customer-webhooks
"""

from typing import Final

from connectors.shared.clock import DAY
from connectors.shopify.automations import subjects
from connectors.shopify.automations.happening import About, Happening, Known
from connectors.shopify.automations.triggers import WELCOME
from connectors.shopify.orders.facts import consent_record, customer_record
from connectors.shopify.orders.merging import SUBSCRIBED
from connectors.shopify.orders.reading import ref
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind

_LONG_AGO_MS: Final = DAY
_DELETED: Final = "The customer was deleted."


def consented(it: Happening) -> None:
    """A customer said yes or no."""
    record = it.read(consent_record)
    if record is not None:
        _welcome(it, it.remember(record), record)


def told(it: Happening) -> None:
    """A customer came, or changed."""
    record = it.read(customer_record)
    if record is None:
        return
    customer = it.remember(record)
    # Of somebody who said yes long ago any change of their address would tell so again.
    if it.event.topic == "customers/create" or _is_news(it, customer, record):
        _welcome(it, customer, record)


def deleted(it: Happening) -> None:
    """A customer was deleted, and wants nothing of the shop."""
    found = ref(it.body.get("id"))
    if found is not None:
        it.stop(subjects.of_customer(found), _DELETED)
        it.forget(RecordKind.CUSTOMER, found)


def _welcome(it: Happening, customer: Known, told: Record) -> None:
    """Greet whoever says yes and had not before; whether it still holds is looked at when the text is due."""
    if _state(told) != SUBSCRIBED:
        return
    before = _state(customer.before)
    was_yes = it.had_said_yes(customer.ref) if before is None else before == SUBSCRIBED
    if it.event.is_replay or not was_yes:
        name = subjects.of_customer(customer.ref)
        it.plan(About(WELCOME, key=name, subject=name, refs={RecordKind.CUSTOMER.value: customer.ref}))


def _is_news(it: Happening, customer: Known, told: Record) -> bool:
    if _state(customer.before) is not None:
        return True
    said_at = (told.facts.get("consent") or {}).get("at")
    return said_at is not None and said_at + _LONG_AGO_MS > it.event.triggered_at


def _state(customer: Record | None) -> str | None:
    found: str | None = None if customer is None else (customer.facts.get("consent") or {}).get("state")
    return found
