"""The judge of the act inside Pipedrive: right for what must be, wrong for each thing that can go wrong."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from connectors.demo.contacts import PERSON, PERSON_NUMBER, PERSON_READS, contacts, selected
from connectors.demo.pipedrive_figures import CampaignSeen, InstallationSeen, SingleSeen, pipedrive_figures
from connectors.demo.workbook_figures import Line

EVERYBODY = contacts()
IDS = list(range(26, 26 + len(EVERYBODY)))
CHOSEN = selected(EVERYBODY)
TEXTED = [contact for contact in CHOSEN if contact.text is not None]
FIRST = (TEXTED[0].number or "", TEXTED[0].text or "")
SINGLE = (PERSON_NUMBER, PERSON_READS)


@dataclass(frozen=True)
class Everything:
    """All that was seen."""

    installation: InstallationSeen
    single: SingleSeen
    campaign: CampaignSeen


def report() -> list[Line]:
    """The lines as the service writes them."""
    ids = {contact.name: str(known) for contact, known in zip(EVERYBODY, IDS, strict=True)}
    lines: list[Line] = []
    for row, contact in enumerate(CHOSEN, 1):
        person = (row, contact.name, ids[contact.name], contact.number)
        if contact.text is None:
            lines.append((*person, "skipped", None, None, None, contact.end, "why"))
        else:
            code = None if contact.end == "delivered" else "UNDELIV"
            lines.append((*person, contact.end, "2026-11-21T08:00:00Z", "2026-11-21T08:00:01Z", "1", code, None))
    return lines


def as_it_must_be() -> Everything:
    activity = {"type": "sms", "done": True, "person_id": PERSON, "note": "Dear Asha<br>SMS id-1"}
    single = SingleSeen(
        first="id-1",
        again="id-1",
        texts=Counter([SINGLE]),
        history=[{"id": "id-1", "status": "delivered"}],
        writings={"notes": [], "activities": [activity]},
    )
    campaign = CampaignSeen(
        preview={
            "count": 200,
            "segments": 194,
            "sample": [{"to": person.number, "text": person.text} for person in TEXTED[:10]],
        },
        campaign={
            "people": 200,
            "total": 200,
            "counts": {"sent": 0, "failed": 0, **Counter(person.end for person in TEXTED)},
            "skipped": dict(Counter(person.end for person in CHOSEN if person.text is None)),
        },
        texts=Counter((person.number or "", person.text or "") for person in TEXTED),
        calls=1,
        report=report(),
    )
    return Everything(InstallationSeen(True, 4, 2, {"password": None, "password_saved": True}), single, campaign)


def wrong(seen: Everything) -> list[str]:
    found = pipedrive_figures(EVERYBODY, IDS, seen.installation, seen.single, seen.campaign)
    return [figure.meaning for figure in found if not figure.right]


def installing(seen: Everything, **changes: Any) -> Everything:
    return replace(seen, installation=replace(seen.installation, **changes))


def texting(seen: Everything, **changes: Any) -> Everything:
    return replace(seen, single=replace(seen.single, **changes))


def writing(seen: Everything, **changes: Any) -> Everything:
    """The same with another activity."""
    [activity] = seen.single.writings["activities"]
    return texting(seen, writings={"notes": [], "activities": [{**activity, **changes}]})


def sending(seen: Everything, **changes: Any) -> Everything:
    return replace(seen, campaign=replace(seen.campaign, **changes))


def previewing(seen: Everything, **changes: Any) -> Everything:
    return sending(seen, preview={**seen.campaign.preview, **changes})


def counting(seen: Everything, kind: str, **changes: int) -> Everything:
    """The same with other counts or skips."""
    campaign = seen.campaign.campaign
    return sending(seen, campaign={**campaign, kind: {**campaign[kind], **changes}})


def reporting(seen: Everything, index: int, column: int, value: Any) -> Everything:
    """The same with another cell in the report."""
    lines = [list(line) for line in seen.campaign.report]
    lines[index][column] = value
    return sending(seen, report=[tuple(line) for line in lines])


def twice(seen: Everything) -> Everything:
    """The same with the activity written twice."""
    activities = seen.single.writings["activities"]
    return texting(seen, writings={"notes": [], "activities": [*activities, *activities]})


CASES: list[tuple[str, Callable[[Everything], Everything]]] = [
    ("installations", lambda seen: installing(seen, installed=False)),
    ("turned away", lambda seen: installing(seen, turned_away=1)),
    ("frames", lambda seen: installing(seen, pages=3)),
    ("never comes back", lambda seen: installing(seen, settings={"password": "p", "password_saved": True})),
    ("never comes back", lambda seen: installing(seen, settings={"password": None, "password_saved": False})),
    ("right text", lambda seen: texting(seen, texts=Counter())),
    ("SMS twice", lambda seen: texting(seen, texts=Counter([SINGLE, SINGLE]))),
    ("nobody asked", lambda seen: texting(seen, texts=Counter([SINGLE, ("+911", "spam")]))),
    ("copies of a press", lambda seen: texting(seen, again="id-2")),
    ("contact's page tells", lambda seen: texting(seen, history=[{"id": "id-1", "status": "sent"}])),
    ("contact's page tells", lambda seen: texting(seen, history=[{"id": "id-2", "status": "delivered"}])),
    ("in the contact's timeline", twice),
    ("in the contact's timeline", lambda seen: writing(seen, done=False)),
    ("in the contact's timeline", lambda seen: writing(seen, type="call")),
    ("in the contact's timeline", lambda seen: writing(seen, person_id=PERSON + 1)),
    ("in the contact's timeline", lambda seen: writing(seen, note="Dear Asha")),
    ("other notes", lambda seen: writing(seen, note="Dear Asha")),
    (
        "other notes",
        lambda seen: texting(seen, writings={**seen.single.writings, "notes": [{"content": "SMS id-1"}]}),
    ),
    ("in the selection", lambda seen: previewing(seen, count=201)),
    ("preview told", lambda seen: previewing(seen, segments=388)),
    ("as the preview showed", lambda seen: previewing(seen, sample=[])),
    ("people read", lambda seen: sending(seen, campaign={**seen.campaign.campaign, "people": 201})),
    ("short of them", lambda seen: sending(seen, campaign={**seen.campaign.campaign, "total": 199})),
    ("delivered", lambda seen: counting(seen, "counts", delivered=1)),
    ("with another end", lambda seen: counting(seen, "counts", sent=1)),
    ("nobody can have", lambda seen: counting(seen, "skipped", invalid=1)),
    ("somebody before them", lambda seen: counting(seen, "skipped", duplicate=0)),
    ("right text", lambda seen: sending(seen, texts=seen.campaign.texts - Counter([FIRST]))),
    ("SMS twice", lambda seen: sending(seen, texts=seen.campaign.texts + Counter([FIRST]))),
    ("nobody asked", lambda seen: sending(seen, texts=seen.campaign.texts + Counter([SINGLE]))),
    ("calls to the vendor", lambda seen: sending(seen, calls=194)),
    ("their end", lambda seen: sending(seen, report=seen.campaign.report[1:])),
    ("other rows", lambda seen: sending(seen, report=[*seen.campaign.report, seen.campaign.report[0]])),
    ("their end", lambda seen: reporting(seen, 0, 1, "Somebody Else")),
    ("their end", lambda seen: reporting(seen, 0, 2, "999")),
    ("their end", lambda seen: reporting(seen, 0, 3, "+919830002000")),
    ("their end", lambda seen: reporting(seen, 0, 4, "sent")),
    ("their end", lambda seen: reporting(seen, 8, 8, "invalid")),
]


def test_as_it_must_be_nothing_is_wrong() -> None:
    assert wrong(as_it_must_be()) == []


@pytest.mark.parametrize(("meaning", "change"), CASES)
def test_whatever_goes_wrong_shows(meaning: str, change: Callable[[Everything], Everything]) -> None:
    assert any(meaning in found for found in wrong(change(as_it_must_be())))
