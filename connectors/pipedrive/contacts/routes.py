"""`/pipedrive/api/persons`: a contact with their numbers, the best to text first."""

from typing import Any

from connectors.pipedrive.blueprint import api_blueprint, viewer
from connectors.pipedrive.company.store import Company, get_company, sender_of
from connectors.pipedrive.contacts.people import DELETED, NOBODY
from connectors.pipedrive.contacts.phones import ContactPhone, in_order
from connectors.pipedrive.context import context
from connectors.pipedrive.errors import Gone
from connectors.pipedrive.platform.looking_up import person_of
from connectors.pipedrive.shapes import LARGEST_ID
from connectors.shared.access import Access, access
from connectors.shared.opt_outs.store import opted_out

blueprint = api_blueprint("persons")


@blueprint.get("/persons/<int:person_id>")
@access(Access.SIGNED_TOKEN)
def show(person_id: int) -> dict[str, Any]:
    """Show a contact as the viewer sees them in Pipedrive; `opted_out` says which numbers (E.164) do not want what."""
    parts, who = context(), viewer()
    if not 0 < person_id <= LARGEST_ID:
        raise Gone(NOBODY)
    person = person_of(parts, who, person_id, anew=True)
    if person.is_deleted:
        raise Gone(DELETED)
    with parts.service.database.read() as connection:
        company = get_company(connection, who.company_id)
        country = sender_of(connection, company).country_code if company.account_id else company.country_code
    phones = in_order(person.phones, country)
    return {
        "id": person.id,
        "name": person.name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "org_id": person.org_id,
        "owner_id": person.owner_id,
        "phones": [phone.shown() for phone in phones],
        "opted_out": _opted_out(company, phones),
    }


def _opted_out(company: Company, phones: list[ContactPhone]) -> dict[str, str]:
    if company.account_id is None:
        return {}
    service = context().service
    digits = [phone.e164.removeprefix("+") for phone in phones if phone.e164 is not None]
    with service.database.read() as connection:
        found = opted_out(connection, service.secrets, company.account_id, digits)
    return {f"+{number}": scope.value for number, scope in found.items()}
