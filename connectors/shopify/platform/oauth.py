"""Shopify's OAuth 2.0, by Authlib.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant,
…/offline-access-tokens and …/client-credentials-grant
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import requests
import structlog

from connectors.shared.clock import DAY, SECOND, now_ms
from connectors.shared.message_central.exchange import read_retry_after
from connectors.shared.oauth.token_endpoint import (
    EndpointFailed,
    Failure,
    any_begins,
    ask,
    read_token,
    refusal_words,
    token_session,
)
from connectors.shared.outbound import ForbiddenUrl
from connectors.shopify.errors import Disconnected, RateLimited, Refused, ShopifyError, Unreachable
from connectors.shopify.platform.scopes import REQUESTED
from connectors.shopify.settings import PREFIX, ShopifySettings

DEFAULT_LIFE_SECONDS: Final = 3_600
LONGEST_LIFE_SECONDS: Final = 400 * DAY // SECOND
LONGEST_SCOPE: Final = 2_000
DEFAULT_PAUSE_SECONDS: Final = 2.0
RECONNECT: Final = "Shopify does not let us into this shop any more. Install the app again, or connect the shop again."
NOT_REACHED: Final = "Shopify cannot be reached at the moment. Try again in a minute."
_SENSELESS: Final = "Shopify's answer makes no sense at the moment. Try again in a minute."
_APP_REFUSED: Final = (
    "Shopify does not know this app: its client id or its secret is wrong. Whoever runs the app finds more in the log."
)
_CREDENTIALS_REFUSED: Final = (
    "Shopify does not take this client id and secret for this shop. Copy both from the app's settings in the Dev "
    "Dashboard, and see that the app is installed in the shop and of the same organization."
)
_CHECK: Final = f"{PREFIX}CLIENT_ID and {PREFIX}CLIENT_SECRET"
_GRANT_IS_DEAD: Final = ("invalid_grant", "invalid_refresh_token")
_APP_IS_WRONG: Final = (
    "invalid_client",
    "unauthorized_client",
    "application_cannot_be_found",
    "app_not_installed",
    "shop_not_permitted",
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What the token endpoint answers; moments are UTC milliseconds. Without `refresh` it is good until it is revoked.

    A token of a client-credentials grant has none either, and ends at `expires_at`.
    """

    access: str = field(repr=False)
    expires_at: int | None
    refresh: str | None = field(repr=False)
    refresh_expires_at: int | None
    scope: str | None


class OAuth:
    """The OAuth client. Safe to share between threads."""

    def __init__(self, settings: ShopifySettings) -> None:
        self._settings = settings

    def authorize_url(self, domain: str, state: str, redirect_uri: str) -> str:
        """Return where the browser is sent to be asked whether the app may come in."""
        with self._session(self._settings.client_id, "", _checked) as session:
            url, _ = session.create_authorization_url(
                f"{self._settings.admin_of(domain)}/admin/oauth/authorize",
                state=state,
                redirect_uri=redirect_uri,
                scope=REQUESTED,
            )
        return str(url)

    def exchange(self, domain: str, code: str) -> IssuedTokens:
        """Return the tokens for a code, which is good for some minutes and once.

        Raises Refused for a code that is not good, RateLimited, Unreachable.
        """
        try:
            # `expiring`: with a refresh token, as public apps must have them. Who may not gets one that lasts.
            return self._ask_as_app(domain, partial(_fetch, grant_type="authorization_code", code=code, expiring="1"))
        except Disconnected:
            raise Refused("Shopify does not take this code any more: it is good for some minutes, and once.") from None

    def refresh(self, domain: str, refresh_token: str) -> IssuedTokens:
        """Return new tokens; the old refresh token stays good until the new one is used.

        https://shopify.dev/changelog/more-resilient-refreshes-for-expiring-offline-access-tokens
        Raises Disconnected where the refresh token is good no more, RateLimited, Refused, Unreachable.
        """
        return self._ask_as_app(domain, partial(_refresh, refresh_token=refresh_token))

    def by_credentials(self, domain: str, client_id: str, client_secret: str) -> IssuedTokens:
        """Return a token of an app that is the shop's own; it is good for a day.

        Raises Disconnected where the credentials are not good, RateLimited, Refused, Unreachable.
        """
        session = self._session(client_id, client_secret, _checked_for_own_app)
        tokens = self._ask(domain, session, partial(_fetch, grant_type="client_credentials"))
        if tokens.expires_at is None:
            raise Unreachable(_SENSELESS)
        return tokens

    def _ask_as_app(self, domain: str, call: Callable[..., Any]) -> IssuedTokens:
        if not self._settings.client_secrets:
            log.error("shopify_app_not_set_up", check=_CHECK)
            raise Unreachable(_APP_REFUSED)
        session = self._session(self._settings.client_id, self._settings.client_secrets[0], _checked)
        return self._ask(domain, session, call)

    def _ask(self, domain: str, session: Any, call: Callable[..., Any]) -> IssuedTokens:
        url = f"{self._settings.admin_of(domain)}/admin/oauth/access_token"
        try:
            self._settings.admin_hosts.check(url)
            return ask(session, partial(call, url=url), _tokens)
        except ForbiddenUrl:
            raise Refused("This is no shop of Shopify's.") from None
        except EndpointFailed as error:
            raise Unreachable(_SENSELESS if error.failure is Failure.SENSELESS else NOT_REACHED) from None

    def _session(
        self, client_id: str, client_secret: str, check: Callable[[requests.Response], requests.Response]
    ) -> Any:
        return token_session(client_id, client_secret, "client_secret_post", check)


def _fetch(session: Any, **values: Any) -> Any:
    return session.fetch_token(**values, allow_redirects=False)


def _refresh(session: Any, **values: Any) -> Any:
    return session.refresh_token(**values, allow_redirects=False)


def _checked(response: requests.Response) -> requests.Response:
    """Let an answer through that is no refusal. Raises ShopifyError."""
    words = refusal_words(response)
    if response.status_code < 300 and not words:
        return response
    if any_begins(words, _GRANT_IS_DEAD):
        raise Disconnected(RECONNECT)
    if response.status_code == 401 or any_begins(words, _APP_IS_WRONG):
        # No reason to take the shop's tokens for dead: with the right secret they are good again.
        log.error("shopify_app_refused", status=response.status_code, check=_CHECK)
        raise Unreachable(_APP_REFUSED)
    raise _refusal(response)


def _checked_for_own_app(response: requests.Response) -> requests.Response:
    words = refusal_words(response)
    if response.status_code < 300 and not words:
        return response
    if response.status_code == 401 or any_begins(words, (*_APP_IS_WRONG, *_GRANT_IS_DEAD)):
        raise Disconnected(_CREDENTIALS_REFUSED)
    raise _refusal(response)


def _refusal(response: requests.Response) -> ShopifyError:
    status = response.status_code
    if status == 429:
        pause = read_retry_after(response.headers.get("Retry-After"))
        return RateLimited("Shopify asks us to wait. Try again in a minute.", pause or DEFAULT_PAUSE_SECONDS)
    log.warning("shopify_token_not_given", status=status)
    if 400 <= status < 500 and status != 408:
        return Refused("Shopify does not accept this. Start again.")
    return Unreachable(_SENSELESS)


def _tokens(answer: Any) -> IssuedTokens:
    """Read the answer. Raises KeyError, TypeError or ValueError for one that is none."""
    moment = now_ms()
    refresh = answer.get("refresh_token")
    expires_in = answer.get("expires_in")
    if expires_in is None and refresh is not None:
        expires_in = DEFAULT_LIFE_SECONDS  # else it would never be refreshed (Shopify/shopify-app-js#3400)
    scope = answer.get("scope")
    return IssuedTokens(
        access=read_token(answer["access_token"]),
        expires_at=_after(moment, expires_in),
        refresh=None if refresh is None else read_token(refresh),
        refresh_expires_at=_after(moment, answer.get("refresh_token_expires_in")),
        scope=scope[:LONGEST_SCOPE] if isinstance(scope, str) else None,
    )


def _after(moment: int, seconds: Any) -> int | None:
    return None if seconds is None else moment + min(max(int(seconds), 1), LONGEST_LIFE_SECONDS) * SECOND
