"""Each figure of the act inside Pipedrive beside what it must be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.demo.contacts import PERSON, PERSON_NUMBER, PERSON_READS, Contact, selected
from connectors.demo.figures import Figure, of_ends, of_phones
from connectors.demo.workbook_figures import MOST_CALLS, Line

PAGES = 4
"""Settings, panel, campaign and report."""
FORGERIES = 2
LEFT_OUT = {
    "no_number": "left out: no number",
    "invalid": "left out: a number that nobody can have",
    "duplicate": "left out: the number of somebody before them",
    "opted_out": "left out: does not want to be texted",
}

Entry = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class InstallationSeen:
    """What came of the installation and of the app's pages."""

    installed: bool
    pages: int
    turned_away: int
    settings: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SingleSeen:
    """All that was observed of the SMS to one contact."""

    first: str
    again: str
    """The ids that both copies of the press were answered with."""
    texts: Counter[tuple[str, str]] = field(repr=False)
    history: Sequence[dict[str, Any]] = field(repr=False)
    """What the panel lists of the contact."""
    writings: Mapping[str, Sequence[dict[str, Any]]] = field(repr=False)
    """All notes and activities in Pipedrive, once everything was over."""


@dataclass(frozen=True, slots=True)
class CampaignSeen:
    """All that was observed of the campaign."""

    preview: dict[str, Any] = field(repr=False)
    campaign: dict[str, Any] = field(repr=False)
    texts: Counter[tuple[str, str]] = field(repr=False)
    calls: int
    report: Sequence[Line] = field(repr=False)


def pipedrive_figures(
    everybody: Sequence[Contact],
    ids: Sequence[int],
    installation: InstallationSeen,
    single: SingleSeen,
    campaign: CampaignSeen,
) -> list[Figure]:
    """Return every figure of the act; `ids` are everybody's in Pipedrive, in order."""
    chosen = selected(everybody)
    texted = Counter((contact.number or "", contact.text) for contact in chosen if contact.text is not None)
    on_phones = "On the phones of Pipedrive's people"
    return [
        *(Figure("Pipedrive's app", *entry) for entry in _of_installation(installation)),
        *(Figure("One SMS from a contact's page", *entry) for entry in _of_single(single)),
        *(Figure("A campaign from Pipedrive's list", *entry) for entry in _of_campaign(chosen, campaign)),
        *(Figure(on_phones, *entry) for entry in of_phones(texted, campaign.texts)),
        Figure(on_phones, "calls to the vendor for all of them", campaign.calls, MOST_CALLS, at_most=True),
        *(Figure("In Pipedrive's report", *entry) for entry in _of_report(everybody, ids, campaign)),
    ]


def _of_installation(seen: InstallationSeen) -> Iterator[Entry]:
    yield "installations that end at the app's settings", int(seen.installed), 1
    yield "second uses and forged tokens turned away", seen.turned_away, FORGERIES
    yield "pages that open in Pipedrive's frames", seen.pages, PAGES
    kept_back = seen.settings["password_saved"] and seen.settings["password"] is None
    yield "logins saved whose password never comes back", int(kept_back), 1


def _of_single(seen: SingleSeen) -> Iterator[Entry]:
    yield from of_phones(Counter([(PERSON_NUMBER, PERSON_READS)]), seen.texts)
    yield "second copies of a press recognised", int(seen.first == seen.again), 1
    delivered = [message["status"] for message in seen.history if message["id"] == seen.first].count("delivered")
    yield "delivered, as the contact's page tells", delivered, 1
    entries = [entry for kind in seen.writings.values() for entry in kind]
    about = sum(_tells_of(seen.first, entry) for entry in seen.writings["activities"])
    yield "done activities about it in the contact's timeline", about, 1
    yield "other notes and activities in Pipedrive", len(entries) - about, 0


def _tells_of(message_id: str, activity: dict[str, Any]) -> bool:
    is_done_sms = bool(activity["done"]) and activity["type"] == "sms"
    return is_done_sms and activity["person_id"] == PERSON and message_id in (activity["note"] or "")


def _of_campaign(chosen: Sequence[Contact], seen: CampaignSeen) -> Iterator[Entry]:
    texted = Counter(contact.end for contact in chosen if contact.text is not None)
    left_out = Counter(contact.end for contact in chosen if contact.text is None)
    yield "people in the selection, as the preview counts", seen.preview["count"], len(chosen)
    # Each of the texts is one SMS long.
    yield "SMS that the preview told", seen.preview["segments"], texted.total()
    as_shown = sum((entry["to"], entry["text"]) in seen.texts for entry in seen.preview["sample"])
    yield "messages that came as the preview showed them", as_shown, 10
    yield "people read", seen.campaign["people"], len(chosen)
    yield from of_ends(seen.campaign, texted, left_out, LEFT_OUT)


def _of_report(everybody: Sequence[Contact], ids: Sequence[int], seen: CampaignSeen) -> Iterator[Entry]:
    known = dict(zip((contact.name for contact in everybody), ids, strict=True))
    found = Counter(_told(line) for line in seen.report)
    wanted = Counter(_line(contact, known[contact.name]) for contact in selected(everybody))
    yield "people with their number and their end", (found & wanted).total(), wanted.total()
    yield "other rows", (found - wanted).total(), 0


def _line(contact: Contact, person_id: int) -> tuple[Any, ...]:
    is_texted = contact.text is not None
    status, reason = (contact.end, None) if is_texted else ("skipped", contact.end)
    return contact.name, str(person_id), contact.number, status, reason


def _told(line: Line) -> tuple[Any, ...]:
    """Return name, person, number, status and why they were left out."""
    _, name, person, number, status, _, _, _, code, *_ = line
    return name, person, number, status, code if status == "skipped" else None
