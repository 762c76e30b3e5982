"""What an automation says: the text for a locale, filled in strictly, as a message ready for the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.shared.accounts.senders import Sender
from connectors.shared.automations.definitions import Automation, Trigger
from connectors.shared.automations.locales import matching
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.errors import NotUnderstood
from connectors.shared.messages.accept import PROMOTIONAL_HOURS, NewMessage
from connectors.shared.messages.composing import compose
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.templates.money import Money
from connectors.shared.templates.rendering import CompiledText, compile_text
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.templated import check_registered


class CannotWrite(NotUnderstood):
    """A text cannot be filled in or sent; the words name the variables at fault, and no value."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The text for somebody; `locale` None: the owner's own `template`, which is for whoever has no translation."""

    text: str = field(repr=False)
    locale: str | None
    is_translation: bool


def choose(automation: Automation, trigger: Trigger, locale: str | None) -> Chosen:
    """Return the text for somebody with a locale."""
    found = matching(automation.translations, locale)
    if found is not None:
        return Chosen(automation.translations[found], found, True)
    default, text = next(iter(trigger.texts.items()))
    return Chosen(automation.template, default if automation.template == text else None, False)


def fill(automation: Automation, chosen: Chosen, values: Mapping[str, Any]) -> str:
    """Return a chosen text filled in. Raises CannotWrite."""
    if not chosen.text:
        raise CannotWrite("The kept template that this automation takes its text from was removed. Choose another.")
    try:
        compiled = compile_text(chosen.text)
        text = compiled.render(values).text
        if automation.kept is not None and automation.kept.registered_text is not None and not chosen.is_translation:
            _check_registered(automation.kept.registered_text, compiled, text)
    except NotUnderstood as error:
        raise CannotWrite(str(error)) from None
    return text


def write(
    automation: Automation,
    trigger: Trigger,
    *,
    values: Mapping[str, Any],
    locale: str | None,
    sender: Sender,
    number: PhoneNumber,
    source: str,
    external_id: str,
) -> NewMessage:
    """Return the message for somebody, ready to be accepted. Raises CannotWrite."""
    chosen = choose(automation, trigger, locale)
    text = fill(automation, chosen, values)
    template_id, entity_id = dlt_ids(automation, chosen)
    try:
        message = compose(
            sender,
            to=number.e164,
            text=text,
            source=source,
            sender_id=sender_id(automation),
            message_type=message_type(automation.consent),
            channel=automation.channel,
            template_id=template_id,
            entity_id=entity_id,
            external_id=external_id,
        )
    except NotUnderstood as error:
        raise CannotWrite(str(error)) from None
    # The owner chose the hours, whatever the type: `day` is kept by the runner.
    return replace(message, hours=PROMOTIONAL_HOURS if automation.hours is Hours.MARKETING else None)


def message_type(consent: Consent) -> str:
    """Return what such messages are for, as the vendor spells it."""
    return "PROMOTIONAL" if consent is Consent.MARKETING else "TRANSACTION"


def sender_id(automation: Automation) -> str | None:
    """Return who messages are from; None: as the account has it."""
    return automation.sender_id or (automation.kept.sender_id if automation.kept else None)


def dlt_ids(automation: Automation, chosen: Chosen) -> tuple[str | None, str | None]:
    """Return the ids of the template and of the entity (India's DLT) that a text travels with; None: the account's."""
    if chosen.is_translation or not automation.is_own_text:
        # It is another text than the one that was registered under the owner's ids. Both or neither: an entity's id
        # would stand beside the template of the account's.
        return None, None
    return registered_ids(automation)


def registered_ids(automation: Automation) -> tuple[str | None, str | None]:
    """Return the ids that the owner's own text was registered under."""
    kept = automation.kept
    if kept is None:
        return automation.template_id, automation.entity_id
    return automation.template_id or kept.template_id, automation.entity_id or kept.entity_id


def in_locale(values: Any, locale: str | None) -> Any:
    """Return values with amounts of money as people with this locale write them."""
    if isinstance(values, Money):
        return Money(values, values.currency, locale)
    if isinstance(values, Mapping):
        return {name: in_locale(value, locale) for name, value in values.items()}
    return [in_locale(value, locale) for value in values] if isinstance(values, list | tuple) else values


def _check_registered(registered_text: str, compiled: CompiledText, text: str) -> None:
    try:
        check_registered(registered_text, compiled, text)
    except InvalidFields as error:
        words = (f"{name.removeprefix('variables.')}: {' '.join(said)}" for name, said in error.errors.items())
        raise CannotWrite(" ".join(words)) from None
