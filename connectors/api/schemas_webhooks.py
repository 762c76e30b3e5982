"""The shapes of webhooks: what validates requests, dumps answers and makes the OpenAPI document."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from connectors.shared.web.shapes import UUID, moment, one_of, text
from connectors.shared.webhooks.events import CAMPAIGN_FINISHED, EVENTS
from connectors.shared.webhooks.subscriptions import STATES

LONGEST_URL: Final = 2048

_IS_URL: Final = validate.Regexp(
    r"^https?://[!-~]+$(?!\n)", error="The URL has to begin with https:// and to be plain ASCII without spaces."
)
_URL: Final = "https://hooks.shop.example/sms"
_SECRET: Final = "whsec_" + "ZXhhbXBsZSBleGFtcGxlIGV4YW1wbGUgZXhhbXBsZSE="


def _events() -> Any:
    return fields.List(
        fields.String(validate=one_of(EVENTS)),
        required=True,
        validate=validate.Length(1, len(EVENTS)),
        metadata={
            "description": "What it is told.",
            "example": ["message.delivered", "message.undelivered", CAMPAIGN_FINISHED],
        },
    )


def _status() -> fields.Integer:
    metadata = {"description": "The status of the answer; null: no answer came.", "example": 503}
    return fields.Integer(required=True, allow_none=True, metadata=metadata)


class NewWebhookSchema(Schema):
    """Where to tell what."""

    url = fields.String(
        required=True,
        validate=[validate.Length(1, LONGEST_URL), _IS_URL],
        metadata={
            "description": (
                "Where events are posted to: it begins with https:// and leads to a public address, unless the "
                "operator allows otherwise."
            ),
            "example": _URL,
        },
    )
    events = _events()


class WebhookFailureSchema(Schema):
    """The last post that was not taken."""

    at = moment("When it was posted.", "2026-11-21T08:00:05Z", nullable=False)
    status = _status()
    message = text("What went wrong, for a person.", "It answered 503.")


class WebhookSchema(Schema):
    """A webhook and how it is."""

    id = text("Its id.", UUID)
    url = text("Where events are posted to; null where the service lost the key to read it.", _URL, nullable=True)
    events = _events()
    state = text(
        "`disabled`: it is told nothing, and what happens meanwhile stays untold.", "active", validate=one_of(STATES)
    )
    disabled_at = moment("When it was disabled.", None)
    disabled_reason = text("Why it was disabled, for a person.", None, nullable=True)
    failing_since = moment("The first failure after the last success: a day after it, the webhook is disabled.", None)
    last_failure = fields.Nested(
        WebhookFailureSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The last post that was not taken; null: every one was."},
    )
    pending = fields.Integer(
        required=True, metadata={"description": "How many events are still to be told.", "example": 0}
    )
    created_at = moment("When it was added.", "2026-11-21T08:00:00Z", nullable=False)


class CreatedWebhookSchema(WebhookSchema):
    """A webhook with its secret, which is shown this once."""

    secret = text(
        "What its posts are signed with, by the Standard Webhooks scheme. Keep it: it is never shown again.", _SECRET
    )


class WebhookPageSchema(Schema):
    """An account's webhooks, newest first."""

    items = fields.List(fields.Nested(WebhookSchema), required=True, metadata={"description": "The webhooks."})
    next = text("Always null: one page holds them all.", None, nullable=True)


class TrialSchema(Schema):
    """What came of a post to try a webhook by."""

    status = _status()
    failure = text("What went wrong, for a person; null: it was taken.", "It answered 503.", nullable=True)
    duration_ms = fields.Integer(
        required=True, metadata={"description": "How long it took, in milliseconds.", "example": 84}
    )
