"""A company as automations know it: `pipedrive:1234`, and the account of ours that sends for it."""

from typing import Final

from sqlalchemy import Connection

from connectors.pipedrive.company.store import Company, get_company, require_account
from connectors.shared.automations.definitions import Owner
from connectors.shared.errors import NotFound

CONNECTOR: Final = "pipedrive"


def owner_of(company: Company) -> Owner:
    """Return whose a company's automations are. Raises WrongState where no login of Message Central was saved."""
    return Owner(
        CONNECTOR,
        str(company.company_id),
        require_account(company),
        sender_id=company.sender_id,
        entity_id=company.entity_id,
    )


def find_owner(connection: Connection, company_id: int) -> Owner | None:
    """Return the same, None where the company is gone or has no account."""
    try:
        company = get_company(connection, company_id)
    except NotFound:
        return None
    return None if company.account_id is None else owner_of(company)


def owner_name(company_id: int) -> str:
    """Return what stands in the tables, whether the company has an account or not."""
    return f"{CONNECTOR}:{company_id}"


def company_of(owner: str) -> int:
    """Return which company an owner's name is of."""
    return int(owner.partition(":")[2])
