"""How it stands with what is written into Pipedrive: of single messages, and of a campaign."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from connectors.pipedrive.tables import LogKind, LogState, pipedrive_campaigns, pipedrive_logs
from connectors.pipedrive.write_back.fates import WENT_OUT
from connectors.shared.messages.tables import IS_OF_CAMPAIGN, messages

SLICE: Final = 1_000
_WENT_OUT: Final = sorted(WENT_OUT)
_SHOWN: Final = {LogState.WRITTEN.value: "written", LogState.UNWRITTEN.value: "unwritten"}

_ids: BindParameter[str] = bindparam("ids", expanding=True)
_logs = pipedrive_logs.c


def logs_of(connection: Connection, company_id: int, message_ids: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Return what is, or is to be, written for these messages of a company; one with no entry is not in it.

    Each is `{"state": "waiting|written|unwritten", "kind": "note|activity", "reason": text or None}`.
    """
    statement = select(_logs.message_id, _logs.state, _logs.kind, _logs.reason).where(
        _logs.company_id == company_id, _logs.message_id.in_(_ids)
    )
    found: dict[str, dict[str, str | None]] = {}
    for start in range(0, len(message_ids), SLICE):
        for row in connection.execute(statement, {"ids": list(message_ids[start : start + SLICE])}):
            found[row.message_id] = {"state": _shown(row.state), "kind": row.kind, "reason": row.reason}
    return found


def status_of_campaign(connection: Connection, company_id: int, campaign_id: str) -> dict[str, Any]:
    """Return `{"kind": "none|note|activity", "written", "waiting", "unwritten"}`: counts of messages that were sent.

    A campaign that is not there, or another company's, has nothing to be written.
    """
    same = (pipedrive_campaigns.c.campaign_id == campaign_id) & (pipedrive_campaigns.c.company_id == company_id)
    own = pipedrive_campaigns.c
    campaign = connection.execute(select(own.log_kind, own.logs_open).where(same)).first()
    counted: dict[str, Any] = {"kind": "none", "written": 0, "waiting": 0, "unwritten": 0}
    if campaign is None:
        return counted
    counted["kind"] = campaign.log_kind
    if campaign.log_kind == LogKind.NONE:
        return counted
    # The campaign is the company's: so nothing more is asked of its messages than an index holds.
    of_campaign = (IS_OF_CAMPAIGN, messages.c.campaign_id == campaign_id)
    statement = (
        select(_logs.state, func.count())
        .join(messages, messages.c.id == _logs.message_id)
        .where(*of_campaign, _logs.company_id == company_id)
        .group_by(_logs.state)
    )
    for state, count in connection.execute(statement):
        counted[_shown(state)] += count
    if campaign.logs_open:
        # Entries are made a moment after their messages have gone out: till then these wait, too.
        sent = connection.scalar(select(func.count()).where(*of_campaign, messages.c.status.in_(_WENT_OUT))) or 0
        counted["waiting"] = max(counted["waiting"], sent - counted["written"] - counted["unwritten"])
    return counted


def _shown(state: str) -> str:
    return _SHOWN.get(state, "waiting")
