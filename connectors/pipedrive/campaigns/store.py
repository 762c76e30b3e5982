"""Campaigns of a company: kept with their selection, shown with who sent them. Always within one company."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select

from connectors.pipedrive.campaigns.requests import Asked
from connectors.pipedrive.company.store import hold_company
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import LogKind, pipedrive_campaigns, pipedrive_grants
from connectors.pipedrive.write_back.status import status_of_campaign
from connectors.shared.campaigns.states import CampaignState
from connectors.shared.campaigns.store import create, get_campaigns
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound
from connectors.shared.secrets import SecretBox

NO_CAMPAIGN: Final = "There is no such campaign."


def keep(
    connection: Connection, secrets: SecretBox, who: GrantKey, asked: Asked, *, description: str, most: int
) -> str:
    """Keep a campaign whose people are read from now on; of more than `most` it fails. Returns its id.

    Raises NotFound where the company has removed the app meanwhile.
    """
    hold_company(connection, who.company_id)
    campaign_id = create(connection, secrets, asked.draft.new, gathering=True)
    company = asked.company
    connection.execute(
        insert(pipedrive_campaigns).values(
            campaign_id=campaign_id,
            company_id=who.company_id,
            account_id=asked.draft.new.account_id,
            user_id=who.user_id,
            description=description,
            selection=asked.selection.dumped(),
            expected_count=most,
            log_kind=company.log_campaign.value,
            activity_type=company.activity_type if company.log_campaign is LogKind.ACTIVITY else None,
            logs_open=company.log_campaign is not LogKind.NONE,
            created_at=now_ms(),
        )
    )
    return campaign_id


def find(connection: Connection, company_id: int, campaign_id: str) -> RowMapping:
    """Return a campaign's row of ours. Raises NotFound where it is not there, or another company's."""
    statement = select(pipedrive_campaigns).where(
        pipedrive_campaigns.c.company_id == company_id, pipedrive_campaigns.c.campaign_id == campaign_id
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound(NO_CAMPAIGN)
    return row


def show(connection: Connection, company_id: int, campaign_id: str) -> dict[str, Any]:
    """Return a campaign. Raises NotFound."""
    found = _present_all(connection, company_id, [find(connection, company_id, campaign_id)])[0]
    return {**found, "log": status_of_campaign(connection, company_id, campaign_id)}


def show_page(connection: Connection, company_id: int, before_id: str | None, limit: int) -> list[dict[str, Any]]:
    """Return campaigns, newest first, older than `before_id`; of what is written into Pipedrive only the kind.

    To count that for each would take seconds where they are large.
    """
    own = pipedrive_campaigns.c
    statement = select(pipedrive_campaigns).where(own.company_id == company_id)
    if before_id is not None:
        statement = statement.where(own.campaign_id < before_id)
    rows = connection.execute(statement.order_by(own.campaign_id.desc()).limit(limit)).mappings().all()
    return _present_all(connection, company_id, rows)


def name_of_user(connection: Connection, who: GrantKey) -> str | None:
    """Return what a user is called, None where they have not installed the app."""
    return _names(connection, who.company_id, [who.user_id]).get(who.user_id)


def _present_all(connection: Connection, company_id: int, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    names = _names(connection, company_id, [row["user_id"] for row in rows])
    return [_present(connection, campaign, row, names) for row, campaign in _with_campaigns(connection, rows)]


def _with_campaigns(
    connection: Connection, rows: Sequence[RowMapping]
) -> Iterable[tuple[RowMapping, Mapping[str, Any]]]:
    """Pair rows with the shared kind; the company may have sent by several accounts in its time."""
    of_accounts: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows:
        of_accounts[row["account_id"]].append(row["campaign_id"])
    found = {
        campaign["id"]: campaign
        for account_id, ids in of_accounts.items()
        for campaign in get_campaigns(connection, account_id, ids)
    }
    return ((row, found[row["campaign_id"]]) for row in rows if row["campaign_id"] in found)


def _present(
    connection: Connection, campaign: Mapping[str, Any], row: RowMapping, names: Mapping[int, str | None]
) -> dict[str, Any]:
    is_read = campaign["state"] != CampaignState.IMPORTING.value or row["gathered_at"] is not None
    return {
        **campaign,
        "description": row["description"],
        "people": row["people"],
        "gathering": None if is_read else {"people": row["people"], "because": row["waits_because"]},
        "sent_by": {"id": row["user_id"], "name": names.get(row["user_id"])},
        "log": {"kind": row["log_kind"]},
    }


def _names(connection: Connection, company_id: int, user_ids: Iterable[int]) -> dict[int, str | None]:
    of_company = pipedrive_grants.c.company_id == company_id
    statement = select(pipedrive_grants.c.user_id, pipedrive_grants.c.name)
    named: ColumnElement[bool] = pipedrive_grants.c.user_id.in_(set(user_ids))
    return {row.user_id: row.name for row in connection.execute(statement.where(of_company, named))}
