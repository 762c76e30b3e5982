"""Pipedrive's OAuth 2.0, by Authlib: https://pipedrive.readme.io/docs/marketplace-oauth-authorization"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import requests
import structlog

from connectors.pipedrive.errors import Disconnected, InDoubt, PipedriveError, RateLimited, Refused, Unreachable
from connectors.pipedrive.settings import PREFIX, PipedriveSettings
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.oauth.token_endpoint import (
    EndpointFailed,
    Failure,
    any_begins,
    ask,
    read_token,
    refusal_words,
    token_session,
)

DEFAULT_LIFE_SECONDS: Final = 3_599
LONGEST_LIFE_SECONDS: Final = 24 * 3_600
DEFAULT_PAUSE_SECONDS: Final = 2.0
NOT_REACHED: Final = "Pipedrive cannot be reached at the moment. Try again in a minute."
_SENSELESS: Final = "Pipedrive's answer makes no sense at the moment. Try again in a minute."
_APP_REFUSED: Final = (
    "Pipedrive does not know this app: its client id or its key is wrong. Whoever runs the app finds more in the log."
)
_GRANT_IS_DEAD: Final = ("invalid_grant",)
_APP_IS_WRONG: Final = ("invalid_client", "unauthorized_client")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What Pipedrive's token endpoint answers. `expires_at` is UTC milliseconds; `api_domain` is not believed yet."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: int
    api_domain: str


class OAuth:
    """The OAuth client. Safe to share between threads."""

    def __init__(self, settings: PipedriveSettings, redirect_uri: str) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._url = settings.oauth_url.rstrip("/")

    def authorize_url(self, state: str) -> str:
        """Return where the browser is sent to be asked whether the app may come in."""
        with self._session() as session:
            url, _ = session.create_authorization_url(f"{self._url}/oauth/authorize", state=state)
        return str(url)

    def exchange(self, code: str) -> IssuedTokens:
        """Return the tokens for a code, which is good for five minutes and once.

        Raises Refused for a code that is not good, RateLimited, Unreachable and InDoubt.
        """
        try:
            return self._ask(
                lambda session: session.fetch_token(f"{self._url}/oauth/token", code=code, allow_redirects=False)
            )
        except Disconnected as error:
            raise Refused(str(error)) from None

    def refresh(self, refresh_token: str) -> IssuedTokens:
        """Return new tokens.

        Raises Disconnected where the refresh token is good no more, RateLimited, Refused, Unreachable, InDoubt.
        """
        return self._ask(
            lambda session: session.refresh_token(
                f"{self._url}/oauth/token", refresh_token=refresh_token, allow_redirects=False
            )
        )

    def _session(self) -> Any:
        settings = self._settings
        return token_session(
            settings.client_id,
            settings.client_secret,
            "client_secret_basic",
            _checked,
            redirect_uri=self._redirect_uri,
        )

    def _ask(self, call: Callable[[Any], Any]) -> IssuedTokens:
        try:
            return ask(self._session(), call, _tokens)
        except EndpointFailed as error:
            raise _of_failure(error.failure) from None


def _of_failure(failure: Failure) -> PipedriveError:
    if failure is Failure.NOT_REACHED:
        return Unreachable(NOT_REACHED)
    if failure is Failure.NO_ANSWER:
        return InDoubt("Pipedrive did not answer in time. Try again in a minute.")
    return InDoubt(_SENSELESS)


def _checked(response: requests.Response) -> requests.Response:
    """Let an answer through that is no refusal. Raises PipedriveError: Authlib tells refusals by their body alone."""
    words = refusal_words(response)
    if response.status_code < 400 and not words:
        return response
    raise _refusal(response, words)


def _refusal(response: requests.Response, words: list[str]) -> PipedriveError:
    status = response.status_code
    if any_begins(words, _GRANT_IS_DEAD):
        return Disconnected("Pipedrive does not accept this permission any more. Connect Pipedrive again.")
    if status == 401 or any_begins(words, _APP_IS_WRONG):
        log.error("pipedrive_app_refused", status=status, check=f"{PREFIX}CLIENT_ID and {PREFIX}CLIENT_SECRET")
        return Unreachable(_APP_REFUSED)
    if status == 429:
        return RateLimited("Pipedrive asks us to wait. Try again in a minute.", DEFAULT_PAUSE_SECONDS)
    log.warning("pipedrive_token_not_given", status=status)
    if 400 <= status < 500 and status != 408:
        return Refused("Pipedrive does not accept this permission. Connect Pipedrive again.")
    return InDoubt(_SENSELESS)


def _tokens(answer: Any) -> IssuedTokens:
    """Read the answer. Raises KeyError, TypeError or ValueError for one that is none."""
    lifetime = min(max(int(answer.get("expires_in") or DEFAULT_LIFE_SECONDS), 1), LONGEST_LIFE_SECONDS)
    return IssuedTokens(
        access=read_token(answer["access_token"]),
        refresh=read_token(answer["refresh_token"]),
        expires_at=now_ms() + lifetime * SECOND,
        api_domain=str(answer.get("api_domain") or "").rstrip("/"),
    )
