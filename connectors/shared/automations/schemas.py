"""The shapes of automations: what validates requests, dumps answers and makes the OpenAPI document."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.shared.automations.conditions import NUMERIC, WITHOUT_VALUE, Operator, as_number
from connectors.shared.automations.locales import PATTERN, is_locale
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.clock import DAY, SECOND
from connectors.shared.kept_text import holds_unkept
from connectors.shared.message_central import CARRIED_FLOW_TYPES
from connectors.shared.messages.composing import (
    DLT_ID_PATTERN,
    LATEST_DUE_DAYS,
    SENDER_ID_PATTERN,
    check_dlt_id,
    check_sender_id,
)
from connectors.shared.templates.rendering import LONGEST_TEXT
from connectors.shared.web.shapes import PRINTS, checked, one_of
from connectors.shared.web.shapes import text as told

_LONGEST_FIELD: Final = 100
_LONGEST_VALUE: Final = 200
_MOST_CONDITIONS: Final = 20
_MOST_TRANSLATIONS: Final = 50
_LONGEST_DELAY: Final = LATEST_DUE_DAYS * DAY // SECOND

_TEXT: Final = "{{ shop.name }}: we have got your order {{ order.name }}. {{ order.status_url }}"
_GERMAN: Final = "{{ shop.name }}: Ihre Bestellung {{ order.name }} ist da. {{ order.status_url }}"
_ABOUT: Final[dict[str, dict[str, Any]]] = {
    "enabled": {"description": "Whether it is sent at all.", "example": True},
    "template": {
        "description": "What to say in Liquid, or the name or id of a kept template; null: the connector's own text.",
        "example": _TEXT,
    },
    "translations": {
        "description": (
            "Further texts by locale. Somebody with `pt-BR` gets that, else `pt`, else `template`; null: the "
            "connector's own, which count only while `template` is the connector's, too."
        ),
        "example": {"de": _GERMAN},
    },
    "delay_seconds": {
        "description": "How long after it happened it is sent; null: as the connector finds right.",
        "example": 3600,
    },
    "after": {
        "description": "What the delay counts from, where there is a choice; null: as the connector finds right.",
        "example": "order_delivered",
    },
    "consent": {
        "description": (
            "`marketing`: only to those who said yes to marketing by SMS, as a promotion; `transactional`: to "
            "everybody whom it is about; null: as the connector has it."
        ),
        "example": "transactional",
    },
    "hours": {
        "description": (
            "When it may be sent, by the clock of where the phone is: `any` time, by `day` (09:00 to 20:00), or when "
            "the law there allows `marketing`. Outside of them it waits; null: as the connector has it."
        ),
        "example": "any",
    },
    "channel": {"description": "How it travels; null: SMS.", "example": "SMS"},
    "conditions": {"description": "It is sent only where all of these are true when it is due; null: always."},
    "sender_id": {"description": "Who it is from; null: as the template or the account has it.", "example": "UTOMOB"},
    "entity_id": {
        "description": "The DLT id of the business (India); null: as the template or the account has it.",
        "example": "1101456789012345678",
    },
    "template_id": {
        "description": "The DLT id of the registered text (India); null: as the template or the account has it.",
        "example": "1107161234567890123",
    },
}


class _Flag(fields.Boolean):
    """true or false, and neither 1 nor "true"."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class _Seconds(fields.Float):
    """A number, and no text that looks like one; a whole one is shown without a point."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        found = super()._serialize(value, attr, obj, **options)
        return int(found) if isinstance(found, float) and found.is_integer() else found


def _kept(value: str) -> None:
    if holds_unkept(value):
        raise ValidationError("It holds a character that no phone can show (NUL, or half of a character).")


def _a_locale(value: str) -> None:
    if not is_locale(value):
        raise ValidationError("Write a locale like de, pt-BR or zh-Hant.")


_IS_TEXT: Final[list[Callable[[str], Any]]] = [validate.Length(1, LONGEST_TEXT), _kept]


def _given(field: str, check: Any, **shape: Any) -> fields.String:
    return fields.String(allow_none=True, validate=check, metadata=_ABOUT[field] | shape)


def _shown(field: str, **options: Any) -> fields.String:
    return told(_ABOUT[field]["description"], _ABOUT[field]["example"], **options)


def _texts_by_locale(**options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=_a_locale),
        values=fields.String(validate=_IS_TEXT),
        metadata=_ABOUT["translations"],
        **options,
    )


class ConditionSchema(Schema):
    """What has to be true: `order.total_price at_least 500`."""

    field = fields.String(
        required=True,
        validate=[validate.Length(1, _LONGEST_FIELD), PRINTS],
        metadata={"description": "One of the automation's `variables`.", "example": "order.total_price"},
    )
    operator = fields.String(
        required=True,
        validate=one_of(Operator),
        metadata={
            "description": "How it is compared. What has no value is nothing, and contains nothing.",
            "example": "at_least",
        },
    )
    value = fields.Raw(
        load_default=None,
        allow_none=True,
        metadata={
            "type": ["string", "number", "boolean", "null"],
            "description": "What it is compared with; none for `exists` and `exists_not`.",
            "example": 500,
        },
    )

    @validates_schema
    def _has_its_value(self, data: dict[str, Any], **_: Any) -> None:
        operator, value = Operator(data["operator"]), data["value"]
        if operator in WITHOUT_VALUE:
            if value is not None:
                raise ValidationError(f"Leave it out: {operator} takes no value.", "value")
        elif operator in NUMERIC:
            if as_number(value) is None:
                raise ValidationError("Give a number, like 500.", "value")
        elif not _is_comparable(value):
            raise ValidationError(
                f"Give a text of at most {_LONGEST_VALUE} characters, a number, or yes or no.", "value"
            )


def _is_comparable(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and len(value) <= _LONGEST_VALUE and not holds_unkept(value)
    return isinstance(value, bool | int | float)


def _conditions(**options: Any) -> Any:
    return fields.List(fields.Nested(ConditionSchema), metadata=_ABOUT["conditions"], **options)


class AutomationChangesSchema(Schema):
    """What to change of an automation; what is left out stays, null clears."""

    enabled = _Flag(metadata=_ABOUT["enabled"])
    template = _given("template", _IS_TEXT)
    translations = _texts_by_locale(allow_none=True, validate=validate.Length(max=_MOST_TRANSLATIONS))
    delay_seconds = _Seconds(
        allow_none=True, validate=validate.Range(0, _LONGEST_DELAY), metadata=_ABOUT["delay_seconds"]
    )
    after = _given("after", [validate.Length(1, 32), PRINTS])
    consent = _given("consent", one_of(Consent))
    hours = _given("hours", one_of(Hours))
    channel = _given("channel", one_of(CARRIED_FLOW_TYPES))
    conditions = _conditions(allow_none=True, validate=validate.Length(max=_MOST_CONDITIONS))
    sender_id = _given("sender_id", checked(check_sender_id), pattern=SENDER_ID_PATTERN)
    entity_id = _given("entity_id", checked(partial(check_dlt_id, "entity_id")), pattern=DLT_ID_PATTERN)
    template_id = _given("template_id", checked(partial(check_dlt_id, "template_id")), pattern=DLT_ID_PATTERN)


class AutomationSchema(Schema):
    """What is sent when something happens."""

    trigger = told("What it is sent for.", "order_placed")
    title = told("The same as people call it.", "Order placed")
    about = told("When it is sent and to whom.", "As soon as somebody has ordered.")
    enabled = _Flag(required=True, metadata=_ABOUT["enabled"])
    template = told(
        "The text in Liquid for everybody without a translation, or the name of the kept template it is of.", _TEXT
    )
    text = told("That text as it is now; empty where the kept template was removed, and then nothing is sent.", _TEXT)
    translations = _texts_by_locale(required=True)
    locales = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The locales that have a text of their own.", "example": ["de", "fr"]},
    )
    delay_seconds = _Seconds(required=True, allow_none=True, metadata=_ABOUT["delay_seconds"])
    after = _shown("after", nullable=True)
    consent = _shown("consent", validate=one_of(Consent))
    hours = _shown("hours", validate=one_of(Hours))
    channel = _shown("channel", validate=one_of(CARRIED_FLOW_TYPES))
    conditions = _conditions(required=True)
    sender_id = _shown("sender_id", nullable=True)
    entity_id = _shown("entity_id", nullable=True)
    template_id = _shown("template_id", nullable=True)
    variables = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={
            "description": "What its text may show and its conditions may ask for.",
            "example": {"order.name": "The order's number as the shop writes it"},
        },
    )


class AutomationListSchema(Schema):
    """All automations, in the order in which things happen."""

    items = fields.List(fields.Nested(AutomationSchema), required=True, metadata={"description": "The automations."})


class AutomationTrialSchema(AutomationChangesSchema):
    """What to try: the automation as it is, with changes that are not kept."""

    locale = fields.String(
        allow_none=True,
        validate=_a_locale,
        metadata={"description": "The language of whoever reads it.", "example": "de-AT", "pattern": PATTERN},
    )
    order = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        allow_none=True,
        metadata={
            "description": "An order to fill it in with, as the shop's webhooks tell it; else a sample is used.",
            "example": {"name": "#1042", "total_price": "1499.00", "currency": "INR"},
        },
    )


class AutomationPreviewSchema(Schema):
    """What somebody would get."""

    trigger = told("What it is sent for.", "order_placed")
    text = told("The text, filled in.", "Blue Kurta Shop: we have got your order #1042.")
    locale = told("The locale that the text is for; null: for whoever has no translation.", "de", nullable=True)
    sender_id = told("Who it would be from; null: the account has no sender id yet.", "UTOMOB", nullable=True)
    encoding = told("How it is encoded.", "GSM-7", validate=one_of(("GSM-7", "UCS-2")))
    segments = fields.Integer(required=True, metadata={"description": "How many SMS it is billed as.", "example": 1})
    characters = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The characters that force UCS-2, at most 20.", "example": ["–"]},
    )
