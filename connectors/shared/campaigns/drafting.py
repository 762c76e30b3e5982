"""Drafting a campaign: what is asked, completed by the account's defaults and checked against the recipients' file."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from connectors.shared.accounts.senders import Sender
from connectors.shared.campaigns.sheets import FIRST_OCTETS, SheetLayout, SheetOptions, check_file, kind_of
from connectors.shared.campaigns.store import NewCampaign
from connectors.shared.clock import now_ms, to_date
from connectors.shared.kept_text import holds_unkept
from connectors.shared.messages.composing import (
    InvalidMessage,
    check_dlt_ids,
    check_due,
    choose_sender_id,
    read_channel,
    read_message_type,
)
from connectors.shared.templates.rendering import CompiledText, TemplateUnreadable, compile_text

LONGEST_NAME = 200
LONGEST_TEXT = 10_000
SPOOL = "json"
"""The kind of a file of ours: recipients that came over the API, one JSON object a line."""


@dataclass(frozen=True, slots=True)
class RecipientsFile:
    """Recipients as they came, and what they came as (`sheets.kind_of`)."""

    path: Path
    kind: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks of a campaign; None takes the account's default. `due_at` is UTC milliseconds."""

    text: str = field(repr=False)
    name: str | None = None
    sender_id: str | None = None
    message_type: str | None = None
    channel: str | None = None
    template_id: str | None = None
    entity_id: str | None = None
    due_at: int | None = None
    mobile_column: str | None = None
    country_column: str | None = None
    one_per_number: bool = False

    @property
    def options(self) -> SheetOptions:
        """How to find the numbers."""
        return SheetOptions(self.mobile_column, self.country_column)


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign that may begin, how its file is laid out and what its text needs."""

    new: NewCampaign
    layout: SheetLayout
    compiled: CompiledText


def file_at(path: Path, name: str) -> RecipientsFile:
    """Return a file with its kind. Raises SheetRefused."""
    # A name may hold anything but a slash, and PostgreSQL keeps no NUL.
    kept = "".join(filter(str.isprintable, name))[-LONGEST_NAME:]
    with path.open("rb") as opened:
        return RecipientsFile(path, kind_of(name, opened.read(FIRST_OCTETS)), kept or None)


def draft(sender: Sender, wanted: Wanted, file: RecipientsFile, source: str) -> Draft:
    """Check everything that can be told before the whole file is read.

    Raises InvalidMessage, which names the field, and SheetRefused for the file.
    """
    check_dlt_ids(sender, wanted.template_id, wanted.entity_id)
    message_type = read_message_type(wanted.message_type or sender.message_type)
    if message_type == "OTP":
        raise InvalidMessage(
            "message_type", "A one-time code is for one person: send it as a verification, or as a single message."
        )
    layout = check_file(file.path, file.kind, wanted.options)
    compiled = _compile(wanted.text, layout)
    new = NewCampaign(
        account_id=sender.account_id,
        connection_id=sender.connection_id,
        name=wanted.name or _name(file),
        source=source,
        text=wanted.text,
        sender_id=choose_sender_id(sender, wanted.sender_id),
        channel=read_channel(wanted.channel or "SMS"),
        message_type=message_type,
        template_id=wanted.template_id or sender.template_id,
        entity_id=wanted.entity_id or sender.entity_id,
        country_code=sender.country_code,
        mobile_column=wanted.mobile_column,
        country_column=wanted.country_column,
        due_at=None if wanted.due_at is None else check_due(wanted.due_at),
        file_kind=file.kind,
        file_name=file.name,
        rows_expected=layout.rows_expected,
        one_per_number=wanted.one_per_number,
    )
    return Draft(new, layout, compiled)


def _compile(text: str, layout: SheetLayout) -> CompiledText:
    if not text.strip():
        raise InvalidMessage("text", "The text is empty. Write what the recipients are to read.")
    if holds_unkept(text):
        raise InvalidMessage("text", "The text holds a character that no phone can show (NUL, or half of a character).")
    if len(text) > LONGEST_TEXT:
        raise InvalidMessage("text", f"The text is longer than {LONGEST_TEXT:,} characters. Shorten it.")
    try:
        compiled = compile_text(text, layout.header)
    except TemplateUnreadable as error:
        raise InvalidMessage("text", str(error)) from None
    if compiled.unknown:
        raise InvalidMessage("text", " ".join(_unknown(name, layout) for name in compiled.unknown))
    return compiled


def _unknown(name: str, layout: SheetLayout) -> str:
    close = get_close_matches(name.casefold(), [column.casefold() for column in layout.header], n=1)
    meant = next((column for column in layout.header if close and column.casefold() == close[0]), None)
    asked = f" Did you mean “{meant}”?" if meant else ""
    return f"The text needs “{name}”, and no column is called so.{asked} The columns are: {', '.join(layout.header)}."


def _name(file: RecipientsFile) -> str:
    return file.name or f"Campaign of {to_date(now_ms())}"
