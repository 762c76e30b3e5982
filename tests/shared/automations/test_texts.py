from dataclasses import replace
from typing import Any

import pytest

from connectors.shared.accounts.senders import Sender
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.automations.definitions import Automation, Kept, Trigger
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.automations.store import assembled
from connectors.shared.automations.texts import CannotWrite, write
from connectors.shared.messages.accept import PROMOTIONAL_HOURS, NewMessage
from connectors.shared.phone_numbers import read_number

SHIPPED = Trigger(
    name="shipped",
    title="Shipped",
    about="When a parcel leaves.",
    texts={"en": "Order {{ order.name }}", "de": "Bestellung {{ order.name }}", "pt-BR": "Pedido {{ order.name }}"},
    fields={"order.name": "Its name"},
    sample={"order": {"name": "#1042"}},
)
SENDER = Sender(
    account_id=1,
    connection_id=2,
    customer_id="C-ONE",
    state=ConnectionState.ACTIVE,
    failures=0,
    secret_digest=b"",
    sender_id="ACCOUNT",
    country_code="91",
    message_type="TRANSACTION",
    entity_id=None,
    template_id=None,
)
VALUES = {"order": {"name": "#7"}}
KEPT = Kept("order shipped", "KEPTID", "11", "22", "Order {#alphanumeric#} left.")
AS_PROPOSED = assembled(SHIPPED, {}, {})


def written(automation: Automation, locale: str | None = None, sender: Sender = SENDER, **given: Any) -> NewMessage:
    return write(
        automation,
        SHIPPED,
        locale=locale,
        sender=sender,
        number=read_number("+919816111111"),
        source="tests",
        external_id="order:7",
        values=given or VALUES,
    )


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        (None, "Order #7"),
        ("", "Order #7"),
        ("fr", "Order #7"),
        ("en-IN", "Order #7"),
        ("de", "Bestellung #7"),
        ("DE_at", "Bestellung #7"),
        ("de-Latn-AT", "Bestellung #7"),
        ("pt-br", "Pedido #7"),
        ("pt", "Order #7"),
        ("pt-PT", "Order #7"),
    ],
)
def test_the_text_is_the_one_for_the_locale(locale: str | None, text: str) -> None:
    assert written(AS_PROPOSED, locale).text == text


def test_the_consent_decides_what_a_message_is_and_the_hours_when_it_goes() -> None:
    message = written(AS_PROPOSED)
    assert (message.sender_id, message.message_type, message.hours) == ("ACCOUNT", "TRANSACTION", None)
    assert (message.source, message.external_id, message.recipient.digits) == ("tests", "order:7", "919816111111")
    promotion = replace(AS_PROPOSED, consent=Consent.MARKETING)
    assert written(promotion).message_type == "PROMOTIONAL"
    assert written(promotion).hours is None
    assert written(replace(promotion, hours=Hours.DAY)).hours is None
    assert written(replace(promotion, hours=Hours.MARKETING)).hours == PROMOTIONAL_HOURS
    assert written(replace(AS_PROPOSED, hours=Hours.MARKETING)).hours == PROMOTIONAL_HOURS


@pytest.mark.parametrize(
    ("changes", "locale", "ids"),
    [
        ({}, None, ("KEPTID", "22", "11")),
        ({"sender_id": "OWN"}, None, ("OWN", "22", "11")),
        ({"template_id": "33"}, None, ("KEPTID", "33", "11")),
        # A translation is not what was registered under the kept template's ids.
        ({}, "de", ("KEPTID", None, None)),
        ({"entity_id": "44"}, "de", ("KEPTID", None, None)),
        ({"template_id": "33", "entity_id": "44"}, "de", ("KEPTID", None, None)),
        ({"kept": None}, None, ("ACCOUNT", None, None)),
        ({"kept": None, "template_id": "33", "entity_id": "44"}, "fr", ("ACCOUNT", "33", "44")),
        ({"kept": None, "template_id": "33", "entity_id": "44"}, "de", ("ACCOUNT", None, None)),
        # Nor is our own text, which may change.
        ({"kept": None, "template_id": "33", "entity_id": "44", "is_own_text": False}, None, ("ACCOUNT", None, None)),
    ],
)
def test_ids_are_the_owners_else_the_kept_templates_else_the_accounts(
    changes: dict[str, Any], locale: str | None, ids: tuple[str | None, ...]
) -> None:
    kept = replace(AS_PROPOSED, template="Order {{ order.name }} left.", kept=KEPT, is_own_text=True)
    message = written(replace(kept, **changes), locale, order={"name": "A7"})
    assert (message.sender_id, message.template_id, message.entity_id) == ids


@pytest.mark.parametrize(
    ("changes", "values", "words"),
    [
        ({}, {"order": {"name": " "}}, "The text needs a value for order.name."),
        ({"template": "{{ order.a }}{{ b }}"}, {"x": 1}, "The text needs a value for b, order.a."),
        ({"template": "{{ order }}"}, VALUES, "is a list or has parts"),
        ({"template": "{{ order.name"}, VALUES, "is not closed"),
        ({"template": ""}, VALUES, "was removed"),
        ({"template": "{{ order.name }}" * 800}, VALUES, "too long"),
        ({"template": "{{ order.name }}" * 600}, {"order": {"name": "five "}}, "at most 10"),
        (
            {"kept": KEPT, "template": "Order {{ order.name }} left."},
            VALUES,
            'order.name: After "Order " the registered text has {#alphanumeric#}',
        ),
        ({"kept": KEPT, "template": "Else {{ order.name }}"}, VALUES, "has to begin with"),
        ({"entity_id": "11", "is_own_text": True}, VALUES, "template_id"),
        ({"sender_id": "far too long a name"}, VALUES, "1 to 11"),
    ],
)
def test_what_cannot_be_written_is_said_without_values(
    changes: dict[str, Any], values: dict[str, Any], words: str
) -> None:
    with pytest.raises(CannotWrite) as refused:
        written(replace(AS_PROPOSED, **changes), **values)
    assert words in str(refused.value)
    assert "#7" not in str(refused.value)


def test_nothing_goes_out_without_a_sender_id() -> None:
    with pytest.raises(CannotWrite, match="sender_id"):
        written(AS_PROPOSED, sender=replace(SENDER, sender_id=None))
