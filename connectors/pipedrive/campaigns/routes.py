"""`/pipedrive/api/…`: SMS campaigns on a selection of the people list, and their reports."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from connectors.pipedrive.blueprint import api_blueprint, idempotent, pages, takes, viewer
from connectors.pipedrive.campaigns import gathering_store
from connectors.pipedrive.campaigns import people as campaign_people
from connectors.pipedrive.campaigns import store as campaign_store
from connectors.pipedrive.campaigns.confirming import Unconfirmed, confirmed_description
from connectors.pipedrive.campaigns.previewing import check_fields, first_text, preview_of
from connectors.pipedrive.campaigns.reading import patient_reader
from connectors.pipedrive.campaigns.requests import SOURCE, Asked, read_asked
from connectors.pipedrive.campaigns.schemas import CampaignTextSchema, CampaignTrySchema, RecipientQuerySchema
from connectors.pipedrive.company.admins import require_admin
from connectors.pipedrive.company.store import Company, may_send_campaigns
from connectors.pipedrive.context import context
from connectors.shared.access import Access, access
from connectors.shared.campaigns import control, reports
from connectors.shared.campaigns.trying import compose_trial
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.messages.queries import get_message
from connectors.shared.problems import problem
from connectors.shared.web.paging import path_id
from connectors.shared.web.report_files import csv_file, xlsx_file
from connectors.shared.web.shapes import PageQuerySchema

LONGEST_REQUEST_MS: Final = 120 * SECOND
"""What Pipedrive asks to wait for is waited for."""
_ADMINS_SEND: Final = (
    "In this company campaigns are for Pipedrive's admins alone. One of them can send it, or change that in the "
    "app's settings."
)
_OF_OTHERS: Final = "This campaign is a colleague's. They can do this, and so can an admin in Pipedrive."

Control = Callable[[Connection, int, str, int], None]

blueprint = api_blueprint("campaigns")


@blueprint.errorhandler(Unconfirmed)
def _unconfirmed(error: Unconfirmed) -> Response:
    return problem(409, str(error), code="unconfirmed", count=error.count)


@blueprint.get("/filters")
@access(Access.SIGNED_TOKEN)
def filters() -> dict[str, Any]:
    """List the filters of people that the viewer may see."""
    found = context().pipedrive.get(viewer(), "/api/v1/filters", {"type": "people"}).data
    listed = [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    return {"items": [{"id": each.get("id"), "name": each.get("name")} for each in listed]}


@blueprint.post("/campaigns/preview")
@access(Access.SIGNED_TOKEN)
@takes(CampaignTextSchema)
def show_preview(given: dict[str, Any]) -> dict[str, Any]:
    """Show what a campaign would send, and to how many. Sends nothing and keeps nothing."""
    asked = _asked(given)
    with patient_reader(context(), viewer()) as reader:
        return preview_of(context(), reader, viewer(), asked)


@blueprint.post("/campaigns/test")
@access(Access.SIGNED_TOKEN)
@takes(CampaignTrySchema)
def send_test(given: dict[str, Any]) -> Response:
    """Send what the first person of the selection would read to a number of one's own."""
    service, asked = context().service, _asked(given)
    with idempotent(asked.sender.account_id, LONGEST_REQUEST_MS) as once:
        if once.replay is not None:
            return _without_location(once.replay)
        _require_sender(asked.company)
        with patient_reader(context(), viewer()) as reader:
            text = first_text(reader, asked)
        new = compose_trial(asked.sender, asdict(asked.draft.new), to=given["to"], text=text, source=SOURCE)
        with service.database.write() as connection:
            accepted = service.acceptor.accept_within(connection, [new])[0]
            message = get_message(connection, asked.sender.account_id, accepted.id)
            response = once.complete(connection, message, accepted.id)
    service.acceptor.announce()
    return _without_location(response)


@blueprint.post("/campaigns")
@access(Access.SIGNED_TOKEN)
@takes(CampaignTextSchema)
def begin(given: dict[str, Any]) -> Response:
    """Begin a campaign. Its people are read in the background, and nobody is texted before the last one is."""
    service, who, asked = context().service, viewer(), _asked(given)
    with idempotent(asked.sender.account_id, LONGEST_REQUEST_MS) as once:
        if once.replay is not None:
            return once.replay
        _require_sender(asked.company)
        with patient_reader(context(), who) as reader:
            check_fields(reader, asked)
            description = confirmed_description(context(), reader, who, asked)
        most = context().settings.confirm_above if asked.expected_count is None else asked.expected_count
        with service.database.write() as connection:
            campaign_id = campaign_store.keep(
                connection, service.secrets, who, asked, description=description, most=most
            )
            campaign = campaign_store.show(connection, who.company_id, campaign_id)
            response = once.complete(connection, campaign, campaign_id)
    service.wakeup.announce()
    return response


@blueprint.get("/campaigns")
@access(Access.SIGNED_TOKEN)
@takes(PageQuerySchema, "query")
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List the company's campaigns, newest first."""
    lists = pages("campaigns")
    before = lists.position(query.get("cursor"))
    with context().service.database.read() as connection:
        found = campaign_store.show_page(connection, viewer().company_id, before, query["limit"] + 1)
    return lists.page(found, query["limit"], lambda campaign: campaign["id"])


@blueprint.get("/campaigns/<string(length=36):campaign_id>")
@access(Access.SIGNED_TOKEN)
def show(campaign_id: str) -> dict[str, Any]:
    """Show a campaign, how far it is and what became of its messages."""
    with context().service.database.read() as connection:
        return campaign_store.show(connection, viewer().company_id, _id(campaign_id))


@blueprint.post("/campaigns/<string(length=36):campaign_id>/pause")
@access(Access.SIGNED_TOKEN)
def pause(campaign_id: str) -> dict[str, Any]:
    """Pause a campaign: what is with the vendor ends, and nothing more begins."""
    return _controlled(campaign_id, control.pause)


@blueprint.post("/campaigns/<string(length=36):campaign_id>/resume")
@access(Access.SIGNED_TOKEN)
def resume(campaign_id: str) -> dict[str, Any]:
    """Let a paused campaign go on: with those who were not texted, and with nobody else."""
    campaign = _controlled(campaign_id, control.resume)
    context().service.wakeup.announce()
    return campaign


@blueprint.post("/campaigns/<string(length=36):campaign_id>/cancel")
@access(Access.SIGNED_TOKEN)
def cancel(campaign_id: str) -> dict[str, Any]:
    """Cancel a campaign: whoever has not been texted will not be. What was sent stays sent."""
    return _controlled(campaign_id, _cancel)


@blueprint.get("/campaigns/<string(length=36):campaign_id>/recipients")
@access(Access.SIGNED_TOKEN)
@takes(RecipientQuerySchema, "query")
def recipients(query: dict[str, Any], campaign_id: str) -> dict[str, Any]:
    """List the people of a campaign with what became of their SMS, each once."""
    status, limit = query.get("status"), query["limit"]
    lists = pages(f"recipients-{_id(campaign_id)}-{status}")
    after = int(lists.position(query.get("cursor")) or 0)
    with context().service.database.read() as connection:
        account_id = campaign_store.find(connection, viewer().company_id, campaign_id)["account_id"]
        found = campaign_people.list_people(
            connection, account_id, campaign_id, status=status, after=after, limit=limit + 1
        )
    return lists.page(found, limit, lambda person: str(person["row"]))


@blueprint.get("/campaigns/<string(length=36):campaign_id>/report.csv")
@access(Access.SIGNED_TOKEN)
def report_csv(campaign_id: str) -> Response:
    """Download every person and number with what became of it, and those who were left out with why, as CSV."""
    return csv_file(reports.write_csv(_report(campaign_id), campaign_people.HEADER), campaign_id)


@blueprint.get("/campaigns/<string(length=36):campaign_id>/report.xlsx")
@access(Access.SIGNED_TOKEN)
def report_xlsx(campaign_id: str) -> Response:
    """Download the same as a workbook, every cell typed as text."""
    lines = _report(campaign_id)
    written = partial(reports.write_xlsx, lines, header=campaign_people.HEADER, widths=campaign_people.WIDTHS)
    return xlsx_file(written, campaign_id)


def _asked(given: Mapping[str, Any]) -> Asked:
    with context().service.database.read() as connection:
        return read_asked(connection, viewer().company_id, given)


def _without_location(response: Response) -> Response:
    # It goes to nobody of the company's list, and so nothing of it is found here again.
    response.headers.pop("Location", None)
    return response


def _controlled(campaign_id: str, change: Control) -> dict[str, Any]:
    database, who = context().service.database, viewer()
    with database.read() as connection:
        row = campaign_store.find(connection, who.company_id, _id(campaign_id))
    if row["user_id"] != who.user_id:
        require_admin(context(), who, _OF_OTHERS)
    with database.write() as connection:
        change(connection, row["account_id"], campaign_id, now_ms())
        return campaign_store.show(connection, who.company_id, campaign_id)


def _cancel(connection: Connection, account_id: int, campaign_id: str, moment: int) -> None:
    control.cancel(connection, account_id, campaign_id, moment)
    gathering_store.close(connection, campaign_id)


def _report(campaign_id: str) -> Any:
    database = context().service.database
    with database.read() as connection:
        row = campaign_store.find(connection, viewer().company_id, _id(campaign_id))
    return campaign_people.report_lines(database, row["account_id"], campaign_id)


def _require_sender(company: Company) -> None:
    if not may_send_campaigns(company, is_admin=False):
        require_admin(context(), viewer(), _ADMINS_SEND)


def _id(given: str) -> str:
    return path_id(given, campaign_store.NO_CAMPAIGN)
