"""The shapes of campaigns: what validates requests, dumps answers and makes the OpenAPI document."""

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.api.campaign_recipients import LONGEST_NUMBER, Recipients
from connectors.api.schemas_messages import MessageSchema, ResolveSchema, SendingSchema
from connectors.shared.campaigns.drafting import LONGEST_NAME, LONGEST_TEXT
from connectors.shared.campaigns.states import CampaignState
from connectors.shared.campaigns.store import SKIP_REASONS
from connectors.shared.messages.composing import LONGEST_DLT_ID
from connectors.shared.messages.states import Status
from connectors.shared.web.shapes import PRINTS, moment, next_page, one_of
from connectors.shared.web.shapes import text as said

LONGEST_COLUMN: Final = 200
LONGEST_TEMPLATE: Final = 100
LONGEST_SENDER_ID: Final = 16  # fifteen digits and a plus


_TEMPLATE: Final = "The name or id of a template, instead of a text."


def _text(example: str) -> fields.String:
    return fields.String(
        validate=validate.Length(1, LONGEST_TEXT),
        metadata={
            "description": (
                "What to send, in Liquid: `{{ first name }}` stands for the column of that name. "
                "`##var##`, `##var2##` and `##var3##` stand for Var1, Var2 and Var3."
            ),
            "example": example,
        },
    )


def _column() -> fields.String:
    return fields.String(validate=[validate.Length(1, LONGEST_COLUMN), PRINTS])


def _left_empty(description: str, longest: int) -> fields.String:
    """Describe a field of a form that a first try leaves empty, which is the same as not given."""
    return fields.String(validate=validate.Length(max=longest), metadata={"description": description, "example": ""})


class CampaignTextSchema(SendingSchema):
    """What a campaign says and how it travels."""

    name = fields.String(
        validate=[validate.Length(1, LONGEST_NAME), PRINTS],
        metadata={"description": "What you call it; else the file's name, or the day.", "example": "Diwali 2026"},
    )
    text = _text("Dear {{ first_name }}, our sale begins today.")
    template = fields.String(
        validate=[validate.Length(1, LONGEST_TEMPLATE), PRINTS], metadata={"description": _TEMPLATE, "example": "sale"}
    )

    @validates_schema
    def _has_one_text(self, data: dict[str, Any], **_: Any) -> None:
        if ("text" in data) == ("template" in data):
            raise ValidationError("Give either text or template.", "text")


class NewCampaignSchema(CampaignTextSchema):
    """A campaign for recipients that are given one by one."""

    recipients = Recipients(required=True, metadata={"description": "Who gets it, at most 10,000."})


class CampaignFormSchema(CampaignTextSchema):
    """What a form says beside its file, once its empty fields are left out."""

    mobile_column = _column()
    country_column = _column()


class CampaignUploadSchema(CampaignFormSchema):
    """A campaign for the recipients of a file. A field that is left empty is not given."""

    # The page to try it shows every field at once with its example: together they have to make a campaign.
    text = _text("Our sale begins today.")
    template = _left_empty(_TEMPLATE, LONGEST_TEMPLATE)
    sender_id = _left_empty("Who it is from; else the template's or the account's.", LONGEST_SENDER_ID)
    template_id = _left_empty("The DLT id of the registered text (India).", LONGEST_DLT_ID)
    entity_id = _left_empty("The DLT id of the business (India).", LONGEST_DLT_ID)
    mobile_column = _left_empty("The header of the column of numbers; else found by its name.", LONGEST_COLUMN)
    country_column = _left_empty("The header of the column of countries; else found by its name.", LONGEST_COLUMN)
    file = fields.Raw(
        required=True,
        metadata={
            "type": "string",
            "format": "binary",
            "description": "An .xlsx or .csv, at most 50 MB and 1,000,000 rows; the first row names the columns.",
            "example": "recipients.xlsx",
        },
    )


def _count(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description, "example": 0})


CountsSchema = Schema.from_dict(
    {status.value: _count(f"Messages that are {status.value}.") for status in Status}, name="CountsSchema"
)
SkippedSchema = Schema.from_dict(
    {reason: _count(f"Rows left out: {reason.replace('_', ' ')}.") for reason in SKIP_REASONS}, name="SkippedSchema"
)


class HeldSchema(Schema):
    """How many wait for another time, at least."""

    outside_hours = _count("Promotions that wait for the hours of the recipient's place.")
    daily_limit = _count("Messages that wait for tomorrow, since the account's limit of the day is reached.")


class CampaignErrorSchema(Schema):
    """Why a campaign failed."""

    code = said("A word for programs.", "unreadable")
    message = said(
        "What is wrong and what to do, for a person.", "The file ends in the middle of row 512.", nullable=True
    )


class CampaignSchema(Schema):
    """A campaign."""

    id = said("Its id; grows with time.", "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50")
    name = said("What you call it.", "Diwali 2026")
    state = said("Where it stands.", "running", validate=one_of(CampaignState))
    total = _count("Rows read, blank ones aside; once imported, the sum of counts and skipped.")
    rows_read = _count("The row of the file that was read last.")
    rows_expected = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "About how many there are, where the file says.", "example": 500},
    )
    counts = fields.Nested(CountsSchema, required=True, metadata={"description": "Messages by status."})
    skipped = fields.Nested(SkippedSchema, required=True, metadata={"description": "Rows left out, by reason."})
    held = fields.Nested(HeldSchema, required=True, metadata={"description": "Messages that wait for another time."})
    segments = _count("How many SMS it is billed as, all recipients together.")
    error = fields.Nested(
        CampaignErrorSchema, required=True, allow_none=True, metadata={"description": "Why it failed; else null."}
    )
    text = said("What it says.", "Dear {{ first_name }}, our sale begins today.")
    sender_id = said("Who it is from, as the phone shows it.", "UTOMOB")
    channel = said("How it travels.", "SMS")
    message_type = said("What it is for.", "PROMOTIONAL")
    template_id = said("The DLT template id.", None, nullable=True)
    entity_id = said("The DLT entity id.", None, nullable=True)
    source = said("The connector that asked for it.", "api")
    due_at = moment("When it is to be sent; null: at once.", None)
    created_at = moment("When it was accepted.", "2026-11-21T08:00:00Z", nullable=False)
    imported_at = moment("When its file had been read.", "2026-11-21T08:00:03Z")
    paused_at = moment("Since when it is paused.", None)
    canceled_at = moment("When it was canceled.", None)
    failed_at = moment("When it failed.", None)
    closed_at = moment("When it was first seen finished, canceled or failed.", None)


class CampaignPageSchema(Schema):
    """Campaigns, newest first."""

    items = fields.List(fields.Nested(CampaignSchema), required=True, metadata={"description": "The campaigns."})
    next = next_page()


class CampaignRecipientSchema(MessageSchema):
    """A message of a campaign, with its row."""

    row = fields.Integer(required=True, metadata={"description": "Its row in the file.", "example": 2})


class CampaignRecipientPageSchema(Schema):
    """Messages of a campaign, in the order of its file."""

    items = fields.List(
        fields.Nested(CampaignRecipientSchema), required=True, metadata={"description": "The messages."}
    )
    next = next_page()


class CampaignTestSchema(Schema):
    """Where to try a campaign."""

    to = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_NUMBER),
        metadata={"description": "A number of your own.", "example": "+919816111111"},
    )
    row = fields.Integer(
        validate=validate.Range(1, 2_000_000),
        metadata={"description": "The row of the file to render; else the first.", "example": 2},
    )


class CampaignResolveSchema(ResolveSchema):
    """What is known, or wanted, of the messages of a campaign that are in doubt."""


class RowErrorSchema(Schema):
    """Why a row would be left out."""

    row = fields.Integer(required=True, metadata={"description": "The row of the file.", "example": 7})
    reason = said("A word for programs.", "invalid", validate=one_of(SKIP_REASONS))
    message = said("What is wrong and what to do, for a person.", "The phone number is empty.", nullable=True)


class RenderedSchema(Schema):
    """A message as it would be sent."""

    row = fields.Integer(required=True, metadata={"description": "The row of the file.", "example": 2})
    to = said("The recipient, in E.164.", "+919816111111")
    text = said("What the phone will show.", "Dear Asha, our sale begins today.")
    encoding = said("How its text is encoded.", "GSM-7", validate=one_of(("GSM-7", "UCS-2")))
    segments = fields.Integer(required=True, metadata={"description": "How many SMS it is billed as.", "example": 1})


class EncodingsSchema(Schema):
    """How many messages are encoded how."""

    GSM_7 = fields.Integer(
        required=True, data_key="GSM-7", attribute="GSM-7", metadata={"description": "In GSM-7.", "example": 480}
    )
    UCS_2 = fields.Integer(
        required=True, data_key="UCS-2", attribute="UCS-2", metadata={"description": "In UCS-2.", "example": 20}
    )


class PreviewSchema(Schema):
    """What a campaign would send. Nothing was sent, and nothing is kept."""

    total = _count("Rows read, blank ones aside.")
    recipients = _count("Messages that would go out.")
    skipped = fields.Nested(SkippedSchema, required=True, metadata={"description": "Rows left out, by reason."})
    first = fields.List(
        fields.Nested(RenderedSchema), required=True, metadata={"description": "The first ten, as rendered."}
    )
    longest = fields.Nested(
        RenderedSchema, required=True, allow_none=True, metadata={"description": "The longest of all."}
    )
    segments = _count("How many SMS it would be billed as, all recipients together.")
    encodings = fields.Nested(EncodingsSchema, required=True, metadata={"description": "Messages by encoding."})
    characters = fields.List(
        fields.String(), required=True, metadata={"description": "Characters that keep texts from GSM-7, some of them."}
    )
    errors = fields.List(
        fields.Nested(RowErrorSchema), required=True, metadata={"description": "Why rows would be left out."}
    )
    errors_left_out = _count("Errors beyond those that are listed.")
    columns = fields.List(fields.String(), required=True, metadata={"description": "The columns of the file."})
    mobile_column = said("The column that the numbers are in.", "Mobile")
    country_column = said("The column that calling codes are in.", None, nullable=True)
