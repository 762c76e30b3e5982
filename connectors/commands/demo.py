"""`connectors demo`."""

import signal

import click

from connectors.demo.contacts import PERSON
from connectors.demo.keepsakes import Keepsakes
from connectors.demo.people import trouble_rows
from connectors.demo.play import Outcome, Play
from connectors.demo.processes import processes
from connectors.demo.screen import Screen

LARGEST = 20_000
INTERRUPTED = 130


@click.command()
@click.option("--keep", is_flag=True, help="Leave it running and say where to look.")
@click.option(
    "--count",
    default=1_000,
    show_default=True,
    type=click.IntRange(1, LARGEST),
    help="How many messages CleverTap's campaign has.",
)
@click.pass_context
def demo(ctx: click.Context, keep: bool, count: int) -> None:
    """Show messages travel to phones and back, by three gateways: from CleverTap, a workbook, Pipedrive and Shopify.

    Exits 0 only if every figure is as it must be. Nothing leaves this machine, and nothing stays behind but that
    workbook and two reports.
    """
    screen = Screen()
    try:
        with processes() as parts:
            play = Play(parts, screen, count)
            outcome = play.run()
            screen.heading("Every figure is as it must be." if outcome.right else "Not every figure is as it must be.")
            _show_keepsakes(screen, outcome.keepsakes)
            if keep:
                # It lives a week ahead: what happens in the shop today would come too late for it.
                play.start_again(outcome.stage, ahead=0)
                _keep(screen, outcome)
    except KeyboardInterrupt:
        screen.say("Stopped. Nothing is left running.")
        ctx.exit(INTERRUPTED)
    ctx.exit(0 if outcome.right else 1)


def _show_keepsakes(screen: Screen, keepsakes: Keepsakes) -> None:
    trouble = trouble_rows()
    screen.heading("Left for a look")
    screen.say(
        f"  {keepsakes.workbook}  a shop's list; rows {trouble[0]} to {trouble[-1]} cannot be texted\n"
        f"  {keepsakes.report}  what became of every row, and why\n"
        f"  {keepsakes.pipedrive_report}  the same of every person in the selection"
    )


def _keep(screen: Screen, outcome: Outcome) -> None:
    """Wait for Ctrl-C, which ends a run that is over and is no interruption of it."""
    stage = outcome.stage
    pipedrive = f"{stage.sandbox_url}/pipedrive"
    screen.say(
        "\nIt keeps running until Ctrl-C. Look at\n"
        f"  the phones    {stage.sandbox_url}/\n"
        f"  the reports   {stage.sandbox_url}/sandbox/reports\n"
        f"  the metrics   {stage.service_url}/metrics\n"
        f"  its log       {stage.log_of_service}\n"
        f"  Pipedrive     {pipedrive}/people?tab=filter-{outcome.filter_id}\n"
        "                tick people, and open the menu of three dots\n"
        f"  a contact     {pipedrive}/people/{PERSON}\n"
        f"  its settings  {pipedrive}/settings\n"
        f"  Shopify       {stage.sandbox_url}/shopify\n"
        "                buy something; the keeper's side of it is under Orders\n"
        f"  the REST API  {stage.service_url}/api/v1/docs\n"
        f'    curl -H "Authorization: Bearer {stage.api_key}" "{stage.service_url}/api/v1/campaigns"'
    )
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        screen.say("Stopping.")
