"""The OAuth endpoints: the page that asks, the token endpoint, and taking a permission back.

https://pipedrive.readme.io/docs/marketplace-oauth-authorization
"""

import hmac
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request

from connectors.sandbox.answers import json_answer
from connectors.sandbox.pipedrive import gate
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET, SCOPE, InvalidGrant
from connectors.sandbox.pipedrive.wording import SCOPES
from connectors.sandbox.state import current_sandbox

CALLBACK = "/pipedrive/callback"
NO_FORM_ACTION = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
"""Says nothing of `form-action`: that one counts for where a form's answer leads to as well, which is the app."""

blueprint = Blueprint("pipedrive-oauth", __name__, url_prefix="/oauth")
blueprint.after_request(gate.see_off)


@blueprint.after_request
def harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = NO_FORM_ACTION
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/authorize")
def authorize() -> Response:
    """Ask whether the app may come in."""
    book = gate.book()
    wrong = _what_is_wrong(request.args.get("client_id", ""), request.args.get("redirect_uri", ""))
    if wrong is not None:
        return make_response(render_template("pipedrive_refused.html", wrong=wrong), 400)
    return make_response(
        render_template(
            "pipedrive_authorize.html",
            companies=book.people.companies(),
            scopes=[SCOPES[scope] for scope in SCOPE.split(",")],
            redirect_uri=request.args.get("redirect_uri") or registered_callback(),
            state=request.args.get("state", ""),
            client_id=CLIENT_ID,
        )
    )


@blueprint.post("/authorize")
def decide() -> Response:
    """Send the browser back with a code, or with what was decided instead."""
    given = request.form
    wrong = _what_is_wrong(given.get("client_id", ""), given.get("redirect_uri", ""))
    if wrong is not None:
        return make_response(render_template("pipedrive_refused.html", wrong=wrong), 400)
    redirect_uri = given.get("redirect_uri") or registered_callback()
    answer = {"state": given["state"]} if given.get("state") else {}
    if given.get("decision") != "allow":
        return _send_back(redirect_uri, {"error": "user_denied", **answer})
    company_id, _, user_id = given.get("who", "").partition(":")
    try:
        code = gate.book().issue_code(int(company_id), int(user_id), redirect_uri)
    except (KeyError, ValueError):
        wrong = "Nobody was chosen to install it for."
        return make_response(render_template("pipedrive_refused.html", wrong=wrong), 400)
    return _send_back(redirect_uri, {"code": code, **answer})


@blueprint.post("/token")
def token() -> Response:
    """Exchange a code, or refresh."""
    broken = gate.break_down()
    if broken is not None:
        return broken
    if not _is_app():
        return _invalid(401, "invalid_client", "Client authentication failed")
    permissions = gate.book().permissions
    kind = request.form.get("grant_type")
    try:
        if kind == "authorization_code":
            found = permissions.exchange(request.form.get("code", ""), request.form.get("redirect_uri", ""))
        elif kind == "refresh_token":
            found = permissions.refresh(request.form.get("refresh_token", ""))
        else:
            return _invalid(400, "unsupported_grant_type", "grant_type is none that is known")
    except InvalidGrant as problem:
        return _invalid(400, "invalid_grant", str(problem))
    return json_answer(found | {"api_domain": gate.book().api_domain or request.host_url.rstrip("/")})


@blueprint.post("/revoke")
def revoke() -> Response:
    """Forget a token. It is no error where there is none (RFC 7009)."""
    if not _is_app():
        return _invalid(401, "invalid_client", "Client authentication failed")
    gate.book().permissions.revoke(request.form.get("token", ""))
    return json_answer({"success": True})


def registered_callback() -> str:
    """Return the one URL that the app may send people back to."""
    return current_sandbox().settings.pipedrive_app_url.rstrip("/") + CALLBACK


def _what_is_wrong(client_id: str, redirect_uri: str) -> str | None:
    if client_id != CLIENT_ID:
        return "No app has this client id."
    if redirect_uri and redirect_uri != registered_callback():
        return (
            f"The app's callback URL is {registered_callback()}, and it asked to come back to {redirect_uri}. "
            "They have to be the same, letter by letter."
        )
    return None


def _is_app() -> bool:
    given = request.authorization
    if given is None or given.type != "basic":
        return False
    pairs = ((given.username, CLIENT_ID), (given.password, CLIENT_SECRET))
    return all(hmac.compare_digest((said or "").encode(), known.encode()) for said, known in pairs)


def _invalid(status: int, error: str, words: str) -> Response:
    headers = {"WWW-Authenticate": 'Basic realm="OAuth"'} if status == 401 else None
    return json_answer(
        {"success": False, "error": error, "error_description": words, "message": words}, status, headers
    )


def _send_back(redirect_uri: str, answer: dict[str, Any]) -> Response:
    parts = urlsplit(redirect_uri)
    query = urlencode([*parse_qsl(parts.query), *answer.items()])
    return make_response(redirect(urlunsplit(parts._replace(query=query)), 302))
