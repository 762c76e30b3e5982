"""Pipedrive's OAuth 2.0, by Authlib: https://pipedrive.readme.io/docs/marketplace-oauth-authorization"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from connectors.pipedrive.errors import Disconnected, InDoubt, Refused, Unreachable
from connectors.pipedrive.settings import PipedriveSettings
from connectors.shared.clock import SECOND, now_ms

TIMEOUT: Final = (5.0, 15.0)
"""Seconds to connect and to answer."""
SHORTEST_LIFE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What Pipedrive's token endpoint answers. `expires_at` is UTC milliseconds."""

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

        Raises Refused for a code that is not good, Unreachable and InDoubt.
        """
        try:
            return self._ask(lambda session: session.fetch_token(f"{self._url}/oauth/token", code=code))
        except Disconnected as error:
            raise Refused(str(error)) from None

    def refresh(self, refresh_token: str) -> IssuedTokens:
        """Return new tokens. Raises Disconnected where the refresh token is good no more, Unreachable, InDoubt."""
        return self._ask(lambda session: session.refresh_token(f"{self._url}/oauth/token", refresh_token=refresh_token))

    def revoke(self, refresh_token: str) -> None:
        """Tell Pipedrive that a grant is wanted no more; nothing is raised, since nothing of ours depends on it."""
        with suppress(requests.RequestException, AuthlibBaseError, ValueError), self._session() as session:
            session.revoke_token(
                f"{self._url}/oauth/revoke",
                token=refresh_token,
                token_type_hint="refresh_token",  # noqa: S106
                timeout=TIMEOUT,
            )

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._settings.client_id,
            self._settings.client_secret,
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106
            redirect_uri=self._redirect_uri,
            default_timeout=TIMEOUT[1],
        )
        session.trust_env = False
        return session

    def _ask(self, call: Callable[[OAuth2Session], Any]) -> IssuedTokens:
        # What these libraries raise may print the request with its secrets: their words go nowhere.
        try:
            with self._session() as session:
                return _tokens(call(session))
        except AuthlibBaseError:
            raise Disconnected("Pipedrive does not accept this permission any more. Connect Pipedrive again.") from None
        except (requests.ConnectionError, requests.Timeout):
            raise Unreachable("Pipedrive cannot be reached at the moment. Try again in a minute.") from None
        except (requests.RequestException, ValueError, TypeError, KeyError):
            raise InDoubt("Pipedrive's answer makes no sense at the moment. Try again in a minute.") from None


def _tokens(answer: Any) -> IssuedTokens:
    """Read the answer. Raises KeyError, TypeError or ValueError for one that is none."""
    lifetime = max(int(answer["expires_in"]), SHORTEST_LIFE_SECONDS)
    return IssuedTokens(
        access=str(answer["access_token"]),
        refresh=str(answer["refresh_token"]),
        expires_at=now_ms() + lifetime * SECOND,
        api_domain=str(answer["api_domain"]).rstrip("/"),
    )
