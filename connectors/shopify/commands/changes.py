"""What `connectors shopify automations set` and `preview` change, read from options into the fields of the API."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from connectors.commands.options import printable, read_text, read_text_file
from connectors.shared.automations.conditions import NUMERIC, WITHOUT_VALUE, Operator
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.errors import NotUnderstood
from connectors.shared.web.bodies import InvalidFields
from connectors.shopify.automations.triggers import REVIEW_REQUEST, TRIGGERS
from connectors.shopify.commands.durations import wait

_OPTION_OF: Final = {"delay_seconds": "--delay", "translations": "--translation", "conditions": "--condition"}
_RESETTABLE: Final = {
    "template": "template",
    "translations": "translations",
    "delay": "delay_seconds",
    "after": "after",
    "consent": "consent",
    "hours": "hours",
    "conditions": "conditions",
    "sender-id": "sender_id",
    "entity-id": "entity_id",
    "template-id": "template_id",
}
LONGEST_NUMBER: Final = 18
"""Digits that fit into 64 bits, which JSON is kept with."""
_AS_THEY_ARE: Final = ("after", "consent", "hours", "sender_id", "entity_id", "template_id")


def _locale_files(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> dict[str, Path]:
    found = {}
    for entry in value:
        locale, equals, path = entry.partition("=")
        if not equals or not locale.strip() or not Path(path).is_file():
            raise click.BadParameter("write it as LOCALE=FILE, for example --translation de=shipped-de.txt.")
        found[locale.strip()] = Path(path)
    return found


def _conditions(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_condition(entry) for entry in value]


def _condition(entry: str) -> dict[str, Any]:
    field, operator, value = [*entry.split(maxsplit=2), "", "", ""][:3]
    if operator not in list(Operator) or bool(value) == (operator in WITHOUT_VALUE):
        operators = ", ".join(Operator)
        raise click.BadParameter(f"write it as “order.total_price at_least 500”. There are: {operators}.")
    if operator in WITHOUT_VALUE:
        return {"field": field, "operator": operator}
    return {"field": field, "operator": operator, "value": _number(value) if operator in NUMERIC else value}


def _number(value: str) -> float | int:
    try:
        return int(value) if value.isdecimal() and len(value) <= LONGEST_NUMBER else float(value)
    except ValueError:
        raise click.BadParameter(f"{value} is no number.") from None


_TEXT_OPTIONS: Final = (
    click.option("--template", help="The text, or the name of one that is kept; `-` reads standard input."),
    click.option("--template-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its text."),
    click.option(
        "--translation",
        "translations",
        multiple=True,
        callback=_locale_files,
        metavar="LOCALE=FILE",
        help="The text for buyers of this language: de=shipped-de.txt. May be repeated.",
    ),
)
_OTHER_OPTIONS: Final = (
    click.option(
        "--delay", "delay_seconds", callback=wait, metavar="WAIT", help="Instead of its own wait: 15m, 7d, 0."
    ),
    click.option(
        "--after", type=click.Choice(TRIGGERS[REVIEW_REQUEST].after), help="What the wait of review_request is after."
    ),
    click.option(
        "--consent",
        type=click.Choice([consent.value for consent in Consent]),
        help="marketing: those alone who said yes to it.",
    ),
    click.option(
        "--hours", type=click.Choice([hours.value for hours in Hours]), help="When, by the clock of where the phone is."
    ),
    click.option(
        "--condition",
        "conditions",
        multiple=True,
        callback=_conditions,
        metavar="WORDS",
        help="Only where it is true: “order.total_price at_least 500”. May be repeated; they replace those there are.",
    ),
    click.option("--sender-id", callback=printable, help="Whom it is from."),
    click.option("--entity-id", callback=printable, help="DLT entity id (India)."),
    click.option("--template-id", callback=printable, help="DLT template id that the text is registered under."),
    click.option(
        "--reset",
        multiple=True,
        type=click.Choice(list(_RESETTABLE)),
        help="Have this as it was in the beginning. May be repeated.",
    ),
)


def text_options(command: Any) -> Any:
    """Add the options that say what is sent."""
    return _with(command, _TEXT_OPTIONS)


def change_options(command: Any) -> Any:
    """Add the options that change an automation."""
    return _with(command, (*_TEXT_OPTIONS, *_OTHER_OPTIONS))


def changes_of(given: Mapping[str, Any], translations: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the fields that options change; `translations` are those there are, which stay.

    Raises NotUnderstood in words of options.
    """
    changes: dict[str, Any] = {_RESETTABLE[name]: None for name in given.get("reset", ())}
    changes |= {name: given[name] for name in _AS_THEY_ARE if given.get(name) is not None}
    changes |= _texts(given, translations or {})
    if given.get("delay_seconds") is not None:
        changes["delay_seconds"] = given["delay_seconds"]
    if given.get("conditions"):
        changes["conditions"] = given["conditions"]
    return changes


@contextmanager
def in_words_of_options() -> Iterator[None]:
    """Have errors name options, not fields of the REST API. Raises NotUnderstood."""
    try:
        yield
    except InvalidFields as error:
        raise NotUnderstood(
            " ".join(f"{_option(name)}: {' '.join(words)}" for name, words in error.errors.items())
        ) from None


def _texts(given: Mapping[str, Any], translations: Mapping[str, str]) -> dict[str, Any]:
    template, file, files = given.get("template"), given.get("template_file"), given.get("translations")
    if template is not None and file is not None:
        raise NotUnderstood("Give either --template or --template-file.")
    found: dict[str, Any] = {}
    if template is not None or file is not None:
        found["template"] = read_text_file(file) if file is not None else read_text(str(template))
    if files:
        found["translations"] = dict(translations) | {locale: read_text_file(path) for locale, path in files.items()}
    return found


def _with(command: Any, options: tuple[Any, ...]) -> Any:
    for option in reversed(options):
        command = option(command)
    return command


def _option(field: str) -> str:
    name = field.partition(".")[0]
    return _OPTION_OF.get(name, f"--{name.replace('_', '-')}")
