"""`connectors messages …` and `connectors erase`."""

import click

from connectors.installed import listen
from connectors.opening import opened
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotUnderstood
from connectors.shared.messages import retention
from connectors.shared.messages.resolve import Resolution, resolve
from connectors.shared.phone_numbers import InvalidNumber, read_number


@click.group()
def messages() -> None:
    """Messages in the ledger."""


@messages.command("resolve")
@click.argument("message_id")
@click.option("--as", "resolution", required=True, type=click.Choice([entry.value for entry in Resolution]))
def resolve_message(message_id: str, resolution: str) -> None:
    """Settle a message that is unconfirmed: it was sent, it was not, or send it again."""
    with opened() as service:
        listen(service)
        with service.database.write() as connection:
            resolve(
                connection,
                service.endings,
                message_id,
                Resolution(resolution),
                now_ms(),
                receipt_deadline_ms=service.settings.receipt_deadline_ms,
                validity_ms=service.settings.validity_ms,
            )
    done = {"sent": "taken for sent", "failed": "taken for not sent", "resend": "queued to be sent again"}
    click.echo(f"{message_id} is {done[resolution]}.")


@click.command()
@click.option("--number", required=True, help="The number, with its country code: +919816111111.")
def erase(number: str) -> None:
    """Remove a person's number and texts everywhere. What waits to be sent to it is canceled."""
    try:
        digits = read_number(number).digits
    except InvalidNumber as error:
        raise NotUnderstood(str(error)) from None
    with opened() as service:
        listen(service)
        erased = retention.erase_number(service.database, service.endings, service.forgetting, digits)
        click.echo(f"Erased. Messages of this number: {erased:,}.")
