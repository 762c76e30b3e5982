"""`connectors ogangi messages`: what came from phones, as Ogangi tells it."""

import json
from collections.abc import Sequence
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from connectors.commands.terminal import console_for, legible, local_time, one_line, plain_table
from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.ogangi.answers import Answer, Received
from connectors.shared.gateways.ogangi.commands.asking import CallFailed, asking, line_of
from connectors.shared.gateways.ogangi.pages import RESULTS_PER_PAGE, Habits, PageFailed, Pages

MOST_PER_PAGE: Final = 1_000


@click.command()
@click.option("--filter", "filters", help="Only some: from=13056708084&order=desc, with to, keyword and carrier.")
@click.option("--page", type=click.IntRange(0, 1_000_000), help="Ogangi's number of the page. Default: the first.")
@click.option("--per-page", default=RESULTS_PER_PAGE, show_default=True, type=click.IntRange(1, MOST_PER_PAGE))
@asking
def messages(
    open_house: Opener,
    filters: str | None,
    page: int | None,
    per_page: int,
    as_json: bool,
    customer_id: str | None,
) -> None:
    """Show messages that came from phones.

    \b
    Examples:
      connectors ogangi messages
      connectors ogangi messages --filter 'from=13056708084&order=desc' --page 2
    """
    _check(filters)
    with line_of(open_house, customer_id) as line:
        habits = Habits()
        pages = Pages(line.client, line.login.keys, habits, per_page=per_page, filters=filters)
        try:
            answer = pages.first() if page is None else pages.numbered(page)
        except PageFailed as error:
            raise CallFailed(str(error)) from None
    number = page if page is not None else habits.first or 0
    if as_json:
        found = {"page": number, "records": answer.records, "items": [_item(entry) for entry in answer.received]}
        click.echo(json.dumps(found))
    elif not answer.received:
        click.echo("There is no such message." if filters or page else "There is no message yet.")
    else:
        _print(console_for(), answer, number)


def _check(filters: str | None) -> None:
    """Pass filters that are written as the vendor reads them. Raises NotUnderstood."""
    if filters is None:
        return
    for part in filters.split("&"):
        name, equals, value = part.partition("=")
        if not (name and equals and value):
            raise NotUnderstood("--filter: write name=value, several joined by &, as in 'from=13056708084&order=desc'.")


def _item(entry: Received) -> dict[str, Any]:
    return {
        "from": entry.sender,
        "to": entry.recipient,
        "text": entry.text,
        "encoding": entry.encoding,
        "keyword": entry.keyword,
        "carrier": entry.carrier,
        "sent_at": to_rfc3339(entry.sent_at),
    }


def _print(console: Console, answer: Answer, number: int) -> None:
    console.print(_table(answer.received))
    total = "" if answer.records is None else f" Messages in all: {answer.records:,}."
    console.print(f"Page {number}.{total}")


def _table(received: Sequence[Received]) -> Any:
    table = plain_table("time", "from", "to", "carrier", "text")
    for entry in received:
        cells = (local_time(entry.sent_at), legible(entry.sender), legible(entry.recipient), legible(entry.carrier))
        table.add_row(*(Text(cell or "–", no_wrap=True) for cell in cells), one_line(entry.text))
    return table
