"""`connectors send`: one message, from a terminal or a script."""

import json
import time
from contextlib import nullcontext
from typing import Any

import click

from connectors.commands.dispatchers import why_waiting
from connectors.commands.options import (
    SOURCE,
    Account,
    chosen_account,
    customer_id_option,
    in_words_of_options,
    json_option,
    pairs,
    printable,
    read_text,
    sending_options,
    template_of,
)
from connectors.commands.terminal import console_for, legible, local_time
from connectors.installed import listen
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.installed import features_of
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.composing import compose
from connectors.shared.messages.queries import get_message
from connectors.shared.messages.states import Status
from connectors.shared.templates.rendering import MissingVariables, TemplateUnreadable, compile_text

LOOK_SECONDS = 0.1
ASK_WHY_SECONDS = 1.0
WAIT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 86_400

KEPT = frozenset({Status.SCHEDULED, Status.QUEUED, Status.SENDING})
WENT_WELL = KEPT | {Status.SENT, Status.DELIVERED}


@click.command()
@click.option("--to", required=True, help="The number, with its country code: +919816111111.")
@click.option("--text", help="What to say; `-` reads it from standard input.")
@sending_options
@click.option("--var", "variables", multiple=True, callback=pairs, metavar="NAME=VALUE", help="Fills in the template.")
@click.option("--external-id", callback=printable, help="An id of your own, to find it again.")
@click.option(
    "--wait",
    default=WAIT_SECONDS,
    show_default=True,
    type=click.FloatRange(0, LONGEST_WAIT_SECONDS),
    metavar="SECONDS",
    help="For how long to wait until it is sent.",
)
@click.option("--no-wait", is_flag=True, help="Keep it, and do not wait.")
@json_option
@customer_id_option
@click.pass_context
def send(
    ctx: click.Context, /, wait: float, no_wait: bool, as_json: bool, customer_id: str | None, **given: Any
) -> None:
    """Send a message and say what became of it.

    Exits 0 when it was sent, or is kept and will be; 1 when it will not arrive.

    \b
    Examples:
      connectors send --to +919816111111 --text "Your order has been shipped."
      connectors send --to +919816111111 --template shipped --var first_name=Asha
      connectors send --to +919816111111 --text "See you tomorrow." --at 2026-11-21T09:00:00+05:30
    """
    with opened() as service:
        listen(service)
        account = chosen_account(service, customer_id)
        new = _composed(service, account, given)
        kept = service.acceptor.accept([new])[0].id
        message, why = _await(service, account, kept, 0.0 if no_wait or new.due_at else wait, quiet=as_json)
    if as_json:
        click.echo(json.dumps(message))
        if why:
            click.echo(f"Kept. {legible(why)}", err=True)
    else:
        click.echo(legible(_became(account, message, why)))
    ctx.exit(0 if message["status"] in WENT_WELL else 1)


def _composed(service: Service, account: Account, given: dict[str, Any]) -> NewMessage:
    text, template, variables = given.pop("text"), given.pop("template"), given.pop("variables")
    if (text is None) == (template is None):
        raise NotUnderstood("Say what to send: give either --text or --template.")
    if variables and template is None:
        raise NotUnderstood("--var fills in a template: give --template, or write the text out.")
    chosen = {name: value for name, value in given.items() if value is not None}
    if template is not None:
        chosen = template_of(service, account, template) | chosen
        chosen["text"] = _filled(chosen["text"], variables)
    else:
        chosen["text"] = read_text(text)
    with service.database.read() as connection:
        sender = sender_of_account(connection, account.id)
    with in_words_of_options():
        return compose(sender, source=SOURCE, **chosen)


def _filled(text: str, variables: dict[str, Any]) -> str:
    try:
        return compile_text(text).render(variables).text
    except MissingVariables as error:
        wanted = " ".join(f'--var {name}="…"' for name in error.names)
        raise NotUnderstood(f"The template needs a value for {', '.join(error.names)}: give {wanted}") from None
    except TemplateUnreadable as error:
        raise NotUnderstood(f"--template: {error}") from None


def _await(
    service: Service, account: Account, message_id: str, seconds: float, *, quiet: bool
) -> tuple[dict[str, Any], str | None]:
    """Return the message once it was sent, ended, is held, or time is up; and why it does not go out, if so."""
    end = time.monotonic() + seconds
    ask_why = 0.0
    with nullcontext() if quiet else console_for(stderr=True).status("Sending…"):
        while True:
            with service.database.read() as connection:
                message = get_message(connection, account.id, message_id)
            if not _is_on_its_way(message):
                return message, None
            moment = time.monotonic()
            if moment >= ask_why:
                ask_why = moment + ASK_WHY_SECONDS
                why = why_waiting(service, account.id)
            if why or moment >= end:
                return message, why
            time.sleep(LOOK_SECONDS)


def _is_on_its_way(message: dict[str, Any]) -> bool:
    if message["status"] == Status.SCHEDULED:
        return message["error"] is None  # else it is held, and says until when
    return message["status"] in KEPT


def _became(account: Account, message: dict[str, Any], why: str | None) -> str:
    """Say what became of a message."""
    status, to = Status(message["status"]), message["to"] or "a number that has been erased"
    look = f"Look again with {account.command('messages show ' + message['id'])}."
    reason = message["error"]["message"] if message["error"] else ""
    if status is Status.SCHEDULED:
        words = reason or f"It goes out on {local_time(message['due_at'])}."
        return " ".join(filter(None, ("Kept.", words, why, look)))
    if status in KEPT:
        return " ".join(filter(None, ("Kept.", why or reason, look)))
    if status is Status.SENT:
        return f"Sent to {to}: the gateway took it ({_sms(message)}). {_whether_it_arrives(message, look)}"
    if status is Status.DELIVERED:
        return f"Delivered to {to} ({_sms(message)})."
    if status is Status.UNCONFIRMED:
        settle = f"`connectors messages resolve {message['id']} --as sent|failed|resend` settles it."
        return f"In doubt: it may have been sent to {to} or not. {reason} {look} {settle}"
    return f"Not delivered to {to} ({status}). {reason}"


def _whether_it_arrives(message: dict[str, Any], look: str) -> str:
    if features_of(message["gateway"]).receipts is None:
        return "Whether it arrives, this gateway does not tell."
    return f"Whether it arrives, a receipt says later. {look}"


def _sms(message: dict[str, Any]) -> str:
    return f"{message['segments']} SMS"
