"""An account's templates, where a caller names one instead of giving a text."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from connectors.shared.errors import NotFound
from connectors.shared.templates.registered import misfit
from connectors.shared.templates.rendering import CompiledText, MissingVariables, TemplateUnreadable, compile_text
from connectors.shared.templates.store import by_name_or_id
from connectors.shared.web.bodies import InvalidFields

_FIELDS = ("text", "sender_id", "message_type", "template_id", "entity_id")


def filled_fields(connection: Connection, account_id: int, template: str, owner: str = "") -> dict[str, Any]:
    """Return the text of a template, to be filled in, and what it says of sender, type and DLT ids.

    Raises InvalidFields where there is no such template.
    """
    return given_by(named(connection, account_id, template, owner))


def filled(connection: Connection, account_id: int, template: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same with the text filled in.

    Raises InvalidFields that name the values that are missing, or that make it another text than was registered.
    """
    found = named(connection, account_id, template)
    try:
        compiled = compile_text(found["text"])
        text = compiled.render(values).text
    except MissingVariables as error:
        words = "The template needs a value for this, and an empty one is none."
        raise InvalidFields({f"variables.{name}": [words] for name in error.names}) from None
    except TemplateUnreadable as error:
        raise InvalidFields({"template": [str(error)]}) from None
    if found["registered_text"] is not None:
        check_registered(found["registered_text"], compiled, text)
    return given_by(found) | {"text": text}


def named(connection: Connection, account_id: int, template: str, owner: str = "") -> dict[str, Any]:
    """Return an owner's template by its name or id. Raises InvalidFields where there is no such template."""
    try:
        return by_name_or_id(connection, account_id, template, owner)
    except NotFound as error:
        raise InvalidFields({"template": [str(error)]}) from None


def given_by(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template says of a message; what it leaves open is not in it."""
    return {name: found[name] for name in _FIELDS if found[name] is not None}


def check_registered(registered_text: str, compiled: CompiledText, text: str) -> None:
    """Check a text as filled in: networks in India drop what was not registered. Raises InvalidFields."""
    wrong = misfit(registered_text, text)
    if wrong is not None:
        # Each output of the text has a tag of its own: so it was checked when the template was kept.
        names = compiled.printed
        known = wrong.tag is not None and wrong.tag < len(names)
        raise InvalidFields({f"variables.{names[wrong.tag or 0]}" if known else "template": [wrong.words]})
