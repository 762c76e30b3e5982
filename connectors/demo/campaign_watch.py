"""Watches a campaign on its way, by what an API tells of it."""

import time
from collections.abc import Callable
from typing import Any

from connectors.demo.observing import OPEN
from connectors.demo.processes import DemoFailed
from connectors.demo.screen import Bars, Screen
from connectors.demo.waiting import Patience

WAITING = frozenset({"scheduled", "queued", "sending"})

Look = Callable[[str], dict[str, Any]]
"""Takes a campaign's id and returns how far it is."""


def watch(
    begin: Callable[[], str], look: Look, totals: tuple[int, int], screen: Screen, patience: Patience
) -> tuple[str, dict[str, Any], float]:
    """Begin a campaign and show it until the last receipt; `totals`: how many are read, and texted.

    Returns its id, where it ended, and after how many seconds.
    """
    read, texted = totals
    with screen.bars({"Reading": read, "Sending": texted, "Receipts": texted}) as bars:
        began = time.perf_counter()
        campaign_id = begin()
        try:
            patience.wait("the last receipt", lambda: _show(look(campaign_id), bars))
        except DemoFailed as error:  # the figures tell what is missing
            screen.say(str(error))
        seconds = time.perf_counter() - began
    return campaign_id, look(campaign_id), seconds


def _show(campaign: dict[str, Any], bars: Bars) -> bool:
    """Show how far it is; returns whether it has its end."""
    counts = campaign["counts"]
    total = sum(counts.values())
    waiting = sum(counts[status] for status in WAITING)
    unsettled = sum(counts[status] for status in OPEN)
    # Pipedrive's people are read before there is a file of theirs.
    read = campaign.get("people") or campaign["total"] or 0
    bars.show(Reading=read, Sending=total - waiting, Receipts=total - unsettled)
    return campaign["state"] == "failed" or (campaign["state"] == "finished" and not unsettled)
