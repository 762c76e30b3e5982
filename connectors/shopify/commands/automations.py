"""`connectors shopify automations …`: what a shop's buyers are texted, and when."""

import json
from typing import Any

import click

from connectors.commands.options import json_option
from connectors.commands.terminal import console_for, legible, say
from connectors.opening import opened
from connectors.shared.automations import store
from connectors.shared.automations.locales import is_locale
from connectors.shopify.automations.trials import trial_of
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.commands.changes import change_options, changes_of, in_words_of_options, text_options
from connectors.shopify.commands.choosing import chosen_shop, hand_down, owner_of, shop_options
from connectors.shopify.commands.showing import own_translations, print_automation, print_automations, print_preview


def _locale(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_locale(value):
        raise click.BadParameter("it is a language, such as de or pt-BR.")
    return value


_one_trigger = click.argument("trigger", type=click.Choice(list(TRIGGERS)), metavar="TRIGGER")
_triggers = click.argument("triggers", type=click.Choice(list(TRIGGERS)), metavar="TRIGGER…", nargs=-1, required=True)
_locale_option = click.option("--locale", callback=_locale, help="As a buyer of this language gets it: de.")


@click.group(invoke_without_command=True)
@json_option
@shop_options
@click.pass_context
def automations(ctx: click.Context, as_json: bool, domain: str | None, customer_id: str | None) -> None:
    """Show what a shop's buyers are texted, or change it.

    \b
    Examples:
      connectors shopify automations
      connectors shopify automations enable order_placed order_shipped
      connectors shopify automations set review_request --delay 10d --after order_shipped
      connectors shopify automations preview order_shipped --locale de
    """
    if ctx.invoked_subcommand is not None:
        hand_down(ctx, automations, domain=domain, customer_id=customer_id, as_json=as_json)
        return
    with opened() as service:
        owner = owner_of(chosen_shop(service, domain, customer_id))
        with service.database.read() as connection:
            found = store.list_automations(connection, owner, TRIGGERS)
    shown = [store.shown(automation, TRIGGERS[automation.trigger]) for automation in found]
    if as_json:
        click.echo(json.dumps(shown))
    else:
        print_automations(console_for(), shown)


@automations.command()
@_triggers
@shop_options
def enable(triggers: tuple[str, ...], domain: str | None, customer_id: str | None) -> None:
    """Have buyers texted when this happens."""
    _switch(triggers, domain, customer_id, enabled=True)


@automations.command()
@_triggers
@shop_options
def disable(triggers: tuple[str, ...], domain: str | None, customer_id: str | None) -> None:
    """Have nobody texted when this happens. What waits to be sent is not sent either."""
    _switch(triggers, domain, customer_id, enabled=False)


@automations.command()
@_one_trigger
@json_option
@shop_options
def show(trigger: str, as_json: bool, domain: str | None, customer_id: str | None) -> None:
    """Show an automation whole, and what its text may show."""
    with opened() as service:
        owner = owner_of(chosen_shop(service, domain, customer_id))
        with service.database.read() as connection:
            shown = store.shown(store.get_automation(connection, owner, TRIGGERS[trigger]), TRIGGERS[trigger])
    if as_json:
        click.echo(json.dumps(shown))
    else:
        print_automation(console_for(), shown)


@automations.command("set")
@_one_trigger
@change_options
@json_option
@shop_options
def set_fields(trigger: str, as_json: bool, domain: str | None, customer_id: str | None, **given: Any) -> None:
    """Change an automation: what it says, when, to whom. What is not given stays.

    \b
    Examples:
      connectors shopify automations set order_placed --template "Thanks, {{ customer.first_name | default: 'you' }}!"
      connectors shopify automations set order_shipped --template-file en.txt --translation de=de.txt
      connectors shopify automations set order_placed --condition "order.total_price at_least 500"
      connectors shopify automations set checkout_abandoned --delay 3h --reset template
    """
    with opened() as service:
        owner = owner_of(chosen_shop(service, domain, customer_id))
        with service.database.read() as connection:
            known = store.get_automation(connection, owner, TRIGGERS[trigger])
        changes = changes_of(given, own_translations(known.translations, TRIGGERS[trigger]))
        if not changes:
            raise click.UsageError("Nothing to change: give at least one option.")
        with in_words_of_options(), service.database.write() as connection:
            changed = store.put_automation(connection, owner, TRIGGERS[trigger], changes)
    shown = store.shown(changed, TRIGGERS[trigger])
    if as_json:
        click.echo(json.dumps(shown))
    else:
        print_automation(console_for(), shown)


@automations.command()
@_one_trigger
@_locale_option
@text_options
@json_option
@shop_options
def preview(
    trigger: str, locale: str | None, as_json: bool, domain: str | None, customer_id: str | None, **given: Any
) -> None:
    """Show a text as a buyer gets it. With --template it tries another."""
    with opened() as service:
        shop = chosen_shop(service, domain, customer_id)
        owner, (values, _) = owner_of(shop), trial_of(shop, trigger, None)
        with in_words_of_options(), service.database.read() as connection:
            known = store.get_automation(connection, owner, TRIGGERS[trigger])
            tried = changes_of(given, own_translations(known.translations, TRIGGERS[trigger])) | (
                {"locale": locale} if locale else {}
            )
            shown = store.preview(connection, owner, TRIGGERS[trigger], tried, values)
    if as_json:
        click.echo(json.dumps(shown))
    else:
        print_preview(console_for(), shown)


def _switch(triggers: tuple[str, ...], domain: str | None, customer_id: str | None, *, enabled: bool) -> None:
    with opened() as service:
        shop = chosen_shop(service, domain, customer_id)
        owner = owner_of(shop)
        with in_words_of_options(), service.database.write() as connection:
            for trigger in triggers:
                store.put_automation(connection, owner, TRIGGERS[trigger], {"enabled": enabled})
    words = ", ".join(TRIGGERS[trigger].title for trigger in triggers)
    say(console_for(), legible(f"{'On' if enabled else 'Off'} for {shop.domain}: {words}."))
