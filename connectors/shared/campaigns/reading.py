"""What a row of a recipients' file becomes: a message, or a reason why there is none. Knows no database."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import RowMapping

from connectors.shared.campaigns.sheets import SheetRow, phone_number_of
from connectors.shared.kept_text import UNKEPT
from connectors.shared.messages.accept import PROMOTIONAL_HOURS, NewMessage
from connectors.shared.messages.composing import InvalidMessage, check_text
from connectors.shared.phone_numbers import InvalidNumber, PhoneNumber
from connectors.shared.segments import Segments
from connectors.shared.templates.rendering import CompiledText, MissingVariables, Rendered, TemplateUnreadable

SLICE_MESSAGES: Final = 1_000
"""So that calls for a hundred, and workbooks of a thousand, are full."""
SLICE_ROWS: Final = 4_000
"""Of a file full of unusable rows, too, only so many are written in one transaction."""
SLICE_SECONDS: Final = 2.0
"""Files are read in turn, and a text full of conditions can take half a second a row."""
_SPOOL: Final = "json"


class SkipReason(StrEnum):
    """Why a row becomes no message; the values are those of the REST API."""

    INVALID = "invalid"
    NO_NUMBER = "no_number"
    MISSING_VARIABLE = "missing_variable"
    DUPLICATE = "duplicate"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Skip:
    """A row that was left out."""

    row: int
    reason: SkipReason
    detail: str
    """For a person; without anybody's number."""
    recipient: str | None = field(default=None, repr=False)
    """Digits of E.164, where they could be read."""


_OPTED_OUT: Final = "This number has opted out."
_SAME_NUMBER: Final = "An earlier recipient has the same number."
_SAME_MESSAGE: Final = "An earlier row has the same number and the same text."


def screened_out(new: NewMessage, reason: SkipReason) -> Skip:
    """Return a row that could be sent, and is left out as a duplicate or since its number has opted out."""
    copy = _SAME_NUMBER if new.whatever_the_text else _SAME_MESSAGE
    detail = copy if reason is SkipReason.DUPLICATE else _OPTED_OUT
    return Skip(new.campaign_row or 0, reason, detail, new.recipient.digits)


@dataclass(slots=True)
class Slice:
    """What is written in one transaction."""

    messages: list[NewMessage] = field(default_factory=list, repr=False)
    skips: list[Skip] = field(default_factory=list, repr=False)
    last_row: int = 0
    ended: bool = False
    """Whether the file ends here."""

    @property
    def rows(self) -> int:
        """How many rows of the file it stands for."""
        return len(self.messages) + len(self.skips)


def next_slice(rows: Iterator[SheetRow], read: Callable[[SheetRow], NewMessage | Skip]) -> Slice:
    """Read on until a slice is full, took long, or the file ends. Raises SheetRefused where the file is unusable."""
    gathered = Slice()
    until = time.monotonic() + SLICE_SECONDS
    while len(gathered.messages) < SLICE_MESSAGES and gathered.rows < SLICE_ROWS:
        row = next(rows, None)
        if row is None:
            gathered.ended = True
            break
        gathered.last_row = row.row
        result = read(row)
        if isinstance(result, Skip):
            gathered.skips.append(result)
        else:
            gathered.messages.append(result)
        if time.monotonic() > until:
            break
    return gathered


class RowReader:
    """Reads the rows of one campaign."""

    def __init__(self, campaign: RowMapping | Mapping[str, Any], text: CompiledText) -> None:
        self._campaign = campaign
        self._text = text

    def __call__(self, row: SheetRow) -> NewMessage | Skip:
        if row.problem is not None:
            return Skip(row.row, SkipReason.INVALID, _kept(row.problem))
        if row.number is None:
            return Skip(row.row, SkipReason.NO_NUMBER, "This row has no phone number.")
        try:
            number = phone_number_of(row, self._campaign["country_code"])
        except InvalidNumber as error:
            return Skip(row.row, SkipReason.INVALID, str(error))
        try:
            rendered = self._text.render(row.values)
            return self._message(row, number, rendered, check_text(rendered.text))
        except MissingVariables as error:
            detail = _kept(self._why_missing(row, error.names))
            return Skip(row.row, SkipReason.MISSING_VARIABLE, detail, number.digits)
        except (TemplateUnreadable, InvalidMessage) as error:
            return Skip(row.row, SkipReason.INVALID, _kept(str(error)), number.digits)

    def _message(self, row: SheetRow, number: PhoneNumber, rendered: Rendered, segments: Segments) -> NewMessage:
        campaign = self._campaign
        return NewMessage(
            account_id=campaign["account_id"],
            connection_id=campaign["connection_id"],
            recipient=number,
            text=rendered.text,
            segments=segments,
            sender_id=campaign["sender_id"],
            source=campaign["source"],
            channel=campaign["channel"],
            message_type=campaign["message_type"],
            template_id=campaign["template_id"],
            entity_id=campaign["entity_id"],
            deduplicate=True,
            whatever_the_text=campaign["one_per_number"],
            due_at=campaign["due_at"],
            hours=PROMOTIONAL_HOURS if campaign["message_type"] == "PROMOTIONAL" else None,
            campaign_id=campaign["id"],
            campaign_row=row.row,
            variables=rendered.variables if self._text.pattern is not None else None,
            parked=True,
        )

    def _why_missing(self, row: SheetRow, names: tuple[str, ...]) -> str:
        for name in names:
            if name in row.faults:
                return row.faults[name]
        quoted = " and ".join(f'"{name}"' for name in names)
        if self._campaign["file_kind"] == _SPOOL:
            return f"The {'variable' if len(names) == 1 else 'variables'} {quoted} {_have(names)} no value."
        return f"The {'column' if len(names) == 1 else 'columns'} {quoted} {_are(names)} empty in this row."


def _have(names: tuple[str, ...]) -> str:
    return "has" if len(names) == 1 else "have"


def _are(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def _kept(words: str) -> str:
    return UNKEPT.sub("\ufffd", words)
