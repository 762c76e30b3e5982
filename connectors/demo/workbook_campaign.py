"""The demo's campaign from a workbook, from the file to the last line of its report."""

import time
from typing import Any

from connectors.demo.figures import Figure
from connectors.demo.keepsakes import Keepsakes
from connectors.demo.marketing import Marketer
from connectors.demo.observing import OPEN, Observer
from connectors.demo.people import OPTED_OUT, TEXT, people, write_workbook
from connectors.demo.processes import DemoFailed
from connectors.demo.screen import Bars, Screen
from connectors.demo.waiting import Patience
from connectors.demo.workbook_figures import WorkbookSeen, read_report, workbook_figures

WAITING = frozenset({"scheduled", "queued", "sending"})


class WorkbookCampaign:
    """What somebody does who has a list of people and a text."""

    def __init__(self, marketer: Marketer, observer: Observer, screen: Screen, patience: Patience) -> None:
        self._marketer = marketer
        self._observer = observer
        self._screen = screen
        self._patience = patience
        self._rows = people()
        self._texted = sum(row.text is not None for row in self._rows)

    def run(self, keepsakes: Keepsakes) -> list[Figure]:
        """Play it; returns the figures. Raises DemoFailed where it cannot go on."""
        self._screen.heading(f"A campaign from a workbook of {len(self._rows)} people, over the REST API")
        write_workbook(self._rows, keepsakes.workbook)
        self._screen.say(f"  {keepsakes.workbook}: numbers as figures and as text, five rows that make trouble")
        self._marketer.opt_out(OPTED_OUT)
        preview = self._marketer.preview(keepsakes.workbook, TEXT)
        self._show(preview)
        before = self._observer.stats()
        campaign_id, campaign = self._send(keepsakes)
        self._marketer.download_report(campaign_id, keepsakes.report)
        seen = WorkbookSeen(
            preview=preview,
            campaign=campaign,
            texts=self._observer.texts(since=before.messages),
            calls=self._observer.stats().calls - before.calls,
            report=read_report(keepsakes.report),
        )
        return workbook_figures(self._rows, seen)

    def _show(self, preview: dict[str, Any]) -> None:
        left_out = preview["total"] - preview["recipients"]
        self._screen.say(f"  the preview: {preview['segments']:,} SMS, {left_out} rows left out; the first one reads")
        for first in preview["first"][:1]:
            self._screen.say(f"    “{first['text']}”", dim=True)

    def _send(self, keepsakes: Keepsakes) -> tuple[str, dict[str, Any]]:
        """Upload the workbook and watch until the last receipt; returns the campaign's id and where it ended."""
        totals = {"Reading": len(self._rows), "Sending": self._texted, "Receipts": self._texted}
        with self._screen.bars(totals) as bars:
            began = time.perf_counter()
            campaign_id = self._marketer.begin(keepsakes.workbook, TEXT)
            try:
                self._patience.wait("the last receipt", lambda: self._look(campaign_id, bars))
            except DemoFailed as error:  # the figures tell what is missing
                self._screen.say(str(error))
            seconds = time.perf_counter() - began
        self._screen.say(f"  {seconds:.1f} s from the upload to the last receipt")
        return campaign_id, self._marketer.campaign(campaign_id)

    def _look(self, campaign_id: str, bars: Bars) -> bool:
        """Show how far it is; returns whether it has its end."""
        campaign = self._marketer.campaign(campaign_id)
        counts = campaign["counts"]
        total = sum(counts.values())
        waiting = sum(counts[status] for status in WAITING)
        unsettled = sum(counts[status] for status in OPEN)
        bars.show(Reading=campaign["total"], Sending=total - waiting, Receipts=total - unsettled)
        return campaign["state"] == "failed" or (campaign["state"] == "finished" and not unsettled)
