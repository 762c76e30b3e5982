"""Companies of Pipedrive: their settings, and the account of ours by which they send."""

from dataclasses import dataclass, replace
from typing import Any, Final, TypedDict

from sqlalchemy import Connection, RowMapping, select

from connectors.pipedrive.tables import LogKind, pipedrive_companies
from connectors.shared.accounts.senders import Sender, sender_of_account
from connectors.shared.accounts.store import login_row
from connectors.shared.errors import NotFound, WrongState

NOT_SET_UP: Final = (
    "Message Central is not set up yet. Somebody who is an admin in Pipedrive enters your Message Central login in the "
    "app's settings."
)


NOT_INSTALLED: Final = "This company has not installed the app."


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


class AccountState(TypedDict):
    """Whether what a company sends goes out, and why not."""

    state: str
    reason: str | None


def get_row(connection: Connection, company_id: int, *, lock: bool = False) -> RowMapping:
    """Return a company's row, locked until the transaction ends if asked. Raises NotFound."""
    statement = select(pipedrive_companies).where(pipedrive_companies.c.company_id == company_id)
    if lock:
        # Rows that name the company may still be inserted beside it.
        statement = statement.with_for_update(key_share=True)
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound(NOT_INSTALLED)
    return row


def hold_company(connection: Connection, company_id: int) -> None:
    """Have a company stay until the transaction ends. Raises NotFound where the app has been removed."""
    own = pipedrive_companies.c.company_id == company_id
    statement = select(pipedrive_companies.c.company_id).where(own).with_for_update(read=True, key_share=True)
    if connection.execute(statement).first() is None:
        raise NotFound(NOT_INSTALLED)


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
    sender = sender_of_account(connection, require_account(company))
    entity_id = company.entity_id or sender.entity_id
    return replace(
        sender,
        sender_id=company.sender_id or sender.sender_id,
        country_code=company.country_code or sender.country_code,
        message_type=company.message_type or sender.message_type,
        entity_id=entity_id,
        # The account's registered text is its own entity's.
        template_id=sender.template_id if entity_id == sender.entity_id else None,
    )


def require_account(company: Company) -> int:
    """Return the account that a company sends by. Raises WrongState where no login has been saved."""
    if company.account_id is None:
        raise WrongState(NOT_SET_UP)
    return company.account_id


def templates_owner(company_id: int) -> str:
    """Return whose a company's templates are: other companies and tools may use the same account."""
    return f"pipedrive:{company_id}"


def may_send_campaigns(company: Company, *, is_admin: bool) -> bool:
    """Whether a user of the company may, as its settings say."""
    return is_admin or company.campaign_senders == "all"


def account_state(connection: Connection, account_id: int | None) -> AccountState | None:
    """Return how an account is, None where there is none."""
    row = None if account_id is None else login_row(connection, account_id)
    return None if row is None else AccountState(state=row["state"], reason=row["reason"])
