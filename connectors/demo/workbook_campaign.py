"""The demo's campaign from a workbook, from the file to the last line of its report."""

from typing import Any

from connectors.demo.campaign_watch import watch
from connectors.demo.figures import Figure
from connectors.demo.keepsakes import Keepsakes
from connectors.demo.marketing import Marketer
from connectors.demo.observing import Observer
from connectors.demo.people import OPTED_OUT, TEXT, people, write_workbook
from connectors.demo.screen import Screen
from connectors.demo.waiting import Patience
from connectors.demo.workbook_figures import WorkbookSeen, read_report, workbook_figures


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
        self._screen.say(f"  {keepsakes.workbook}: numbers as figures and as text, five rows of trouble")
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
        campaign_id, campaign, seconds = watch(
            lambda: self._marketer.begin(keepsakes.workbook, TEXT),
            self._marketer.campaign,
            (len(self._rows), self._texted),
            self._screen,
            self._patience,
        )
        self._screen.say(f"  {seconds:.1f} s from the upload to the last receipt")
        return campaign_id, campaign
