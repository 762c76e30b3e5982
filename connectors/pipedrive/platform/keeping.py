"""Grants kept alive: a refresh token that nobody uses for sixty days is good no more.

https://pipedrive.readme.io/docs/marketplace-oauth-authorization
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Disconnected, PipedriveError
from connectors.pipedrive.platform.grants import GrantKey, idle_since
from connectors.pipedrive.tables import pipedrive_used_states
from connectors.shared.clock import DAY, now_ms
from connectors.shared.messages.dispatcher import Job
from connectors.shared.web.oauth_states import States

LOOK_SECONDS: Final = 60.0
IDLE_MS: Final = 7 * DAY
MOST_AT_ONCE: Final = 50
"""In one look: those that are left come with the next."""
SHORTEST_REST_SECONDS: Final = 60.0
LONGEST_REST_SECONDS: Final = 3_600.0

log = structlog.get_logger()


class Keeper:
    """Refreshes idle grants one at a time. One for a process; who is served elsewhere meanwhile is left alone."""

    def __init__(self, parts: Context, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._states = States(parts.service.secrets, "pipedrive", pipedrive_used_states)
        self._clock = clock
        self._rests: dict[GrantKey, tuple[float, float]] = {}
        """Of grants that could not be refreshed: until when each is left alone, and for how long that is."""
        self._closing = False

    def look(self) -> None:
        """Refresh what is due, and forget states that would have expired. Raises StoreUnavailable."""
        moment = now_ms()
        with self._parts.service.database.write() as connection:
            self._states.purge(connection, moment)
        for key in self._due(moment - IDLE_MS):
            if self._closing or not self._refresh(key, moment - IDLE_MS):
                return  # what one cannot be asked for now, the next cannot either

    def close(self) -> None:
        """Begin nothing more."""
        self._closing = True

    def _due(self, before_ms: int) -> list[GrantKey]:
        with self._parts.service.database.read() as connection:
            idle = idle_since(connection, before_ms, MOST_AT_ONCE + len(self._rests))
        now = self._clock()
        return [key for key in idle if self._rests.get(key, (0.0, 0.0))[0] <= now][:MOST_AT_ONCE]

    def _refresh(self, key: GrantKey, before_ms: int) -> bool:
        try:
            self._parts.grants.keep_alive(key, before_ms)
        except Disconnected:
            self._rest(key, LONGEST_REST_SECONDS)  # dead, or sealed with another key
        except PipedriveError as error:
            self._rest(key, SHORTEST_REST_SECONDS)
            log.warning("pipedrive_grant_waits", company_id=key.company_id, user_id=key.user_id, reason=str(error))
            return False
        else:
            self._rests.pop(key, None)
        return True

    def _rest(self, key: GrantKey, shortest: float) -> None:
        _, last = self._rests.get(key, (0.0, 0.0))
        seconds = min(max(shortest, 2 * last), LONGEST_REST_SECONDS)
        self._rests[key] = (self._clock() + seconds, seconds)


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    keeper = Keeper(parts)
    return [Job("pipedrive-grants", LOOK_SECONDS, keeper.look, keeper.close)]
