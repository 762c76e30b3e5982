"""Whether an automation can work: said when it is changed, not when somebody is waiting for its text."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from connectors.shared.accounts.senders import Sender
from connectors.shared.automations.definitions import Automation, Trigger
from connectors.shared.automations.locales import folded
from connectors.shared.automations.texts import registered_ids, sender_id
from connectors.shared.messages.composing import InvalidMessage, check_dlt_ids, needs_sender_id
from connectors.shared.templates.faults import MissingVariables, TemplateUnreadable
from connectors.shared.templates.rendering import compile_text
from connectors.shared.templates.variables import fold

Faults = dict[str, list[str]]

# What Liquid itself knows of a list or a text: https://shopify.github.io/liquid/basics/types/
_PARTS: Final = frozenset(("size", "first", "last"))


def faults(automation: Automation, trigger: Trigger, sender: Sender) -> Faults:
    """Return what keeps an automation from working, by the name of the field."""
    return {
        name: said
        for found in (
            _texts(automation, trigger),
            _after(automation, trigger),
            _conditions(automation, trigger),
            _dlt_ids(automation, trigger, sender),
            _sender_id(automation, sender),
        )
        for name, said in found
    }


def variables(trigger: Trigger) -> dict[str, str]:
    """Return what a text may show, and conditions may ask for: the name and what it is."""
    return dict.fromkeys(_leaves(trigger.sample), "") | dict(trigger.fields)


def _texts(automation: Automation, trigger: Trigger) -> Iterator[tuple[str, list[str]]]:
    if not automation.template:
        yield "template", ["The kept template was removed. Name another, or give a text."]
    elif words := _text(automation.template, trigger):
        yield "template", [words]
    seen: set[str] = set()
    for locale, text in automation.translations.items():
        if words := _text(text, trigger):
            yield f"translations.{locale}", [words]
        elif folded(locale) in seen:
            yield f"translations.{locale}", ["There is a text for this locale already."]
        seen.add(folded(locale))


def _text(text: str, trigger: Trigger) -> str | None:
    """Return what is wrong with a text, None where it can be filled in with what the trigger has."""
    try:
        compiled = compile_text(text)
        unknown = [path for path in compiled.paths if not _is_known(path, trigger)]
        if unknown:
            return _no_such(unknown[0], trigger)
        compiled.render(trigger.sample)
    except TemplateUnreadable as error:
        return str(error)
    except MissingVariables as error:
        # What the sample lacks others may have; what belongs to a loop is in no list of ours.
        missing = [name for name in error.names if not _is_known(name, trigger)]
        return _no_such(missing[0], trigger) if missing else None
    return None


def _after(automation: Automation, trigger: Trigger) -> Iterator[tuple[str, list[str]]]:
    if automation.after is not None and automation.after not in trigger.after:
        choices = f"Choose one of {', '.join(trigger.after)}." if trigger.after else "Here it is always null."
        yield "after", [choices]


def _conditions(automation: Automation, trigger: Trigger) -> Iterator[tuple[str, list[str]]]:
    known = variables(trigger)
    for index, condition in enumerate(automation.conditions):
        if condition.field not in known:
            yield f"conditions.{index}.field", [_no_such(condition.field, trigger)]


def _dlt_ids(automation: Automation, trigger: Trigger, sender: Sender) -> Iterator[tuple[str, list[str]]]:
    if automation.template_id is not None and not automation.is_own_text:
        yield "template_id", ["Give the text that was registered under it as template: our own may change."]
    try:
        check_dlt_ids(sender, *registered_ids(automation))
    except InvalidMessage as error:
        yield error.field, [str(error)]


def _sender_id(automation: Automation, sender: Sender) -> Iterator[tuple[str, list[str]]]:
    if automation.enabled and needs_sender_id(sender) and not (sender_id(automation) or sender.sender_id):
        yield "sender_id", ["Give a sender_id: the account has none."]


def _is_known(path: str, trigger: Trigger) -> bool:
    """Whether a trigger has what a text looks up: `order.name`, or `order.items[0].title` and `order.items.size`."""
    parts = [part.strip("\"' ") for part in re.split(r"[.\[\]]+", path) if part.strip("\"' ")]
    known = {tuple(name.split(".")) for name in variables(trigger)}
    roots = {fold(name[0]): name[0] for name in known}
    looked_up = (roots.get(fold(parts[0]), parts[0]), *parts[1:])
    return any(
        looked_up == name[: len(looked_up)] or (looked_up[: len(name)] == name and _is_part(looked_up[len(name)]))
        for name in known
    )


def _is_part(name: str) -> bool:
    return name in _PARTS or name.lstrip("-").isdigit()


def _no_such(name: str, trigger: Trigger) -> str:
    known = list(variables(trigger))
    near = get_close_matches(name, known, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"There is no {name[:60]} here.{meant} There is {', '.join(known)}."


def _leaves(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"
