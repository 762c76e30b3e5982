"""`connectors smsc status` and `history`: what was sent, and what became of it."""

from datetime import date, datetime, timedelta
from typing import Any

import click

from connectors.commands.terminal import local_time, one_line
from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotFound, NotUnderstood
from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.smsc.answers import MessageStatus
from connectors.shared.gateways.smsc.client import MOST_IN_HISTORY
from connectors.shared.gateways.smsc.commands.asking import answered, asking, none_is
from connectors.shared.gateways.smsc.commands.options import asking_options, day, line, phone_option, phones_digits
from connectors.shared.gateways.smsc.commands.showing import plain_table, print_json, print_table, tell
from connectors.shared.gateways.smsc.reading import MOSCOW
from connectors.shared.gateways.smsc.statuses import ERRORS, NOT_FOUND, meaning_of

LONGEST_PERIOD = timedelta(days=186)
"""Half a year, as the vendor's page has it."""
NO_MESSAGES = 3
"""What get.php says where there are none: https://smscentre.com/api/http/get_data/messages."""


@click.command()
@phone_option("The number that it went to.")
@click.option("--id", "message_id", required=True, callback=line, help="The message's transaction id.")
@asking_options
@click.pass_obj
def status(open_house: Opener, phone: str, message_id: str, customer_id: str | None, as_json: bool) -> None:
    """Ask what became of a message. One id covers all numbers of a call, so both are needed."""
    with asking(open_house, customer_id) as asked:
        found = answered(asked.smsc.status(asked.connection_id, [(phone, message_id)], full=1))
    known = [each for each in found if str(each.status) != NOT_FOUND]
    if not known:
        raise NotFound("SMSC knows no message with this id to this number.")
    if as_json:
        print_json(shown(known[0]))
        return
    since = f" since {local_time(known[0].changed_at)}" if known[0].changed_at else ""
    tell(f"+{phone}{since}: {_in_words(known[0])}")


@click.command()
@click.option("--from", "start", callback=day, metavar="DAY", help="The first day: 2026-11-01.  [default: today]")
@click.option(
    "--to", "end", callback=day, metavar="DAY", help="The last day, half a year later at most.  [default: the first]"
)
@click.option("--phone", "phones", multiple=True, callback=phones_digits, help="Of this number alone. May be repeated.")
@click.option("--count", type=click.IntRange(1, MOST_IN_HISTORY), help="How many at most, the newest first.")
@asking_options
@click.pass_obj
def history(
    open_house: Opener,
    start: date | None,
    end: date | None,
    phones: tuple[str, ...],
    count: int | None,
    customer_id: str | None,
    as_json: bool,
) -> None:
    """Show what was sent through SMSC, by this service or otherwise. Days are those of Moscow."""
    first = start or datetime.now(MOSCOW).date()
    last = end or first
    if last < first or last - first > LONGEST_PERIOD:
        raise NotUnderstood("--to is the day of --from or a later one, by half a year at most.")
    with asking(open_house, customer_id) as asked:
        answer = asked.smsc.history(asked.connection_id, start=first, end=last, phones=phones, count=count)
        found = none_is(NO_MESSAGES, answer)
    if as_json:
        print_json([shown(each) for each in found])
        return
    table = plain_table("sent (Moscow)", "to", "became", "cost", "text", right=("cost",))
    for each in found:
        sent = each.details.get("send_date", "–")
        words = each.details.get("message", each.details.get("mes"))
        table.add_row(sent, _number(each), one_line(_in_words(each)), each.details.get("cost", "–"), one_line(words))
    print_table(table, "Nothing was sent in these days.")


def shown(found: MessageStatus) -> dict[str, Any]:
    """Return a message's fate for programs: ours beside all that the vendor says (`details`, by its names)."""
    meaning = meaning_of(str(found.status))
    return {
        "id": found.id,
        "phone": _number(found),
        "status": found.status,
        "outcome": meaning.outcome.value if meaning.outcome else None,
        "explanation": _in_words(found),
        "error_code": found.error or None,
        "changed_at": to_rfc3339(found.changed_at),
        "details": found.details,
    }


def _number(found: MessageStatus) -> str:
    phone = found.phone or "–"
    return f"+{phone}" if phone.isdigit() else phone


def _in_words(found: MessageStatus) -> str:
    words = meaning_of(str(found.status)).words
    return ERRORS.get(str(found.error or ""), words) if not _arrived(found) else words


def _arrived(found: MessageStatus) -> bool:
    return str(found.status) in ("1", "2", "4")
