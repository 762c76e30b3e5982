"""Recipients of a campaign: a person's best number, and what the text needs to know of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import orjson

from connectors.pipedrive.campaigns.reading import PeopleReader
from connectors.pipedrive.contacts.fields import NO_FIELDS, FieldBook
from connectors.pipedrive.contacts.merge_fields import explain_missing, needs, unknown_names, values_of
from connectors.pipedrive.contacts.people import Person, read_person
from connectors.pipedrive.contacts.phones import in_order
from connectors.pipedrive.platform.users import UserFacts
from connectors.shared.messages.composing import InvalidMessage
from connectors.shared.templates.rendering import compile_text

LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody of a selection."""

    person_id: int
    name: str | None = field(repr=False)
    digits: str | None = field(repr=False)
    """Of E.164; None where there is no number, or none that can be read."""
    to: str | None = field(repr=False)
    """E.164, or what was typed where it cannot be read: somebody may correct it."""
    variables: Mapping[str, Any] = field(repr=False)

    @property
    def line(self) -> bytes:
        """How a campaign's file has them."""
        return orjson.dumps({"to": self.to, "variables": self.variables}, option=orjson.OPT_APPEND_NEWLINE)


class RecipientReader:
    """Makes recipients for one text. What the text does not need is not asked for."""

    def __init__(self, reader: PeopleReader, text: str, country_code: str | None) -> None:
        self._reader = reader
        self._compiled = compile_text(text)
        self._needs = needs(self._compiled)
        self._country_code = country_code

    def check(self) -> None:
        """Raises InvalidMessage where the text names a field that nobody has, and PipedriveError."""
        unknown = unknown_names(self._compiled.names, self._fields)
        if unknown:
            raise InvalidMessage("text", explain_missing(unknown, self._fields))

    def read(self, people: Sequence[Mapping[str, Any]]) -> list[Recipient]:
        """Return the recipients of a page, in its order. Raises PipedriveError."""
        found = [read_person(each) for each in people]
        wanted = {person.org_id for person in found if person.org_id is not None} if self._needs.org else ()
        organizations = self._reader.organizations(wanted)
        return [self._recipient(person, organizations.get(person.org_id or 0)) for person in found]

    def _recipient(self, person: Person, organization: str | None) -> Recipient:
        phones = in_order(person.phones, self._country_code)
        best = next((phone.e164 for phone in phones if phone.e164 is not None), None)
        typed = phones[0].value if phones else None
        values = values_of(person, organization, self._fields, self._user, self._needs)
        name = person.name[:LONGEST_NAME] or None
        return Recipient(person.id, name, best[1:] if best else None, best or typed, values)

    @cached_property
    def _fields(self) -> FieldBook:
        return self._reader.fields() if self._needs.custom_fields else NO_FIELDS

    @cached_property
    def _user(self) -> UserFacts | None:
        return self._reader.user() if self._needs.user else None
