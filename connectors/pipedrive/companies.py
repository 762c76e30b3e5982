"""Companies of Pipedrive: their settings, and the account of ours by which they send."""

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from connectors.pipedrive.tables import LogKind, pipedrive_companies
from connectors.shared.accounts.store import Sender, sender_of_account
from connectors.shared.errors import NotFound, WrongState

NOT_SET_UP: Final = (
    "Message Central is not set up yet. Somebody who is an admin in Pipedrive enters your Message Central login in the "
    "app's settings."
)


@dataclass(frozen=True, slots=True)
class Company:
    """A company as messages need it; None means what the account has."""

    company_id: int
    account_id: int | None
    sender_id: str | None
    country_code: str | None
    message_type: str | None
    entity_id: str | None
    channel: str | None
    log_single: LogKind
    log_campaign: LogKind
    activity_type: str | None
    campaign_senders: str
    """admins or all."""


def get_row(connection: Connection, company_id: int) -> RowMapping:
    """Return a company's row. Raises NotFound."""
    statement = select(pipedrive_companies).where(pipedrive_companies.c.company_id == company_id)
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("This company has not installed the app.")
    return row


def get_company(connection: Connection, company_id: int) -> Company:
    """Return a company. Raises NotFound."""
    row = get_row(connection, company_id)
    values: dict[str, Any] = {
        name: row[name]
        for name in (
            *("company_id", "account_id", "sender_id", "country_code", "message_type", "entity_id", "channel"),
            "activity_type",
        )
    }
    return Company(
        **values,
        log_single=LogKind(row["log_single"] or LogKind.NOTE),
        log_campaign=LogKind(row["log_campaign"] or LogKind.NONE),
        campaign_senders=row["campaign_senders"] or "admins",
    )


def sender_of(connection: Connection, company: Company) -> Sender:
    """Return the connection by which a company sends, with the company's own defaults.

    Raises WrongState where no login of Message Central has been saved.
    """
    if company.account_id is None:
        raise WrongState(NOT_SET_UP)
    sender = sender_of_account(connection, company.account_id)
    return replace(
        sender,
        sender_id=company.sender_id or sender.sender_id,
        country_code=company.country_code or sender.country_code,
        message_type=company.message_type or sender.message_type,
        entity_id=company.entity_id or sender.entity_id,
    )
