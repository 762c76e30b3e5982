"""The shapes of an account and how it is."""

from marshmallow import Schema, fields

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.gateways.installed import NAMES
from connectors.shared.web.shapes import moment, one_of, text


class ReasonSchema(Schema):
    """Why an account's messages do not go out."""

    code = text("The vendor's code.", "508", nullable=True)
    message = text("The reason, for a person.", "The account has no credit left.")


class DailyLimitSchema(Schema):
    """How many messages may go out in a day (UTC)."""

    limit = fields.Integer(required=True, metadata={"description": "How many a day.", "example": 10_000})
    counted = fields.Integer(required=True, metadata={"description": "How many went out today.", "example": 9_600})
    held_until = moment("Until when others are held, one-time codes aside; null: none is.", None)


class ConnectionSchema(Schema):
    """One connection of an account to a vendor, and how it is."""

    gateway = text("The vendor.", "message-central", validate=one_of(NAMES))
    state = text("Whether messages go out by it.", "active", validate=one_of(ConnectionState))
    reason = fields.Nested(
        ReasonSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Why it is paused or refused; null where it is not."},
    )
    retry_at = moment("When a paused one is tried next.", None)
    sender_id = text("The sender id of messages without their own.", "UTOMOB", nullable=True)
    waiting = fields.Integer(required=True, metadata={"description": "Messages not yet sent by it.", "example": 12})
    last_receipt_at = moment("When a delivery receipt last came for it.", "2026-11-21T08:00:04Z")


class AccountSchema(Schema):
    """An account and how it is; of several connections, how the first is."""

    customer_id = text("The customer id: Message Central's, or the name of the account.", "C-1234567890ABCDE")
    sender_id = text("The sender id of messages without their own.", "UTOMOB", nullable=True)
    country_code = text("The calling code by which national numbers are read.", "91", nullable=True)
    message_type = text("The type of messages without their own.", "TRANSACTION", validate=one_of(MESSAGE_TYPES))
    entity_id = text("The DLT entity id.", "1101456789012345678", nullable=True)
    template_id = text("The DLT template id.", "1107161234567890123", nullable=True)
    rate = fields.Float(required=True, metadata={"description": "Messages a second; 0: no limit.", "example": 0})
    bulk = fields.Boolean(required=True, metadata={"description": "Whether equal texts share a call.", "example": True})
    email = text("The e-mail of the account at the vendor.", "sms@example.com", nullable=True)
    state = text("Whether its messages go out.", "active", validate=one_of(ConnectionState))
    reason = fields.Nested(
        ReasonSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Why it is paused or refused; null where it is not."},
    )
    retry_at = moment("When a paused account is tried next.", None)
    last_receipt_at = moment("When a delivery receipt last came for it.", "2026-11-21T08:00:04Z")
    unmatched_receipts = fields.Integer(
        required=True, metadata={"description": "Receipts that fit no message.", "example": 0}
    )
    waiting = fields.Integer(required=True, metadata={"description": "Messages not yet sent.", "example": 12})
    daily_limit = fields.Nested(
        DailyLimitSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The limit of the day, where the operator has set one."},
    )
    created_at = moment("When the account was added.", "2026-11-01T09:30:00Z", nullable=False)
    gateway = text("The vendor of its first connection.", "message-central", validate=one_of(NAMES))
    connections = fields.List(
        fields.Nested(ConnectionSchema),
        required=True,
        metadata={"description": "Its connections; by the first go messages that no route leads elsewhere."},
    )
