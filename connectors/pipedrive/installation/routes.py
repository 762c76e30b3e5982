"""`/pipedrive/install` and `/pipedrive/callback`: how the app comes in, and how it goes.

https://pipedrive.readme.io/docs/marketplace-oauth-authorization and …/handling-user-app-uninstallation
"""

import hmac
from typing import Final
from urllib.parse import quote

import orjson
import structlog
from flask import Blueprint, Response, request
from flask.views import MethodView
from werkzeug.exceptions import MethodNotAllowed

from connectors.pipedrive.context import context
from connectors.pipedrive.errors import Disconnected, NotAllowed, PipedriveError, RateLimited, Refused
from connectors.pipedrive.installation import notices
from connectors.pipedrive.installation.installing import install
from connectors.pipedrive.installation.uninstalling import read_uninstallation, uninstall
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import pipedrive_used_states
from connectors.shared.access import Access, access
from connectors.shared.errors import StoreUnavailable
from connectors.shared.outbound import ForbiddenUrl
from connectors.shared.problems import problem
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.credentials import shown_credentials
from connectors.shared.web.notices import TEMPLATES, Notice, private, redirect
from connectors.shared.web.oauth_states import BadState, State, States, forget_cookie

LARGEST_BODY: Final = 64_000
LONGEST_CODE: Final = 1_024
RETRY_SECONDS: Final = 30

log = structlog.get_logger()

blueprint = Blueprint("pipedrive-install", __name__, url_prefix=notices.PATH, template_folder=TEMPLATES)


@blueprint.get("/install", provide_automatic_options=False)
@access(Access.PUBLIC)
def begin() -> Response:
    """Send the browser to Pipedrive, which asks whether the app may come in, and remember that it was this one."""
    states = _states()
    issued = states.issue()
    response = redirect(context().oauth.authorize_url(issued.state))
    states.put_cookie(response, issued, request.cookies, path=notices.root(), secure=_secure())
    return response


class Callback(MethodView):
    """What Pipedrive calls, and sends browsers to."""

    provide_automatic_options = False

    @access(Access.OAUTH_STATE)
    def get(self) -> Response:
        """Take a browser that comes back from Pipedrive with a code, or with a refusal."""
        if request.method == "HEAD":
            raise MethodNotAllowed(["GET", "POST", "DELETE"])  # whoever only looks must not use up the code
        if request.args.get("error"):
            return notices.respond(_refused_by_user(request.args["error"]))
        code = request.args.get("code", "")
        if not code or len(code) > LONGEST_CODE:
            return notices.respond(_NO_CODE)
        try:
            state = _states().read(request.args.get("state"), request.cookies)
            return self._finish(state, code)
        except (BadState, PipedriveError, ForbiddenUrl, StoreUnavailable) as error:
            return notices.respond(_notice_of(error))

    @access(Access.PUBLIC)
    def post(self) -> Response:
        """Hear of an app shared with more users: each still authorises it, so there is nothing to do.

        https://pipedrive.readme.io/docs/app-sharing-adding-apps-to-multiple-users
        """
        return _json({"success": True})

    @access(Access.BASIC)
    def delete(self) -> Response:
        """Forget a user who uninstalled the app, and with the last one their company."""
        if not _is_pipedrive():
            words = "Give this app's client id and secret as HTTP Basic authentication."
            response = problem(401, words)
            response.headers["WWW-Authenticate"] = 'Basic realm="Pipedrive", charset="UTF-8"'
            return response
        request.max_content_length = LARGEST_BODY
        try:
            left = read_uninstallation(orjson.loads(request.get_data()), context().settings.client_id)
        except orjson.JSONDecodeError:
            return problem(400, "The body cannot be read as JSON in UTF-8.")
        except InvalidFields as error:
            return problem(422, str(error), errors=error.errors)
        with context().service.database.write() as connection:
            forgotten = uninstall(connection, context().service.endings, left)
        log.info("pipedrive_uninstalled", **_ids(left.key), forgotten=forgotten)
        return _json({"success": True, "forgotten": forgotten})

    def _finish(self, state: State, code: str) -> Response:
        """Raises BadState, PipedriveError, ForbiddenUrl, StoreUnavailable."""
        parts = context()
        with parts.service.database.write() as connection:
            _states().use(connection, state)
        key, domain = install(parts, code)
        log.info("pipedrive_installed", **_ids(key))
        client_id = quote(parts.settings.client_id, safe="")
        response = redirect(f"{domain}/settings/marketplace/app/{client_id}/app-settings")
        forget_cookie(response, state.cookie, path=notices.root(), secure=_secure())
        return response


blueprint.add_url_rule("/callback", view_func=Callback.as_view("callback"))

_NO_CODE: Final = Notice(
    400,
    "There is nothing to finish here",
    "This page ends an installation, and was opened without one. Start it again, and choose Allow and install.",
    "Install",
)


def _refused_by_user(error: str) -> Notice:
    if error == "user_denied":
        words = (
            "You chose Cancel, so the app was not installed, and nothing was kept. "
            "To install it after all, start again and choose Allow and install."
        )
        return Notice(403, "The app was not installed", words, "Install after all")
    words = "Pipedrive ended the installation. Start it again; if it ends here once more, tell whoever runs this app."
    return Notice(400, "The app was not installed", words)


def _notice_of(error: Exception) -> Notice:
    if isinstance(error, BadState):
        return Notice(403, "Start the installation again", f"{error} Start it again, and stay in this browser.")
    if isinstance(error, ForbiddenUrl):
        log.error("pipedrive_host_not_allowed", check="CONNECTORS_PIPEDRIVE_API_HOSTS")
        words = "The address that was given for your company is not one of Pipedrive's, so the app was not installed."
        return Notice(403, "This address may not be called", words)
    if isinstance(error, Refused | Disconnected):
        words = "Pipedrive no longer takes the code of this installation: it is good for five minutes, and once."
        return Notice(400, "Start the installation again", words)
    if isinstance(error, NotAllowed):
        return Notice(403, "Pipedrive does not let you install the app", str(error))
    if isinstance(error, StoreUnavailable):
        words = "The app cannot keep anything at the moment, so it was not installed. Start again in a minute."
        return Notice(503, "Try again in a minute", words, retry_after=RETRY_SECONDS)
    wait = max(RETRY_SECONDS, round(error.seconds)) if isinstance(error, RateLimited) else RETRY_SECONDS
    return Notice(503, "Try again in a minute", f"The app was not installed. {error}", retry_after=wait)


def _is_pipedrive() -> bool:
    settings, given = context().settings, shown_credentials()
    if given is None or given.type != "basic":
        return False
    shown = f"{given.username or ''}:{given.password or ''}"
    return hmac.compare_digest(
        shown.encode("utf-8", "surrogatepass"), f"{settings.client_id}:{settings.client_secret}".encode()
    )


def _states() -> States:
    return States(context().service.secrets, "pipedrive", pipedrive_used_states)


def _secure() -> bool:
    return context().service.settings.public_url.startswith("https:")


def _ids(key: GrantKey) -> dict[str, int]:
    return {"company_id": key.company_id, "user_id": key.user_id}


def _json(body: dict[str, bool]) -> Response:
    return private(Response(orjson.dumps(body), mimetype="application/json"))
