"""`/shopify/install` and `/shopify/callback`: how our app comes into a shop.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
"""

from typing import Final

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

from connectors.shared.access import Access, access
from connectors.shared.errors import ConnectorsError, NotUnderstood
from connectors.shared.web.notices import STYLE, TEMPLATES, redirect
from connectors.shared.web.oauth_states import forget_cookie
from connectors.shared.web.static_files import StaticFiles
from connectors.shopify.context import CALLBACK, context
from connectors.shopify.installation import notices
from connectors.shopify.installation.installing import install, states_of
from connectors.shopify.installation.signature import BadSignature, check_age, verified
from connectors.shopify.platform.oauth import OAuth
from connectors.shopify.shops import read_domain

LONGEST_CODE: Final = 1_024
_files: Final = StaticFiles({notices.STYLE: STYLE})

log = structlog.get_logger()

blueprint = Blueprint("shopify-install", __name__, url_prefix=notices.PATH, template_folder=TEMPLATES)


@blueprint.get("/install", provide_automatic_options=False)
@access(Access.PUBLIC)
def begin() -> Response:
    """Send the browser to the shop's admin, which asks whether the app may come in, and remember that it was this one.

    Shopify opens this page too, as the app's own, and then signs the address.
    """
    parts = context()
    if not parts.settings.has_app:
        return notices.respond(notices.NO_APP)
    domain = _domain_in(request.args.get("shop", ""))
    if domain is None:
        return notices.respond(notices.NO_SHOP)
    if "hmac" in request.args:
        try:
            verified(request.query_string, parts.settings.client_secrets)
        except BadSignature as error:
            return notices.respond(notices.of_error(error), domain)
    states = states_of(parts)
    issued = states.issue(domain)
    redirect_uri = parts.service.settings.public_url + CALLBACK
    response = redirect(OAuth(parts.settings).authorize_url(domain, issued.state, redirect_uri))
    states.put_cookie(response, issued, request.cookies, path=notices.root(), secure=_secure())
    return response


@blueprint.get("/callback", provide_automatic_options=False)
@access(Access.OAUTH_STATE)
def finish() -> Response:
    """Take a browser that comes back from a shop's admin with a code, or with a refusal."""
    if request.method == "HEAD":
        raise MethodNotAllowed(["GET"])  # whoever only looks must not use up the code
    if not context().settings.has_app:
        return notices.respond(notices.NO_APP)
    domain = _domain_in(request.args.get("shop", ""))
    if request.args.get("error"):
        return notices.respond(notices.NOT_INSTALLED, domain)
    code = request.args.get("code", "")
    if domain is None or not code or len(code) > LONGEST_CODE:
        return notices.respond(notices.NO_CODE, domain)
    try:
        return _finish(domain, code)
    except ConnectorsError as error:
        return notices.respond(notices.of_error(error), domain)


@blueprint.get("/static/<name>", provide_automatic_options=False)
@access(Access.PUBLIC)
def part(name: str) -> Response:
    """Return the style of the pages."""
    return _files.respond(name, current=False)


def _finish(domain: str, code: str) -> Response:
    """Raises BadSignature, BadState, ShopifyError, StoreUnavailable."""
    parts = context()
    check_age(verified(request.query_string, parts.settings.client_secrets))
    states = states_of(parts)
    state = states.read(request.args.get("state"), request.cookies, domain)
    with parts.service.database.write() as connection:
        states.use(connection, state)
    installed = install(parts, domain, code)
    log.info("shopify_installed", shop=domain, account_id=installed.shop.account_id)
    notice = notices.connected(installed.shop, parts.settings.admin_of(domain), installed.scope)
    response = notices.respond(notice)
    forget_cookie(response, state.cookie, path=notices.root(), secure=_secure())
    return response


def _domain_in(given: str) -> str | None:
    """Return a shop's domain, None for anything else: what a browser brings is no pasted address to be helped with."""
    try:
        domain = read_domain(given)
    except NotUnderstood:
        return None
    return domain if given.isascii() and given.lower() == domain else None


def _secure() -> bool:
    return context().service.settings.public_url.startswith("https:")
