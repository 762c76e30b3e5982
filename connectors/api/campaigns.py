"""`/api/v1/campaigns`: many recipients, one intent."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import IO, Any, Final

from flask import Response
from sqlalchemy import Connection
from werkzeug.exceptions import ServiceUnavailable

from connectors.api.campaign_requests import LARGEST_UPLOAD, SOURCE, Asked, asked_campaign, read_body
from connectors.api.context import context
from connectors.api.idempotent import CREATED_HEADERS, KEY_PARAMETER, Once, idempotent
from connectors.api.schemas_campaigns import (
    CampaignPageSchema,
    CampaignRecipientPageSchema,
    CampaignResolveSchema,
    CampaignSchema,
    CampaignTestSchema,
    CampaignUploadSchema,
    NewCampaignSchema,
    PreviewSchema,
)
from connectors.api.schemas_messages import MessageSchema
from connectors.serving.previewer import PreviewInterrupted, preview_of
from connectors.shared.access import Access, access
from connectors.shared.campaigns import control, files, reports
from connectors.shared.campaigns.store import create, get_campaign, list_campaigns, list_recipients
from connectors.shared.campaigns.trying import try_out
from connectors.shared.clock import now_ms
from connectors.shared.messages.queries import get_message
from connectors.shared.messages.resolve import resolve_campaign
from connectors.shared.web.report_files import XLSX, csv_file, xlsx_file
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.shared.web.rest.paging import page_of, path_id, position
from connectors.shared.web.shapes import PageQuerySchema

KIND: Final = "campaigns"
RECIPIENTS: Final = "campaign-recipients"
CHUNK: Final = 65_536
PREVIEW_RETRY_SECONDS: Final = 5
NO_CAMPAIGN: Final = "There is no such campaign."
CAMPAIGN_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "campaign_id",
    "description": "The campaign's id.",
    "schema": {"type": "string", "format": "uuid"},
}
BODIES: Final = {"application/json": NewCampaignSchema, "multipart/form-data": CampaignUploadSchema}
_RECIPIENTS: Final = [{"to": "+919816111111", "variables": {"first_name": "Asha"}}]
EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "A text": {
        "name": "Diwali 2026",
        "text": "Dear {{ first_name }}, our sale begins today.",
        "recipients": _RECIPIENTS,
    },
    "A template, later": {"template": "sale", "due_at": "2026-12-24T09:00:00+05:30", "recipients": _RECIPIENTS},
}

_campaign_schema = CampaignSchema()

blueprint = ApiBlueprint(KIND, "/campaigns", "Many recipients, one intent.")


@blueprint.on("POST", "", parameters=[KEY_PARAMETER])
@access(Access.API_KEY)
@blueprint.reads_up_to(LARGEST_UPLOAD)
@blueprint.reads(BODIES, EXAMPLES)
@blueprint.creates(CampaignSchema, "The campaign, which is being read.", CREATED_HEADERS)
@blueprint.refuses(HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, *WITH_A_BODY)
def begin() -> Response:
    """Begin a campaign, with its recipients in JSON or in a file.

    File, header and number column are checked before this is answered. Reading goes on in the background, and nothing
    goes out before the whole file has been read: a fault that is found on the way ends it as `failed`.
    """
    read_body()
    with idempotent() as once:
        if once.replay is not None:
            return once.replay
        with asked_campaign() as asked:
            return _keep(asked, once)


@blueprint.on("POST", "/preview")
@access(Access.API_KEY)
@blueprint.reads_up_to(LARGEST_UPLOAD)
@blueprint.reads(BODIES, EXAMPLES)
@blueprint.answers(PreviewSchema, "What would be sent.")
@blueprint.refuses(HTTPStatus.UNPROCESSABLE_ENTITY, *WITH_A_BODY)
def show_preview() -> dict[str, Any]:
    """Show what a campaign would send. Takes what beginning it takes, sends nothing and keeps nothing."""
    read_body()
    with asked_campaign() as asked:
        try:
            return preview_of(context().service, asked.draft, asked.wanted, asked.file)
        except PreviewInterrupted as error:
            raise ServiceUnavailable(str(error), retry_after=PREVIEW_RETRY_SECONDS) from None


@blueprint.on("GET", "")
@access(Access.API_KEY)
@blueprint.takes(PageQuerySchema, "query")
@blueprint.answers(CampaignPageSchema, "A page of campaigns.")
@blueprint.refuses()
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List campaigns, newest first. Take `next` as `cursor` for the page after."""
    before = position(KIND, query.get("cursor"))
    with context().service.database.read() as connection:
        found = list_campaigns(connection, caller(), before, query["limit"] + 1)
    return page_of(KIND, found, query["limit"], lambda campaign: campaign["id"])


@blueprint.on("GET", "/<string(length=36):campaign_id>", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.answers(CampaignSchema, "The campaign.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(campaign_id: str) -> dict[str, Any]:
    """Show a campaign, how far it is and what became of its messages."""
    with context().service.database.read() as connection:
        return get_campaign(connection, caller(), path_id(campaign_id, NO_CAMPAIGN))


@blueprint.on("GET", "/<string(length=36):campaign_id>/recipients", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.takes(PageQuerySchema, "query")
@blueprint.answers(CampaignRecipientPageSchema, "A page of messages.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def recipients(query: dict[str, Any], campaign_id: str) -> dict[str, Any]:
    """List the messages of a campaign in the order of its file."""
    kind = f"{RECIPIENTS}-{path_id(campaign_id, NO_CAMPAIGN)}"
    after = int(position(kind, query.get("cursor")) or -1)
    with context().service.database.read() as connection:
        found = list_recipients(connection, caller(), campaign_id, after, query["limit"] + 1)
    return page_of(kind, found, query["limit"], lambda message: str(message["row"]))


@blueprint.on("POST", "/<string(length=36):campaign_id>/pause", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.answers(CampaignSchema, "The campaign, paused.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def pause(campaign_id: str) -> dict[str, Any]:
    """Pause a campaign: what is with the vendor ends, and nothing more begins. What waits keeps its validity."""
    with context().service.database.write() as connection:
        control.pause(connection, caller(), path_id(campaign_id, NO_CAMPAIGN), now_ms())
        return get_campaign(connection, caller(), campaign_id)


@blueprint.on("POST", "/<string(length=36):campaign_id>/resume", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.answers(CampaignSchema, "The campaign, going on.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def resume(campaign_id: str) -> dict[str, Any]:
    """Let a paused campaign go on: with those who were not texted, and with nobody else."""
    service = context().service
    with service.database.write() as connection:
        control.resume(connection, caller(), path_id(campaign_id, NO_CAMPAIGN), now_ms())
        campaign = get_campaign(connection, caller(), campaign_id)
    service.wakeup.announce()
    return campaign


@blueprint.on("POST", "/<string(length=36):campaign_id>/cancel", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.answers(CampaignSchema, "The campaign, canceled.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def cancel(campaign_id: str) -> dict[str, Any]:
    """Cancel a campaign: whoever has not been texted will not be. What was sent stays sent."""
    with context().service.database.write() as connection:
        control.cancel(connection, caller(), path_id(campaign_id, NO_CAMPAIGN), now_ms())
        return get_campaign(connection, caller(), campaign_id)


@blueprint.on("POST", "/<string(length=36):campaign_id>/test", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.takes(CampaignTestSchema, "json")
@blueprint.answers(MessageSchema, "The message, kept and on its way.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *WITH_A_BODY)
def try_row(body: dict[str, Any], campaign_id: str) -> dict[str, Any]:
    """Send what one row says to a number of your own: that of the row gets nothing by this.

    Begin the campaign with a `due_at`, or pause it, to have time for a look.
    """
    service = context().service
    with service.database.read() as connection:
        new = try_out(connection, caller(), path_id(campaign_id, NO_CAMPAIGN), body["to"], body.get("row"), SOURCE)
    accepted = service.acceptor.accept([new])[0]
    with service.database.read() as connection:
        return get_message(connection, caller(), accepted.id)


@blueprint.on("POST", "/<string(length=36):campaign_id>/resolve", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.takes(CampaignResolveSchema, "json")
@blueprint.answers(CampaignSchema, "The campaign as it stands now.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *WITH_A_BODY)
def settle(body: dict[str, Any], campaign_id: str) -> dict[str, Any]:
    """Settle all messages of a campaign that are unconfirmed: their calls went out and no answer came."""
    service = context().service
    resolve_campaign(
        service.database,
        service.endings,
        caller(),
        path_id(campaign_id, NO_CAMPAIGN),
        body["resolution"],
        now_ms(),
        receipt_deadline_ms=service.settings.receipt_deadline_ms,
        validity_ms=service.settings.validity_ms,
    )
    with service.database.read() as connection:
        return get_campaign(connection, caller(), campaign_id)


@blueprint.on("GET", "/<string(length=36):campaign_id>/report.csv", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.serves("text/csv", "The report.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def report_csv(campaign_id: str) -> Response:
    """Download every number with what became of it, and the rows that were left out with why, as CSV.

    Where Excel would take a cell for a formula, a number's plus among them, an apostrophe stands before it.
    """
    lines = reports.report_lines(context().service.database, caller(), path_id(campaign_id, NO_CAMPAIGN))
    return csv_file(reports.write_csv(lines), campaign_id)


@blueprint.on("GET", "/<string(length=36):campaign_id>/report.xlsx", parameters=[CAMPAIGN_ID])
@access(Access.API_KEY)
@blueprint.serves(XLSX, "The report.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def report_xlsx(campaign_id: str) -> Response:
    """Download the same as a workbook, every cell typed as text."""
    lines = reports.report_lines(context().service.database, caller(), path_id(campaign_id, NO_CAMPAIGN))
    return xlsx_file(lambda file: reports.write_xlsx(lines, file), campaign_id)


def _keep(asked: Asked, once: Once) -> Response:
    service = context().service
    with asked.file.path.open("rb") as content:
        campaign_id = files.stage(service.database, service.secrets, caller(), _chunks(content))
    with service.database.write() as connection:
        create(connection, service.secrets, asked.draft.new, campaign_id=campaign_id)
        response = once.complete(connection, _dumped(connection, campaign_id), campaign_id)
    service.wakeup.announce()
    return response


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: content.read(CHUNK), b"")


def _dumped(connection: Connection, campaign_id: str) -> dict[str, Any]:
    dumped: dict[str, Any] = _campaign_schema.dump(get_campaign(connection, caller(), campaign_id))
    return dumped
