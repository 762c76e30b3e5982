"""How often somebody may ask: counted over all processes of a host, or over all hosts where there is a Redis."""

from pathlib import Path

from connectors.shared.limits.pace import Pace, Turn
from connectors.shared.limits.redis_limiter import RedisLimiter
from connectors.shared.limits.slots import Limiter, SlotLimiter

__all__ = ["Limiter", "Pace", "RedisLimiter", "SlotLimiter", "Turn", "limiter_for"]


def limiter_for(rate: int, folder: Path, queue_url: str | None) -> Limiter | None:
    """Choose what counts requests here; None where the rate (requests a second) is 0: no limit."""
    if rate <= 0:
        return None
    limiter = SlotLimiter(Pace(rate), folder / "limits.bin")
    if queue_url and queue_url.startswith(("redis://", "rediss://")):
        return RedisLimiter(queue_url, Pace(rate), limiter)
    return limiter
