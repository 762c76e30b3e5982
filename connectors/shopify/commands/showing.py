"""Automations as people read them."""

from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from connectors.commands.terminal import legible, one_line, plain_table, say
from connectors.shared.automations.definitions import Trigger
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.commands.durations import written

_AFTER: Final = {"order_placed": "the order", "order_shipped": "shipping", "order_delivered": "delivery"}
_OWN_WAIT: Final = {"order_shipped": "with its link, or 15m later"}
"""When those are sent whose wait is a rule of ours."""
_FIELDS: Final = ("sender_id", "entity_id", "template_id")


def print_automations(console: Console, found: Sequence[Mapping[str, Any]]) -> None:
    """Print them as a table, the text of each on its line."""
    table = plain_table("", "trigger", "when", "consent", "hours", "text")
    for automation in found:
        table.add_row(
            Text("on" if automation["enabled"] else "off", style="bold" if automation["enabled"] else "dim"),
            Text(automation["trigger"], no_wrap=True),
            Text(when(automation), no_wrap=True),
            automation["consent"],
            automation["hours"],
            one_line(automation["text"]),
        )
    console.print(table)


def print_automation(console: Console, automation: Mapping[str, Any]) -> None:
    """Print all of one, and what its text may show."""
    trigger = TRIGGERS[automation["trigger"]]
    say(console, f"{trigger.title} is {'on' if automation['enabled'] else 'off'}. {trigger.about}")
    rows = [("when", when(automation)), ("consent", automation["consent"]), ("hours", automation["hours"])]
    rows += [(name, automation[name]) for name in _FIELDS if automation[name]]
    rows += [("only if", condition(entry)) for entry in automation["conditions"]]
    if automation["template"] != automation["text"]:
        rows += [("template", automation["template"])]
    rows += [("text", automation["text"] or "(the kept template was removed: give another)")]
    own = own_translations(automation["translations"], trigger)
    rows += [(f"text {locale}", text) for locale, text in own.items()]
    if others := [locale for locale in automation["locales"] if locale not in own]:
        rows += [("also in", ", ".join(others))]
    rows += [(f"{{{{ {name} }}}}", words) for name, words in automation["variables"].items()]
    table = plain_table("", "")
    table.show_header = False
    for title, value in rows:
        table.add_row(Text(legible(title), style="bold", no_wrap=True), Text(legible(str(value)), overflow="fold"))
    console.print(table)


def print_preview(console: Console, shown: Mapping[str, Any]) -> None:
    """Print what somebody gets, and what it is billed as."""
    say(console, indent(f"{legible(shown['text'])}\n({size(shown)})", "    "))


def size(shown: Mapping[str, Any]) -> str:
    """Return how a text travels: `1 SMS, 112 characters, GSM-7`."""
    return f"{shown['segments']} SMS, {len(shown['text'])} characters, {shown['encoding']}"


def when(automation: Mapping[str, Any]) -> str:
    """Return when it is sent: `7d after delivery`."""
    name, seconds = automation["trigger"], automation["delay_seconds"]
    if seconds is None:
        return _OWN_WAIT.get(name, "at once")
    wait = written(seconds) if seconds else "at once"
    after = _after(TRIGGERS[name], automation["after"])
    return f"{wait} after {after}" if after else wait if not seconds else f"{wait} later"


def condition(given: Mapping[str, Any]) -> str:
    """Return a condition as `--condition` takes it."""
    return " ".join(str(given[part]) for part in ("field", "operator", "value") if given.get(part) is not None)


def own_translations(translations: Mapping[str, str], trigger: Trigger) -> dict[str, str]:
    """Return the translations that the owner wrote, without those that are ours."""
    return {locale: text for locale, text in translations.items() if trigger.texts.get(locale) != text}


def _after(trigger: Trigger, chosen: str | None) -> str | None:
    if not trigger.after:
        return None
    return _AFTER.get(chosen or "order_delivered", chosen)
