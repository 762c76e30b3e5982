"""What an SMS looks like in Pipedrive: a note, or an activity that is done.

Both are HTML to Pipedrive, so whatever people wrote is escaped. Each ends with our message's id, by which it is found
again: https://developers.pipedrive.com/docs/api/v1/Notes and …/Activities
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import Markup, escape

from connectors.pipedrive.tables import LogKind
from connectors.shared.clock import SECOND

NOTES: Final = "/api/v1/notes"
ACTIVITIES: Final = "/api/v2/activities"
DEFAULT_ACTIVITY_TYPE: Final = "task"
"""One that every company has to begin with: https://developers.pipedrive.com/docs/api/v1/ActivityTypes"""


@dataclass(frozen=True, slots=True)
class CrmEntry:
    """What is known of a message that was sent."""

    message_id: str
    person_id: int
    kind: str
    activity_type: str | None
    recipient: str = field(repr=False)
    """Digits of E.164."""
    text: str = field(repr=False)
    sender_id: str
    channel: str
    segments: int
    sent_at: int
    campaign: str | None
    """Its name, where it was part of one."""


def path_of(kind: str) -> str:
    """Return where entries of a kind are written, and listed."""
    return NOTES if kind == LogKind.NOTE else ACTIVITIES


def body_of(entry: CrmEntry) -> Mapping[str, Any]:
    """Return what is posted there."""
    return _note(entry) if entry.kind == LogKind.NOTE else _activity(entry)


def _note(entry: CrmEntry) -> Mapping[str, Any]:
    return {
        "content": str(Markup("<b>{}</b><br>{}").format(_subject(entry), _html(entry))),
        "person_id": entry.person_id,
        "add_time": _utc(entry.sent_at).strftime("%Y-%m-%d %H:%M:%S"),
    }


def _activity(entry: CrmEntry) -> Mapping[str, Any]:
    sent = _utc(entry.sent_at)
    return {
        "subject": _subject(entry),
        "type": entry.activity_type or DEFAULT_ACTIVITY_TYPE,
        "done": True,
        "due_date": sent.strftime("%Y-%m-%d"),
        "due_time": sent.strftime("%H:%M"),
        "note": str(_html(entry)),
        # The person's own field is only read: https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide
        "participants": [{"person_id": entry.person_id, "primary": True}],
    }


def _subject(entry: CrmEntry) -> str:
    what = "SMS" if entry.channel == "SMS" else f"{entry.channel} message"
    return f"{what} to +{entry.recipient}"


def _html(entry: CrmEntry) -> Markup:
    lines = [_lines(entry.text), Markup("")]
    if entry.campaign is not None:
        lines.append(escape(f"Campaign: {entry.campaign}"))
    segments = "1 segment" if entry.segments == 1 else f"{entry.segments} segments"
    sender = f"From {entry.sender_id}, " if entry.sender_id else ""
    lines.append(escape(f"{sender}{segments}, sent {_utc(entry.sent_at):%Y-%m-%d %H:%M} UTC"))
    lines.append(escape(f"SMS {entry.message_id}"))
    return Markup("<br>").join(lines)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def _utc(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms // SECOND, UTC)
