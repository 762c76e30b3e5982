"""How an SMS looks in Pipedrive."""

from dataclasses import replace

import pytest

from connectors.pipedrive.write_back.entries import CrmEntry, body_of, path_of

ENTRY = CrmEntry(
    message_id="01930000-0000-7000-8000-000000000001",
    person_id=9,
    kind="note",
    activity_type=None,
    recipient="919812345678",
    text="Hello Asha",
    sender_id="UTOMOB",
    channel="SMS",
    segments=1,
    sent_at=1_732_197_909_500,
    campaign=None,
)


def test_a_note() -> None:
    assert path_of("note") == "/api/v1/notes"
    assert body_of(ENTRY) == {
        "content": (
            "<b>SMS to +919812345678</b><br>Hello Asha<br><br>"
            "From UTOMOB, 1 segment, sent 2024-11-21 14:05 UTC<br>SMS 01930000-0000-7000-8000-000000000001"
        ),
        "person_id": 9,
        "add_time": "2024-11-21 14:05:09",
    }


def test_an_activity_names_its_person_as_a_participant_alone() -> None:
    assert path_of("activity") == "/api/v2/activities"
    assert body_of(replace(ENTRY, kind="activity", activity_type="sms_sent", segments=3, campaign="Diwali")) == {
        "subject": "SMS to +919812345678",
        "type": "sms_sent",
        "done": True,
        "due_date": "2024-11-21",
        "due_time": "14:05",
        "note": (
            "Hello Asha<br><br>Campaign: Diwali<br>From UTOMOB, 3 segments, sent 2024-11-21 14:05 UTC<br>"
            "SMS 01930000-0000-7000-8000-000000000001"
        ),
        "participants": [{"person_id": 9, "primary": True}],
    }


@pytest.mark.parametrize("kind", ["note", "activity"])
def test_what_people_wrote_is_text_and_no_html(kind: str) -> None:
    hostile = "<script>alert('x')</script>\r\n5 < 6 & \"7\"\n<br>"
    entry = replace(ENTRY, kind=kind, text=hostile, sender_id="<b>", campaign="<img src=x>")
    body = body_of(entry)
    html = body["content"] if kind == "note" else body["note"]
    assert (
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;<br>5 &lt; 6 &amp; &#34;7&#34;<br>&lt;br&gt;<br><br>"
        "Campaign: &lt;img src=x&gt;<br>From &lt;b&gt;, 1 segment,"
    ) in html


def test_another_channel_is_called_by_its_name() -> None:
    assert (
        body_of(replace(ENTRY, kind="activity", channel="WHATSAPP"))["subject"] == "WHATSAPP message to +919812345678"
    )


def test_neither_text_nor_number_is_printed() -> None:
    assert "Asha" not in repr(ENTRY)
    assert "98123" not in repr(ENTRY)
