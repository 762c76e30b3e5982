"""The OAuth endpoints of a shop: the page that asks, and the token endpoint.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
"""

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request

from connectors.sandbox.answers import json_answer
from connectors.sandbox.shopify import gate
from connectors.sandbox.shopify.grants import SCOPE, Holder, InvalidGrant
from connectors.sandbox.shopify.wording import SCOPES

NO_FORM_ACTION = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
"""Says nothing of `form-action`: that one counts for where a form's answer leads to as well, which is the app."""

blueprint = Blueprint("shopify-oauth", __name__, url_prefix="/shopify/<shop>/admin")
blueprint.register_error_handler(KeyError, gate.not_there)


@blueprint.after_request
def harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = NO_FORM_ACTION
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/oauth/authorize")
def authorize(shop: str) -> Response:
    """Ask whether the app may come in."""
    store, given = gate.store(shop), request.args
    wrong = _what_is_wrong(given.get("client_id", ""), given.get("redirect_uri", ""))
    if wrong is not None:
        return _refused(wrong)
    page = render_template(
        "shopify_authorize.html",
        shop=store.shop,
        scopes=[SCOPES.get(scope, scope) for scope in _scopes(given.get("scope"))],
        given={name: given.get(name, "") for name in ("client_id", "redirect_uri", "state", "scope")},
    )
    return make_response(page)


@blueprint.post("/oauth/authorize")
def decide(shop: str) -> Response:
    """Send the browser back with a code, or to the shop where it was cancelled."""
    given = request.form
    wrong = _what_is_wrong(given.get("client_id", ""), given.get("redirect_uri", ""))
    if wrong is not None:
        return _refused(wrong)
    store, client_id = gate.store(shop), given["client_id"]
    if given.get("decision") != "install":
        return make_response(redirect(f"/shopify/{shop}/settings/notifications", 302))
    scope = ",".join(_scopes(given.get("scope")))
    answer = {
        "code": gate.book().permissions.issue_code(Holder(shop, client_id, scope)),
        "host": base64.urlsafe_b64encode(f"admin.shopify.com/store/{store.shop.name}".encode()).decode().rstrip("="),
        "shop": shop,
        "state": given.get("state", ""),
        "timestamp": str(int(time.time())),
    }
    answer["hmac"] = hex_hmac(gate.book().secrets[client_id], answer)
    return _send_back(given["redirect_uri"], answer)


@blueprint.post("/oauth/access_token")
def access_token(shop: str) -> Response:
    """Exchange a code, refresh, or let an app in by its credentials; a form or JSON."""
    given = request.form.to_dict() or request.get_json(force=True, silent=True) or {}
    client_id = str(given.get("client_id", ""))
    if client_id not in gate.book().secrets:
        return _invalid("application_cannot_be_found", "The application cannot be found")
    if not gate.is_secret_of(client_id, str(given.get("client_secret", ""))):
        return _invalid("invalid_client", "The client secret is wrong", 401)
    try:
        return json_answer(_tokens(gate.store(shop).shop.domain, client_id, given))
    except InvalidGrant as problem:
        return _invalid(problem.error, str(problem))


def hex_hmac(secret: str, query: dict[str, str]) -> str:
    """Return what signs a query: HMAC-SHA256 over its parameters in order of their names, in hexadecimal."""
    message = "&".join(f"{name}={value}" for name, value in sorted(query.items()) if name != "hmac")
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def _tokens(shop: str, client_id: str, given: dict[str, Any]) -> dict[str, Any]:
    permissions = gate.book().permissions
    kind = given.get("grant_type")
    if kind == "refresh_token":
        return permissions.refresh(str(given.get("refresh_token", "")), shop, client_id)
    if kind == "client_credentials":
        return permissions.of_credentials(shop, client_id)
    if kind in (None, "authorization_code"):
        is_expiring = str(given.get("expiring", "0")).lower() in ("1", "true")
        return permissions.exchange(str(given.get("code", "")), shop, client_id, is_expiring=is_expiring)
    raise InvalidGrant("unsupported_grant_type", "The grant type is none that is known")


def _scopes(asked: str | None) -> list[str]:
    return [scope.strip() for scope in (asked or SCOPE).split(",") if scope.strip()]


def _what_is_wrong(client_id: str, redirect_uri: str) -> str | None:
    if client_id not in gate.book().secrets:
        return "No app has this client id."
    if redirect_uri != gate.book().callback_url:
        return (
            f"The app's redirect URL is {gate.book().callback_url}, and it asked to come back to "
            f"{redirect_uri or 'nowhere'}. They have to be the same, letter by letter."
        )
    return None


def _refused(wrong: str) -> Response:
    return make_response(render_template("shopify_refused.html", wrong=wrong), 400)


def _invalid(error: str, words: str, status: int = 400) -> Response:
    return json_answer({"error": error, "error_description": words}, status)


def _send_back(redirect_uri: str, answer: dict[str, str]) -> Response:
    parts = urlsplit(redirect_uri)
    query = urlencode([*parse_qsl(parts.query), *answer.items()])
    return make_response(redirect(urlunsplit(parts._replace(query=query)), 302))
