"""Waits as people write them: `15m`, `2h`, `7d`."""

import re
from typing import Final

import click

_SECONDS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WRITTEN = re.compile(r"([0-9]{1,7})\s*([dhms]?)", re.ASCII).fullmatch


def wait(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    """Read a wait as seconds."""
    if value is None:
        return None
    found = _WRITTEN(value.strip().lower())
    if not found or not (found[2] or int(found[1]) == 0):
        raise click.BadParameter("write it as 15m, 2h or 7d; 0 is at once.")
    return int(found[1]) * _SECONDS[found[2] or "s"]


def written(seconds: int) -> str:
    """Return a wait in the largest units that say it exactly: `1d 12h`."""
    parts = []
    for unit, length in _SECONDS.items():
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0"
