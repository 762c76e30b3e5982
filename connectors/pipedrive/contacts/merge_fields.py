"""What texts are filled in with: `{{ person.first_name }}`, `{{ person.org.name }}`, custom fields, `{{ user.name }}`.

A custom field goes by its label, folded (`{{ person.favourite_colour }}`), and by its code. What is blank is left out,
so that a text that needs it is refused rather than sent with a hole.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from connectors.pipedrive.contacts.field_values import written
from connectors.pipedrive.contacts.fields import FieldBook
from connectors.pipedrive.contacts.people import Person
from connectors.pipedrive.platform.users import UserFacts
from connectors.shared.templates.rendering import CompiledText
from connectors.shared.templates.variables import fold

FIELDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("person.first_name", "First name", "Person"),
    ("person.last_name", "Last name", "Person"),
    ("person.name", "Full name", "Person"),
    ("person.email", "Email", "Person"),
    ("person.phone", "Phone", "Person"),
    ("person.org.name", "Organization name", "Organization"),
    ("user.name", "Your name", "You"),
    ("user.email", "Your email", "You"),
    ("user.phone", "Your phone", "You"),
    ("user.company", "Your company", "You"),
)
"""Name, label and group of what everybody has."""
MOST_SUGGESTED: Final = 5
"""Names for which similar ones are looked for: a long text of wrong names, compared with all fields, takes seconds."""
_KNOWN: Final = frozenset((*(name for name, _, _ in FIELDS), "org.name"))
_WHOLE: Final = frozenset(("person", "org", "user"))
_IS_COMPUTED = re.compile(r"\[[^\"'\d-]").search
_BRACKETS = re.compile(r"\[\s*[\"']?(.*?)[\"']?\s*\]")


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be looked up beside the person itself, for a text to be filled in."""

    org: bool
    custom_fields: bool
    user: bool
    names: frozenset[str] | None
    """Names as texts write them, folded; None where a text may use anything."""


def needs(compiled: CompiledText) -> Needs:
    """Tell what a text looks up, conditions and all."""
    names = frozenset(_folded(path) for path in compiled.paths)
    if not names.isdisjoint(_WHOLE) or any(_IS_COMPUTED(path) for path in compiled.paths):
        return Needs(org=True, custom_fields=True, user=True, names=None)
    return Needs(
        org=any(name == "person.org" or name.startswith(("person.org.", "org.")) for name in names),
        custom_fields=any(name.startswith("person.") and name not in _KNOWN for name in names),
        user=any(name.startswith("user.") for name in names),
        names=names,
    )


def values_of(
    person: Person, org_name: str | None, fields: FieldBook, user: UserFacts | None, wanted: Needs | None = None
) -> dict[str, Any]:
    """Return texts by name: `{"person": {…, "org": {…}}, "org": {…}, "user": {…}}`.

    With `wanted` only those custom fields are in it that the text may use. A custom field is there once more beside
    `person`, under its whole name: so it is found where its label was written as it is, spaces and all.
    """
    custom = _custom(person, fields, None if wanted is None else wanted.names)
    org = _filled({"name": org_name})
    standard = {
        "name": person.name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.emails[0] if person.emails else None,
        "phone": _phone(person),
    }
    whole = {f"person.{name}": value for name, value in custom.items()}
    return {
        **whole,
        "person": {**custom, **_filled(standard), **({"org": org} if org else {})},
        "org": org,
        "user": {} if user is None else _user(user),
    }


def listed(fields: FieldBook) -> list[dict[str, str]]:
    """Return what can be put into a text: `{"name", "label", "group"}`."""
    own = [{"name": f"person.{name}", "label": field.label, "group": "Person"} for name, field in fields.fields.items()]
    return [{"name": name, "label": label, "group": group} for name, label, group in FIELDS] + sorted(
        own, key=lambda entry: entry["label"].casefold()
    )


def explain_missing(names: tuple[str, ...], fields: FieldBook) -> str:
    """Return words for values that a text needs and a contact does not have, or that nobody could have."""
    known, unknown = _known(fields), unknown_names(names, fields)
    empty = [name for name in names if name not in unknown]
    words = [f"There is no field {name}.{_meant(name, known)}" for name in unknown[:MOST_SUGGESTED]]
    if len(unknown) > MOST_SUGGESTED:
        words.append(f"There are no such fields: {', '.join(unknown[MOST_SUGGESTED:])}.")
    if empty:
        words.append(
            f"This contact has nothing for {', '.join(empty)}. Fill it in in Pipedrive, or write what stands there "
            f'instead: {{{{ {empty[0]} | default: "…" }}}}.'
        )
    return " ".join(words)


def unknown_names(names: Iterable[str], fields: FieldBook) -> tuple[str, ...]:
    """Return those of the names that nobody could have a value for."""
    folded = {_folded(name) for name in _known(fields)}
    return tuple(name for name in names if _folded(name) not in folded)


def _known(fields: FieldBook) -> set[str]:
    return {*_KNOWN, *(f"person.{spelt}" for name in fields.fields for spelt in fields.names(name))}


def _meant(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1) or get_close_matches(f"person.{name}", sorted(known), n=1)
    return f" Did you mean {close[0]}?" if close else " Choose one from the list of fields."


def _custom(person: Person, fields: FieldBook, wanted: frozenset[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, known in fields.fields.items():
        spelt = fields.names(name)
        if known.code not in person.custom_fields:
            continue
        if wanted is not None and not any(_folded(f"person.{each}") in wanted for each in spelt):
            continue
        value = written(known, person.custom_fields[known.code])
        if value is not None:
            found |= dict.fromkeys(spelt, value)
    return found


def _user(user: UserFacts) -> dict[str, str]:
    return _filled({"name": user.name, "email": user.email, "phone": user.phone, "company": user.company_name})


def _filled(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _phone(person: Person) -> str | None:
    ranked = sorted(person.phones, key=lambda phone: not phone.primary)
    return ranked[0].value if ranked else None


def _folded(path: str) -> str:
    """Return a name as all ways to write it have in common: `person.2nd_name` of `person['2nd name']`."""
    return ".".join(fold(part) for part in _BRACKETS.sub(r".\1", path).split("."))
