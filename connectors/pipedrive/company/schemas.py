"""The shape of a company's settings."""

from functools import partial
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate

from connectors.pipedrive.tables import LogKind
from connectors.shared.messages.composing import check_dlt_id, check_sender_id, read_channel, read_message_type
from connectors.shared.phone_numbers import region_of
from connectors.shared.web.shapes import PRINTS, checked

CAMPAIGN_SENDERS: Final = ("admins", "all")
LONGEST_CUSTOMER_ID: Final = 128
LONGEST_PASSWORD: Final = 200
LONGEST_EMAIL: Final = 254
LONGEST_ACTIVITY_TYPE: Final = 100

_KINDS: Final = [kind.value for kind in LogKind]
_log_kind = validate.OneOf(_KINDS, error="Choose note, activity or none.")


def _country(value: str) -> None:
    if region_of(value) is None:
        raise ValidationError("Give the calling code of a country, for example 91 for India.")


def _email(value: str) -> None:
    name, at, host = value.rpartition("@")
    if not (name and at and host) or " " in value:
        raise ValidationError("Give an email address, for example asha@example.com.")


def _customer_id() -> list[Any]:
    trimmed = validate.Regexp(r"^\S(?:.*\S)?$", error="Give it without spaces at its ends.")
    return [validate.Length(1, LONGEST_CUSTOMER_ID), PRINTS, trimmed]


class SettingsSchema(Schema):
    """What to change of the settings; what is left out stays. null clears, except in the login."""

    customer_id = fields.String(allow_none=True, validate=_customer_id())
    email = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_EMAIL), PRINTS, _email])
    password = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_PASSWORD), PRINTS])
    sender_id = fields.String(allow_none=True, validate=checked(check_sender_id))
    country_code = fields.String(allow_none=True, validate=_country)
    message_type = fields.String(allow_none=True, validate=checked(read_message_type))
    entity_id = fields.String(allow_none=True, validate=checked(partial(check_dlt_id, "entity_id")))
    channel = fields.String(allow_none=True, validate=checked(read_channel))
    log_single = fields.String(allow_none=True, validate=_log_kind)
    log_campaign = fields.String(allow_none=True, validate=_log_kind)
    activity_type = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_ACTIVITY_TYPE), PRINTS])
    campaign_senders = fields.String(
        allow_none=True, validate=validate.OneOf(CAMPAIGN_SENDERS, error="Choose admins or all.")
    )

    @post_load
    def _as_kept(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        for name, spelt in (("message_type", read_message_type), ("channel", read_channel), ("country_code", _digits)):
            if data.get(name) is not None:
                data[name] = spelt(data[name])
        # A page that sends back what it was shown sends a null there, and means no change.
        return {name: value for name, value in data.items() if value is not None or name not in _NOT_CLEARED}


_NOT_CLEARED: Final = ("customer_id", "password")


def _digits(code: str) -> str:
    return str(int(code.strip().removeprefix("+")))
