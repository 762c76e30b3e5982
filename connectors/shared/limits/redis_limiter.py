"""Counts in Redis, for all hosts together; while it is away, each host counts for itself."""

import time
from typing import Any, Final

import redis
import structlog

from connectors.shared.limits.pace import SECOND_NS, Pace, Turn
from connectors.shared.limits.slots import Limiter

_PREFIX: Final = "connectors:limit:"
_TIMEOUT_SECONDS: Final = 0.25
_LEFT_ALONE_SECONDS: Final = 5.0
# The same arithmetic as in pace.py, in microseconds: a number of Lua is exact up to 2**53. Scripts run one at a time.
_TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local step, second = tonumber(ARGV[1]), 1000000
local used = (tonumber(redis.call('GET', KEYS[1])) or now) - now
if used < 0 or used > second then used = 0 end
if used + step > second then return {0, used} end
redis.call('SET', KEYS[1], string.format('%.0f', now + used + step), 'PX', 2000)
return {1, used + step}
"""

log = structlog.get_logger()


class RedisLimiter:
    """One script a turn. Nobody is held up by a Redis that does not answer."""

    def __init__(self, url: str, pace: Pace, spare: Limiter) -> None:
        client = redis.Redis.from_url(url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=_TIMEOUT_SECONDS)
        self._script: Any = client.register_script(_TAKE)
        self._pace = pace
        self._spare = spare
        self._asked_again_at = 0.0

    def take(self, caller_id: int) -> Turn:
        if time.monotonic() < self._asked_again_at:
            return self._spare.take(caller_id)
        try:
            allowed, used = self._script(keys=[f"{_PREFIX}{caller_id}"], args=[self._pace.step_ns // 1_000])
        except redis.RedisError as error:
            log.warning("limits_by_host", error=type(error).__name__)
            self._asked_again_at = time.monotonic() + _LEFT_ALONE_SECONDS
            return self._spare.take(caller_id)
        used_ns = min(int(used) * 1_000, SECOND_NS)
        return self._pace.granted(used_ns) if allowed else self._pace.refused(used_ns)
