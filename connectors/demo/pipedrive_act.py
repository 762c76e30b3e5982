"""The demo's act inside Pipedrive: the app comes in, texts one contact, then a selection, and reports."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.demo.campaign_watch import watch
from connectors.demo.contacts import FILTER, PERSON, PERSON_READS, TEXTED, UNTICKED, contacts, selected
from connectors.demo.figures import Figure
from connectors.demo.observing import Observer, add_people
from connectors.demo.pipedrive_figures import CampaignSeen, InstallationSeen, SingleSeen, pipedrive_figures
from connectors.demo.processes import DemoFailed
from connectors.demo.sales import Salesperson, Selection
from connectors.demo.screen import Screen
from connectors.demo.waiting import Patience
from connectors.demo.workbook_figures import read_report

DECIDED = {
    "sender_id": "UTOMOB",
    "country_code": "91",
    # A promotional one would wait for the recipients' hours, and a demo at night for the morning.
    "message_type": "TRANSACTION",
    "log_single": "activity",
    "activity_type": "sms",
    "log_campaign": "none",
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in the campaign's filter as Pipedrive knows them."""

    filter_id: int
    ids: list[int] = field(repr=False)


class PipedriveAct:
    """What a company does that comes to the app from Pipedrive's marketplace."""

    def __init__(
        self, salesperson: Salesperson, observer: Observer, sandbox_url: str, screen: Screen, patience: Patience
    ) -> None:
        self._salesperson = salesperson
        self._observer = observer
        self._sandbox_url = sandbox_url
        self._screen = screen
        self._patience = patience
        self._contacts = contacts()
        self._pages = 0

    def run(self, login: Mapping[str, str], report: Path) -> tuple[list[Figure], int]:
        """Play it; returns the figures, and the filter's id. Raises DemoFailed where it cannot go on."""
        installed, turned_away, settings = self._install(login)
        texted = self._observer.stats()
        first, again = self._text_person()
        cast = self._add_people()
        texts = self._observer.texts(since=texted.messages)
        campaign = self._run_campaign(cast, report)
        self._await_timeline()
        seen = SingleSeen(first, again, texts, self._salesperson.history(), self._observer.writings())
        installation = InstallationSeen(installed, self._pages, turned_away, settings)
        return pipedrive_figures(self._contacts, cast.ids, installation, seen, campaign), cast.filter_id

    def _install(self, login: Mapping[str, str]) -> tuple[bool, int, dict[str, Any]]:
        self._screen.heading("Pipedrive: a company installs the app")
        installed = self._salesperson.install()
        turned_away = self._salesperson.turned_away()
        self._open("settings")
        settings = self._salesperson.save_settings({**login, **DECIDED})
        self._screen.say("  allowed; in its settings the same Message Central login, tried when saved")
        return installed, turned_away, settings

    def _text_person(self) -> tuple[str, str]:
        """Send one SMS, by a press that comes twice; returns the ids that both are answered with."""
        self._screen.heading("Pipedrive: one SMS from a contact's page")
        self._open("panel", resource="person", view="details", selectedIds=str(PERSON))
        press = secrets.token_hex(16)
        first, again = (str(self._salesperson.text_person(press)["id"]) for _ in range(2))
        self._patience.wait("its receipt", lambda: self._salesperson.history()[0]["status"] == "delivered")
        self._screen.say(f"    “{PERSON_READS}”", dim=True)
        self._screen.say("  sent and delivered, though its request came twice: once")
        return first, again

    def _add_people(self) -> Cast:
        people = [{"name": contact.name, "phones": contact.phones} for contact in self._contacts]
        return Cast(*add_people(self._sandbox_url, people, FILTER))

    def _run_campaign(self, cast: Cast, report: Path) -> CampaignSeen:
        chosen = selected(self._contacts)
        self._screen.heading(f"Pipedrive: an SMS campaign to {len(chosen)} people of the list")
        unticked = [known for contact, known in zip(self._contacts, cast.ids, strict=True) if contact.end == UNTICKED]
        selection = Selection(cast.filter_id, tuple(unticked))
        self._open("campaign", **selection.parameters())
        preview = self._salesperson.preview(selection)
        self._show(preview)
        before = self._observer.stats()
        campaign_id, campaign, seconds = watch(
            lambda: self._salesperson.begin(selection, preview["count"]),
            self._salesperson.campaign,
            (len(chosen), TEXTED),
            self._screen,
            self._patience,
        )
        self._screen.say(f"  {seconds:.1f} s from “Start campaign” to the last receipt")
        self._open("report", resource="person", view="list", selectedIds="")
        self._salesperson.download_report(campaign_id, report)
        return CampaignSeen(
            preview=preview,
            campaign=campaign,
            texts=self._observer.texts(since=before.messages),
            calls=self._observer.stats().calls - before.calls,
            report=read_report(report),
        )

    def _show(self, preview: dict[str, Any]) -> None:
        left_out = preview["count"] - preview["recipients"]
        self._screen.say(f"  {preview['description']}")
        self._screen.say(f"  the preview: {preview['segments']:,} SMS, {left_out} people left out; the first one reads")
        for first in preview["sample"][:1]:
            self._screen.say(f"    “{first['text']}”", dim=True)

    def _open(self, page: str, **about: str) -> None:
        self._pages += self._salesperson.opens(page, **about)

    def _await_timeline(self) -> None:
        try:
            self._patience.wait("the SMS in the contact's timeline", self._is_written)
            self._screen.say("  meanwhile the SMS to Asha came into Pipedrive, as an activity that is done")
        except DemoFailed as error:  # the figures tell that it is missing
            self._screen.say(str(error))

    def _is_written(self) -> bool:
        return any((message["log"] or {}).get("state") == "written" for message in self._salesperson.history())
