"""`POST /pipedrive/webhooks/{company}`: what Pipedrive calls. https://pipedrive.readme.io/docs/guide-for-webhooks-v2

It waits ten seconds, tries four times within three minutes, and bans for half an hour whoever fails ten times at first:
so everything is answered at once, and worked off by `working.py`.
"""

from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.pipedrive.automations import inbox, subscriptions
from connectors.pipedrive.automations.credentials import are_theirs
from connectors.pipedrive.automations.happening import company_in, read_happening
from connectors.pipedrive.automations.subscribing import PATH
from connectors.pipedrive.company.store import hold_company
from connectors.pipedrive.context import context
from connectors.pipedrive.shapes import LARGEST_ID
from connectors.shared.access import Access, access
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound
from connectors.shared.problems import problem
from connectors.shared.web.credentials import shown_credentials

LARGEST_BODY: Final = 500_000

blueprint = Blueprint("pipedrive-webhooks", __name__)


@blueprint.post(f"{PATH}/<int:company_id>")
@access(Access.BASIC)
def receive(company_id: int) -> Response:
    """Keep what happened and answer 200, also to what no automation has use for; or say what is wrong with it."""
    if not _is_pipedrive(company_id):
        response = problem(HTTPStatus.UNAUTHORIZED, "Give the user name and password that this webhook was made with.")
        response.headers["WWW-Authenticate"] = 'Basic realm="Pipedrive webhooks", charset="UTF-8"'
        return response
    request.max_content_length = LARGEST_BODY
    try:
        body: Any = orjson.loads(request.get_data(cache=False))
    except RequestEntityTooLarge:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than anything that is read here.")
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        return problem(HTTPStatus.BAD_REQUEST, "The body cannot be read as a JSON object in UTF-8.")
    if company_in(body) not in (None, company_id):
        return problem(HTTPStatus.BAD_REQUEST, "This is about another company.")
    return _keep(company_id, body)


def _keep(company_id: int, body: dict[str, Any]) -> Response:
    happening = read_happening(body, now_ms())
    if happening is not None:
        try:
            with context().service.database.write() as connection:
                hold_company(connection, company_id)
                if subscriptions.is_wanted(connection, company_id, happening.kind):
                    inbox.keep(connection, company_id, happening)
        except NotFound as error:
            return problem(HTTPStatus.GONE, str(error))
    return Response(status=HTTPStatus.OK, mimetype="text/plain")


def _is_pipedrive(company_id: int) -> bool:
    given = shown_credentials()
    if given is None or given.type != "basic" or not 0 < company_id <= LARGEST_ID:
        return False
    return are_theirs(context().service.secrets, company_id, given.username, given.password)
