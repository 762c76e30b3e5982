"""A message to one contact: whom Pipedrive shows the viewer, filled into what they wrote, ready for the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.pipedrive.company.store import Company, get_company, require_account, sender_of, templates_owner
from connectors.pipedrive.contacts.fields import NO_FIELDS
from connectors.pipedrive.contacts.merge_fields import Needs, explain_missing, needs, values_of
from connectors.pipedrive.contacts.people import DELETED, Person
from connectors.pipedrive.contacts.phones import first_usable
from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Gone
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.looking_up import fields_of, organization_name_of, person_of, user_of
from connectors.shared.accounts.senders import Sender
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.composing import compose
from connectors.shared.templates.rendering import CompiledText, MissingVariables, TemplateUnreadable, compile_text
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.templated import check_registered, given_by, named

SOURCE: Final = "pipedrive"
NO_NUMBER: Final = "This contact has no phone number that can be texted. Enter one, or correct it in Pipedrive."
_TEXTS: Final = ("text", "template", "person_id", "to")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants sent, with all that it is sent by; `given` holds what `NewMessageSchema` loads."""

    company: Company
    sender: Sender = field(repr=False)
    given: Mapping[str, Any] = field(repr=False)
    """What is asked beyond the text: the template's word where the viewer says nothing."""
    place: str
    """The field that the text came by: text or template."""
    compiled: CompiledText = field(repr=False)
    registered_text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A wish for one contact. `text` is None where values are `missing`, `words` then say what to do."""

    person: Person
    to: str | None = field(repr=False)
    text: str | None = field(repr=False)
    missing: tuple[str, ...]
    words: str = field(repr=False)


def read_wish(parts: Context, who: GrantKey, body: Mapping[str, Any]) -> Wish:
    """Read what is asked. Raises InvalidFields, and WrongState where the company is not set up."""
    given = {name: value for name, value in body.items() if name not in _TEXTS}
    text, place, registered = body.get("text"), "text", None
    with parts.service.database.read() as connection:
        company = get_company(connection, who.company_id)
        sender = sender_of(connection, company)
        if "template" in body:
            template = named(connection, require_account(company), body["template"], templates_owner(who.company_id))
            said = given_by(template)
            text, place, registered = said.pop("text"), "template", template["registered_text"]
            given = said | given
    try:
        return Wish(company, sender, given, place, compile_text(text or ""), registered)
    except TemplateUnreadable as error:
        raise InvalidFields({place: [str(error)]}) from None


def address(parts: Context, who: GrantKey, wish: Wish, person_id: int, to: str | None) -> Addressed:
    """Fill a wish in for a contact as Pipedrive shows them to the viewer now.

    Raises Gone for one who is deleted, or not for the viewer's eyes, InvalidFields for a text that cannot be filled
    in, and what a call may.
    """
    person = person_of(parts, who, person_id, anew=True)
    if person.is_deleted:
        raise Gone(DELETED)
    number = to or _best_number(person, wish.sender.country_code)
    wanted = needs(wish.compiled)
    try:
        text = wish.compiled.render(_values(parts, who, person, wanted)).text
    except MissingVariables as error:
        book = fields_of(parts, who) if wanted.custom_fields else NO_FIELDS
        missing = tuple(sorted(error.names, key=_place_in(wish.compiled)))
        return Addressed(person, number, None, missing, explain_missing(missing, book))
    except TemplateUnreadable as error:
        raise InvalidFields({wish.place: [str(error)]}) from None
    if wish.registered_text is not None:
        check_registered(wish.registered_text, wish.compiled, text)
    return Addressed(person, number, text, (), "")


def message_of(wish: Wish, addressed: Addressed) -> NewMessage:
    """Return the message. Raises InvalidFields and InvalidMessage, which name the field at fault."""
    if addressed.text is None:
        raise InvalidFields({wish.place: [addressed.words]})
    if addressed.to is None:
        raise InvalidFields({"to": [NO_NUMBER]})
    channel = wish.given.get("channel") or wish.company.channel
    said = {**wish.given, "channel": channel}
    return compose(wish.sender, to=addressed.to, text=addressed.text, source=SOURCE, **said)


def _values(parts: Context, who: GrantKey, person: Person, wanted: Needs) -> dict[str, Any]:
    """Return what a text may be filled in with; of Pipedrive nothing is asked that the text has no use for."""
    org_name = organization_name_of(parts, who, person) if wanted.org else None
    book = fields_of(parts, who) if wanted.custom_fields else NO_FIELDS
    user = user_of(parts, who) if wanted.user else None
    return values_of(person, org_name, book, user, wanted)


def _place_in(compiled: CompiledText) -> Callable[[str], int]:
    """Return where in a text a name comes first, so that people are told of them as they read."""
    places = {name: place for place, name in enumerate(compiled.names)}
    return lambda name: places.get(name, len(places))


def _best_number(person: Person, country_code: str | None) -> str | None:
    best = first_usable(person.phones, country_code)
    return None if best is None else best.e164
