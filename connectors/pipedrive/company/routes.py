"""`/pipedrive/api/settings`, `/me` and `/activity-types`: how a company sends, and who looks.

Only those whom Pipedrive calls an admin, at that moment, change the settings. The password never comes back.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Response
from sqlalchemy import Connection, RowMapping

from connectors.pipedrive.blueprint import api_blueprint, takes, viewer
from connectors.pipedrive.company.activity_types import ask_activity_types, choose_activity_type
from connectors.pipedrive.company.admins import require_admin
from connectors.pipedrive.company.saving import COLUMNS, TooManyTries, VendorAway, save
from connectors.pipedrive.company.schemas import SettingsSchema
from connectors.pipedrive.company.store import (
    Company,
    account_state,
    get_company,
    get_row,
    may_send_campaigns,
    sender_of,
)
from connectors.pipedrive.context import context
from connectors.pipedrive.platform.looking_up import user_of
from connectors.pipedrive.tables import LogKind
from connectors.shared.access import Access, access
from connectors.shared.accounts.store import login_row
from connectors.shared.clock import now_ms, to_rfc3339
from connectors.shared.problems import problem

ADMINS_ONLY: Final = "Only admins in Pipedrive change these settings. Ask one of yours."
_LOGGED: Final = ("log_single", "log_campaign")

View = TypeVar("View", bound=Callable[..., Any])

blueprint = api_blueprint("settings")


def admins_only(view: View) -> View:
    """Let in only those whom Pipedrive calls an admin now, before what they send is read. Raises NotAllowed."""

    @wraps(view)
    def guarded(*args: Any, **given: Any) -> Any:
        require_admin(context(), viewer(), ADMINS_ONLY)
        return view(*args, **given)

    return cast(View, guarded)


@blueprint.get("/me")
@access(Access.SIGNED_TOKEN)
def me() -> dict[str, Any]:
    """Tell a page who looks at it, for which company, and what they may do."""
    parts, who = context(), viewer()
    user = user_of(parts, who)
    with parts.service.database.read() as connection:
        row = get_row(connection, who.company_id)
        company = get_company(connection, who.company_id)
        return {
            "user": {"id": user.user_id, "name": user.name, "is_admin": user.is_admin},
            "company": {"id": who.company_id, "name": row["name"], "domain": row["domain"]},
            "set_up": company.account_id is not None,
            "may_send_campaigns": may_send_campaigns(company, is_admin=user.is_admin),
            "defaults": _defaults(connection, company),
            "confirm_above": parts.settings.confirm_above,
            "account": account_state(connection, company.account_id),
            "writes": _resting(row),
        }


@blueprint.get("/settings")
@access(Access.SIGNED_TOKEN)
def show() -> dict[str, Any]:
    """Show the settings; null is what nobody has said."""
    with context().service.database.read() as connection:
        return _shown(connection, viewer().company_id)


@blueprint.put("/settings")
@access(Access.SIGNED_TOKEN)
@admins_only
@takes(SettingsSchema)
def change(body: dict[str, Any]) -> dict[str, Any]:
    """Change what is given of the settings; a login is tried at Message Central first."""
    parts, company_id = context(), viewer().company_id
    save(parts, company_id, body | _activity_type(body))
    with parts.service.database.read() as connection:
        return _shown(connection, company_id)


@blueprint.get("/activity-types")
@access(Access.SIGNED_TOKEN)
def activity_types() -> dict[str, Any]:
    """List the activity types that may be chosen."""
    found = ask_activity_types(context().pipedrive, viewer())
    return {"items": [{"key": each.key, "name": each.name} for each in found]}


@blueprint.errorhandler(VendorAway)
def _vendor_away(error: VendorAway) -> Response:
    return problem(503, str(error), retry_after=error.seconds)


@blueprint.errorhandler(TooManyTries)
def _too_many_tries(error: TooManyTries) -> Response:
    return problem(429, str(error), retry_after=error.seconds)


def _activity_type(given: dict[str, Any]) -> dict[str, str]:
    """Return the activity type to save, where one is given or has become needed. Raises InvalidFields."""
    parts, who = context(), viewer()
    chosen = given.get("activity_type")
    if chosen is None:
        with parts.service.database.read() as connection:
            row = get_row(connection, who.company_id)
        kinds = [given.get(name, row[name]) for name in _LOGGED]
        stays = "activity_type" not in given and row["activity_type"] is not None
        if stays or LogKind.ACTIVITY.value not in kinds:
            return {}
    return {"activity_type": choose_activity_type(ask_activity_types(parts.pipedrive, who), chosen)}


def _shown(connection: Connection, company_id: int) -> dict[str, Any]:
    row = get_row(connection, company_id)
    login = None if row["account_id"] is None else login_row(connection, row["account_id"])
    return {
        "customer_id": None if login is None else login["login"],
        "email": None if login is None else login["email"],
        "password": None,
        **{name: row[name] for name in COLUMNS},
        **(_in_force(connection, company_id) if row["saved_at"] is not None else {}),
        "password_saved": login is not None,
        "account": account_state(connection, row["account_id"]),
    }


def _in_force(connection: Connection, company_id: int) -> dict[str, str]:
    """Return what holds of that which a company with settings has not decided."""
    company = get_company(connection, company_id)
    return {
        "log_single": company.log_single.value,
        "log_campaign": company.log_campaign.value,
        "campaign_senders": company.campaign_senders,
    }


def _defaults(connection: Connection, company: Company) -> dict[str, str | None]:
    sender = None if company.account_id is None else sender_of(connection, company)
    chosen = sender or company
    return {
        "sender_id": chosen.sender_id,
        "country_code": chosen.country_code,
        "message_type": chosen.message_type,
        "channel": company.channel or "SMS",
    }


def _resting(row: RowMapping) -> dict[str, str | None] | None:
    """Return until when nothing is written into Pipedrive, and why; None where it is."""
    if row["writes_rest_until"] <= now_ms():
        return None
    return {"resting_until": to_rfc3339(row["writes_rest_until"]), "because": row["writes_rest_because"]}
