"""`connectors campaign …`: many recipients, one intent."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import click
from sqlalchemy import Connection

from connectors.commands.campaign_following import Followed, worked
from connectors.commands.campaign_pages import of, print_campaign, print_list
from connectors.commands.campaign_sending import send, wait_option
from connectors.commands.dispatchers import NOBODY_SENDS, anybody_sends
from connectors.commands.options import chosen_account, customer_id_option, json_option, printable
from connectors.commands.terminal import console_for, legible
from connectors.installed import listen
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.campaigns import control, reports
from connectors.shared.campaigns.states import OPEN, CampaignState
from connectors.shared.campaigns.store import get_campaign, list_campaigns
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotUnderstood
from connectors.shared.messages.resolve import Resolution, resolve_campaign

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 1_000

Change = Callable[[Connection, int, str, int], None]

campaign_id_argument = click.argument("campaign_id", metavar="ID", callback=printable)


@click.group()
def campaign() -> None:
    """Many recipients, one text: from a workbook to its report."""


campaign.add_command(send)


@campaign.command("list")
@click.option("--limit", default=DEFAULT_LIMIT, show_default=True, type=click.IntRange(1, LARGEST_LIMIT))
@json_option
@customer_id_option
def list_them(limit: int, as_json: bool, customer_id: str | None) -> None:
    """Show campaigns, newest first."""
    with opened() as service:
        account = chosen_account(service, customer_id)
        with service.database.read() as connection:
            found = list_campaigns(connection, account.id, None, limit)
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo('There is no campaign yet. Begin one: `connectors campaign send people.xlsx --text "…"`.')
    else:
        print_list(console_for(), found)


@campaign.command()
@campaign_id_argument
@click.option("--watch", is_flag=True, help="Stay until there is nothing more to see; Ctrl-C ends the watching alone.")
@wait_option
@json_option
@customer_id_option
@click.pass_context
def show(
    ctx: click.Context, campaign_id: str, watch: bool, patience: float, as_json: bool, customer_id: str | None
) -> None:
    """Show a campaign, how far it is and what became of its messages.

    \b
    Example:
      connectors campaign show 0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50 --watch
    """
    console = console_for(stderr=as_json)
    with opened() as service:
        followed = Followed(service, chosen_account(service, customer_id), campaign_id)
        found = followed.look()
        if not as_json:
            print_campaign(console, found)
        if watch:
            found = followed.follow(console, patience)
        if as_json:
            click.echo(json.dumps(found))
        else:
            followed.tell(console, found)
            if not watch:
                _hint(service, found)
    ctx.exit(0 if not watch or worked(found) else 1)


@campaign.command()
@campaign_id_argument
@customer_id_option
def pause(campaign_id: str, customer_id: str | None) -> None:
    """Hold a campaign back: what is with the vendor ends, nothing more begins."""
    followed, found = _change(campaign_id, customer_id, control.pause)
    click.echo(f"Paused; {_left(found)}. Go on with {followed.command('resume')}.")


@campaign.command()
@campaign_id_argument
@customer_id_option
def resume(campaign_id: str, customer_id: str | None) -> None:
    """Let a paused campaign go on, with those who were not texted."""
    followed, found = _change(campaign_id, customer_id, control.resume)
    click.echo(f"It goes on; {_left(found)}. Watch it with {followed.command('show', ' --watch')}.")


@campaign.command()
@campaign_id_argument
@customer_id_option
def cancel(campaign_id: str, customer_id: str | None) -> None:
    """End a campaign: who was not texted will not be. What was sent stays sent."""
    followed, found = _change(campaign_id, customer_id, control.cancel)
    click.echo(f"Canceled; {_left(found)} and will not be. See {followed.command('show')}.")


@campaign.command()
@campaign_id_argument
@click.option("--as", "resolution", required=True, type=click.Choice([entry.value for entry in Resolution]))
@customer_id_option
def resolve(campaign_id: str, resolution: str, customer_id: str | None) -> None:
    """Settle what is in doubt: it was sent, it was not, or send it again at the risk of a second copy."""
    with opened() as service:
        listen(service)
        account = chosen_account(service, customer_id)
        settled = resolve_campaign(
            service.database,
            service.endings,
            account.id,
            campaign_id,
            Resolution(resolution),
            now_ms(),
            receipt_deadline_ms=service.settings.receipt_deadline_ms,
            validity_ms=service.settings.validity_ms,
        )
        service.wakeup.announce()
    done = {"sent": "taken for sent", "failed": "taken for not sent", "resend": "queued to be sent again"}
    click.echo(f"{of(settled, 'message')} in doubt {done[resolution]}." if settled else "No message is in doubt.")


@campaign.command()
@campaign_id_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Where to: report.xlsx or report.csv; `-` prints CSV.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
@customer_id_option
def report(campaign_id: str, output: Path, force: bool, customer_id: str | None) -> None:
    """Write every row of a campaign's file with what became of it.

    \b
    Example:
      connectors campaign report 0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50 -o report.xlsx
    """
    kind = "csv" if str(output) == "-" else output.suffix.lower().removeprefix(".")
    if kind not in ("csv", "xlsx"):
        raise NotUnderstood("-o: a report is an .xlsx or a .csv: call it report.xlsx, for example.")
    with opened() as service:
        account = chosen_account(service, customer_id)
        counted = _Counted(reports.report_lines(service.database, account.id, campaign_id))
        if str(output) == "-":
            _write(counted, kind, sys.stdout.buffer)
            return
        with _created(output, overwrite=force) as file:
            _write(counted, kind, file)
    click.echo(f"{output} has {of(counted.count, 'row')}.")


class _Counted:
    """Lines of a report, counted as they pass."""

    def __init__(self, lines: Iterator[reports.Line]) -> None:
        self._lines = lines
        self.count = 0

    def __iter__(self) -> Iterator[reports.Line]:
        for line in self._lines:
            self.count += 1
            yield line


def _write(lines: _Counted, kind: str, file: BinaryIO) -> None:
    if kind == "xlsx":
        reports.write_xlsx(lines, file)
    else:
        for part in reports.write_csv(lines):
            file.write(part.encode())
    file.flush()


@contextmanager
def _created(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Give a new file, which is gone again if it does not become whole. Raises NotUnderstood where there is one."""
    try:
        file = path.open("wb" if overwrite else "xb")
    except FileExistsError:
        raise NotUnderstood(f"{path} is there already: give another name, or --force to overwrite it.") from None
    with file:
        try:
            yield file
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise


def _change(campaign_id: str, customer_id: str | None, change: Change) -> tuple[Followed, dict[str, Any]]:
    with opened() as service:
        account = chosen_account(service, customer_id)
        with service.database.write() as connection:
            change(connection, account.id, campaign_id, now_ms())
            found = get_campaign(connection, account.id, campaign_id)
        service.wakeup.announce()
        return Followed(service, account, campaign_id), found


def _left(found: dict[str, Any]) -> str:
    waiting = sum(found["counts"][status] for status in OPEN)
    return f"{of(waiting, 'message')} {'has' if waiting == 1 else 'have'} not been sent"


def _hint(service: Service, found: dict[str, Any]) -> None:
    waits = found["state"] in (CampaignState.IMPORTING, CampaignState.SCHEDULED, CampaignState.RUNNING)
    if waits and not anybody_sends(service):
        click.echo(legible(NOBODY_SENDS), err=True)
