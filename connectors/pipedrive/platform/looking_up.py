"""Looking things up in Pipedrive in a viewer's name, once for all that ask within some seconds.

All raise what a call may: Disconnected, NotAllowed, Gone, Refused, RateLimited, Unreachable, InDoubt.
"""

from connectors.pipedrive.automations.deals import Stage, ask_stages
from connectors.pipedrive.contacts.fields import FieldBook, ask_fields
from connectors.pipedrive.contacts.people import Person, ask_organization_name, ask_person
from connectors.pipedrive.context import Context
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.users import UserFacts, ask_user


def fields_of(parts: Context, who: GrantKey, *, anew: bool = False) -> FieldBook:
    """Return the custom fields of a company's people, as of the last minute; NO_FIELDS where the viewer sees none."""
    return parts.memory.fields.get(who.company_id, lambda: ask_fields(parts.pipedrive, who), anew=anew)


def stages_of(parts: Context, who: GrantKey, *, anew: bool = False) -> list[Stage]:
    """Return the stages of deals that the viewer sees, as of the last minute."""
    return parts.memory.stages.get(who, lambda: ask_stages(parts.pipedrive, who), anew=anew)


def person_of(parts: Context, who: GrantKey, person_id: int, *, anew: bool = False) -> Person:
    """Return a person as the viewer sees them, or saw them half a minute ago. Raises Gone where they do not."""
    return parts.memory.people.get((who, person_id), lambda: ask_person(parts.pipedrive, who, person_id), anew=anew)


def organization_name_of(parts: Context, who: GrantKey, person: Person) -> str | None:
    """Return the name of a person's organization, None where they have none or the viewer may not see it."""
    return None if person.org_id is None else ask_organization_name(parts.pipedrive, who, person.org_id)


def user_of(parts: Context, who: GrantKey, *, anew: bool = False) -> UserFacts:
    """Return who the viewer is."""
    return parts.memory.users.get(who, lambda: ask_user(parts.pipedrive, who), anew=anew)
