"""What the commands of campaigns print: previews, what became of everybody, lists."""

import unicodedata
from typing import Any

from rich.console import Console
from rich.text import Text

from connectors.commands.campaign_progress import AWAITING, NEVER_SENT, RECEIVED, count
from connectors.commands.terminal import id_line, legible, local_time, one_line, plain_table, say, short_time
from connectors.shared.campaigns.states import OPEN
from connectors.shared.messages.states import Status

ERRORS_SHOWN = 20
SKIPS_SHOWN = 10
WIDE_ENOUGH = 110
"""Columns of a terminal on which a campaign with its id fits into a line."""

SKIPPED = {
    "invalid": "that cannot be used",
    "no_number": "without a number",
    "missing_variable": "without a value that the text needs",
    "duplicate": "like an earlier one",
    "opted_out": "opted out",
}
_MEANINGS = {
    Status.DELIVERED: "on the phone",
    Status.SENT: "the gateway took it, no receipt yet",
    Status.UNCONFIRMED: "in doubt: the call went out and no answer came",
    Status.UNKNOWN: "sent, and no receipt came",
    Status.SCHEDULED: "waits for its time",
    Status.QUEUED: "waits for its turn",
    Status.SENDING: "on its way to Message Central",
    Status.CANCELED: "canceled before it was sent",
}
_ORDER = (*RECEIVED, *AWAITING, *NEVER_SENT, *OPEN)


def print_preview(console: Console, file_name: str, preview: dict[str, Any]) -> None:
    """Print what a campaign would send."""
    total, recipients = preview["total"], preview["recipients"]
    say(
        console, legible(f"{file_name}: {of(total, 'row')}, {of(recipients, 'recipient')}, {preview['segments']:,} SMS")
    )
    country = f", the country in “{preview['country_column']}”" if preview["country_column"] else ""
    say(console, legible(f"The number is in the column “{preview['mobile_column']}”{country}."))
    if preview["first"]:
        _print_rendered(console, preview)
    if preview["characters"]:
        _print_characters(console, preview)
    if total > recipients:
        _print_errors(console, preview)


def _print_rendered(console: Console, preview: dict[str, Any]) -> None:
    console.print()
    table = plain_table("row", "number", "SMS", "text", right=("row", "SMS"))
    for rendered in preview["first"]:
        table.add_row(
            f"{rendered['row']:,}", rendered["to"], f"{rendered['segments']}", Text(legible(rendered["text"]))
        )
    console.print(table)
    if preview["recipients"] > len(preview["first"]):
        say(console, f"… and {preview['recipients'] - len(preview['first']):,} more.")
    longest = preview["longest"]
    say(console, f"\nThe longest, row {longest['row']:,}, takes {longest['segments']} SMS in {longest['encoding']}:")
    say(console, legible(f"  {longest['text']}"))


def _print_characters(console: Console, preview: dict[str, Any]) -> None:
    unicode = preview["encodings"]["UCS-2"]
    say(
        console,
        f"\n{of(unicode, 'message')} in UCS-2, where an SMS has 70 characters instead of 160, because of:",
    )
    for character in preview["characters"]:
        name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
        say(console, f"  {legible(character)}  {name}")


def _print_errors(console: Console, preview: dict[str, Any]) -> None:
    left_out = preview["total"] - preview["recipients"]
    say(console, f"\nLeft out: {of(left_out, 'row')} ({_reasons(preview['skipped'])})")
    for error in preview["errors"][:ERRORS_SHOWN]:
        say(console, legible(f"  row {error['row']:,}: {error['message']}"))
    if left_out > ERRORS_SHOWN:
        say(console, f"  … and {left_out - ERRORS_SHOWN:,} more.")


def print_campaign(console: Console, campaign: dict[str, Any]) -> None:
    """Print what a campaign is and where it stands."""
    rows = [
        ("campaign", campaign["name"]),
        ("id", campaign["id"]),
        ("state", campaign["state"]),
        ("why", campaign["error"]["message"] if campaign["error"] else None),
        ("from", campaign["sender_id"]),
        ("as", f"{campaign['channel']}, {campaign['message_type']}, {campaign['segments']:,} SMS"),
        ("text", campaign["text"]),
        *((title, local_time(campaign[name]) if campaign[name] else None) for title, name in _MOMENTS),
    ]
    table = plain_table("", "")
    table.show_header = False
    for title, value in rows:
        if value is not None:
            table.add_row(Text(title, style="bold"), Text(legible(value), overflow="fold"))
    console.print(table)


_MOMENTS = (
    ("begun", "created_at"),
    ("due", "due_at"),
    ("read", "imported_at"),
    ("paused", "paused_at"),
    ("canceled", "canceled_at"),
    ("failed", "failed_at"),
    ("closed", "closed_at"),
)


def print_outcome(
    console: Console, campaign: dict[str, Any], examples: dict[str, str], skips: list[dict[str, Any]]
) -> None:
    """Print what became of how many, and who was left out. `examples` are reasons by status, `skips` the first few."""
    table = plain_table("", "what became of them", "", right=("",))
    table.columns[2].no_wrap, table.columns[2].justify = False, "left"
    for status in _ORDER:
        number = campaign["counts"][status]
        if number:
            table.add_row(f"{number:,}", status.value, Text(_meaning(status, examples)))
    left_out = sum(campaign["skipped"].values())
    if left_out:
        table.add_row(f"{left_out:,}", "left out", _reasons(campaign["skipped"]))
    if table.row_count:
        console.print()
        console.print(table)
    for skip in skips:
        why = skip["detail"] or SKIPPED.get(skip["reason"], skip["reason"])
        say(console, legible(f"  row {skip['row']:,}: {why}"))
    if left_out > len(skips) and skips:
        say(console, f"  … and {left_out - len(skips):,} more, all of them in the report.")


def print_list(console: Console, found: list[dict[str, Any]]) -> None:
    """Print campaigns: a line each, two on a narrow terminal."""
    in_a_line = console.width >= WIDE_ENOUGH
    titles = ("name", "state", "rows", "sent", "begun", *(["id"] if in_a_line else []))
    table = plain_table(*titles, right=("rows", "sent"))
    for campaign in found:
        counts = campaign["counts"]
        cells = (
            Text(campaign["state"], no_wrap=True),
            f"{campaign['total']:,}",
            f"{count(counts, *RECEIVED, *AWAITING):,}",
            Text(short_time(campaign["created_at"]), no_wrap=True),
        )
        if in_a_line:
            table.add_row(one_line(campaign["name"]), *cells, Text(campaign["id"], no_wrap=True))
        else:
            table.add_row(one_line(campaign["name"]), *cells)
            table.add_row(id_line(campaign["id"]))
    console.print(table)


def of(number: int, thing: str) -> str:
    """Return `1 row` or `1,234 rows`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _meaning(status: Status, examples: dict[str, str]) -> str:
    if status in _MEANINGS:
        return _MEANINGS[status]
    example = legible(examples.get(status.value))
    return f"for example: {example}" if example else ""


def _reasons(skipped: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {SKIPPED.get(reason, reason)}" for reason, number in skipped.items() if number)
