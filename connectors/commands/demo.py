"""`connectors demo`."""

import signal

import click

from connectors.demo.play import Play, Stage
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
    help="How many messages the campaign has.",
)
@click.pass_context
def demo(ctx: click.Context, keep: bool, count: int) -> None:
    """Show messages travel from CleverTap to phones and back, on this machine.

    Exits 0 only if every figure is as it must be. Nothing leaves this machine, and nothing stays behind.
    """
    screen = Screen()
    try:
        with processes() as parts:
            stage, found = Play(parts, screen, count).run()
            right = all(figure.right for figure in found)
            screen.heading("Every figure is as it must be." if right else "Not every figure is as it must be.")
            if keep:
                _keep(screen, stage)
    except KeyboardInterrupt:
        screen.say("Stopped. Nothing is left running.")
        ctx.exit(INTERRUPTED)
    ctx.exit(0 if right else 1)


def _keep(screen: Screen, stage: Stage) -> None:
    """Wait for Ctrl-C, which ends a run that is over and is no interruption of it."""
    screen.say(
        "It keeps running until Ctrl-C. Look at\n"
        f"  the phones    {stage.sandbox_url}/\n"
        f"  the reports   {stage.sandbox_url}/sandbox/reports\n"
        f"  the metrics   {stage.service_url}/metrics\n"
        f"  its log       {stage.log_of_service}\n"
        "  the REST API\n"
        f'    curl -H "Authorization: Bearer {stage.api_key}" "{stage.service_url}/api/v1/messages?limit=3"'
    )
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        screen.say("Stopping.")
