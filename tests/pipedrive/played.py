"""What the API answers to pages that are looked at alone."""

from typing import Any, Final

from tests.pipedrive.framing import Answer

ME: Final[dict[str, Any]] = {
    "user": {"id": 7, "name": "Asha Example", "is_admin": True},
    "company": {"id": 1, "name": "Acme", "domain": "acme"},
    "set_up": True,
    "may_send_campaigns": True,
    "defaults": {"sender_id": "UTOMOB", "country_code": "91", "message_type": "TRANSACTION", "channel": "SMS"},
    "confirm_above": 500,
    "account": {"state": "active", "reason": None},
    "writes": None,
}
FIELDS: Final = {
    "items": [
        {"name": "person.first_name", "label": "First name", "group": "Person"},
        {"name": "person.last_name", "label": "Last name", "group": "Person"},
        {"name": "person.name", "label": "Full name", "group": "Person"},
        {"name": "person.favourite_colour", "label": "Favourite colour", "group": "Person"},
        {"name": "person.org.name", "label": "Organization name", "group": "Organization"},
        {"name": "user.name", "label": "Your name", "group": "You"},
    ]
}
TEMPLATES: Final[dict[str, Any]] = {
    "items": [
        {
            "id": "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50",
            "name": "Visit tomorrow",
            "text": "Dear {{ person.first_name }}, see you tomorrow at ten. {{ user.name }}",
            "sender_id": "UTOMOB",
            "message_type": None,
            "template_id": "1107161234567890123",
            "entity_id": None,
            "registered_text": None,
            "created_at": "2026-11-20T09:00:00Z",
            "updated_at": "2026-11-20T09:00:00Z",
        },
        {
            "id": "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f51",
            "name": "Thank you",
            "text": "Thank you for your order, {{ person.first_name }}!",
            "sender_id": None,
            "message_type": None,
            "template_id": None,
            "entity_id": None,
            "registered_text": None,
            "created_at": "2026-11-20T09:00:00Z",
            "updated_at": "2026-11-20T09:00:00Z",
        },
    ],
    "next": None,
}
PERSON: Final[dict[str, Any]] = {
    "id": 9,
    "name": "Ravi Example",
    "phones": [
        {"value": "098161 11111", "e164": "+919816111111", "label": "mobile", "primary": False},
        {"value": "+44 7700 900123", "e164": "+447700900123", "label": "work", "primary": True},
    ],
    "opted_out": {"+447700900123": "promotional"},
}
SETTINGS: Final[dict[str, Any]] = {
    "customer_id": "C-ONE",
    "email": "asha@example.com",
    "password": None,
    "password_saved": True,
    "sender_id": "UTOMOB",
    "country_code": "91",
    "message_type": "TRANSACTION",
    "entity_id": None,
    "channel": "SMS",
    "log_single": "note",
    "log_campaign": "activity",
    "activity_type": "sms",
    "campaign_senders": "admins",
    "account": {"state": "active", "reason": None},
}


AUTOMATION: Final[dict[str, Any]] = {
    "trigger": "person_added",
    "title": "Person added",
    "about": "To everybody who is added to your contacts, however that is done: by hand, a form, an import.",
    "enabled": False,
    "template": 'Hello {{ person.first_name | default: "there" }}, thank you for your interest. {{ user.company }}',
    "text": 'Hello {{ person.first_name | default: "there" }}, thank you for your interest. {{ user.company }}',
    "translations": {},
    "locales": ["en"],
    "delay_seconds": 0,
    "after": None,
    "consent": "transactional",
    "hours": "day",
    "channel": "SMS",
    "conditions": [],
    "sender_id": None,
    "entity_id": None,
    "template_id": None,
    "pipeline": None,
    "gone": False,
}


def in_stage(number: int, name: str, pipeline: str = "Sales", **more: Any) -> dict[str, Any]:
    """An automation of a deal's stage as the API shows it."""
    about = "To the contact of each deal that enters this stage."
    return (
        AUTOMATION
        | {
            "trigger": f"deal_in_stage_{number}",
            "title": name,
            "about": about,
            "pipeline": pipeline,
        }
        | more
    )


AUTOMATIONS: Final[dict[str, Any]] = {
    "items": [
        AUTOMATION,
        in_stage(1, "Qualified"),
        in_stage(2, "Proposal made", enabled=True, delay_seconds=172_800),
        in_stage(5, "Received", "Repairs"),
    ],
    "fields": {
        "person": FIELDS["items"],
        "deal": [*FIELDS["items"], {"name": "deal.title", "label": "Deal title", "group": "Deal"}],
    },
    "problem": None,
    "stages_problem": None,
}


def message(status: str = "delivered", **more: Any) -> dict[str, Any]:
    """A message as the API shows it."""
    return {
        "id": f"0197a3c2-7f00-7c3e-9d7a-{hash(status) & 0xFFFFFFFFFFFF:012x}",
        "status": status,
        "to": "+919816111111",
        "sender_id": "UTOMOB",
        "text": "Dear Ravi, see you tomorrow at ten. Asha Example",
        "channel": "SMS",
        "message_type": "TRANSACTION",
        "encoding": "GSM-7",
        "segments": 1,
        "error": None,
        "created_at": "2026-11-20T09:00:00Z",
        "due_at": None,
        "sent_at": "2026-11-20T09:00:01Z",
        "finished_at": "2026-11-20T09:00:03Z",
        "person_id": 9,
        "log": {"state": "written", "kind": "note", "reason": None},
    } | more


def campaign(state: str = "running", **more: Any) -> dict[str, Any]:
    """A campaign as the API shows it: of 1,204 people, 1,196 with a message."""
    return {
        "id": "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f60",
        "name": "Diwali offer",
        "state": state,
        "total": 1196,
        "rows_read": 1204,
        "rows_expected": 1204,
        "segments": 1196,
        "text": "Dear {{ person.first_name }}, 20 % off until Sunday.",
        "sender_id": "UTOMOB",
        "counts": {"queued": 240, "sending": 12, "sent": 96, "delivered": 812, "undelivered": 30, "unknown": 6},
        "skipped": {"invalid": 3, "no_number": 4, "missing_variable": 0, "duplicate": 1, "opted_out": 0},
        "held": {"outside_hours": 0, "daily_limit": 0},
        "error": None,
        "created_at": "2026-11-20T09:00:00Z",
        "due_at": None,
        "paused_at": None,
        "description": "1,204 people in “Customers”",
        "people": 1204,
        "gathering": None,
        "sent_by": {"id": 7, "name": "Asha Example"},
        "log": {"kind": "none", "written": 0, "waiting": 0, "unwritten": 0},
    } | more


def recipient(row: int, status: str = "delivered", **more: Any) -> dict[str, Any]:
    """Somebody of a campaign as the API shows them."""
    return {
        "row": row,
        "person_id": row + 100,
        "name": f"Person {row}",
        "to": f"+9198161{row:05d}",
        "status": status,
        "error": None,
        "sent_at": "2026-11-20T09:00:01Z",
        "finished_at": "2026-11-20T09:00:03Z",
        "segments": 1,
    } | more


PREVIEW: Final[dict[str, Any]] = {
    "count": 1204,
    "description": "1,204 people in “Customers”",
    "recipients": 1196,
    "sample": [
        {
            "person_id": 9,
            "name": "Ravi Example",
            "to": "+919816111111",
            "text": "Dear Ravi, 20 % off until Sunday.",
            "encoding": "GSM-7",
            "segments": 1,
        },
        {
            "person_id": 10,
            "name": "Zoë Example",
            "to": "+919816111112",
            "text": "Dear Zoë, 20 % off until Sunday.",
            "encoding": "UCS-2",
            "segments": 1,
        },
    ],
    "segments": 1196,
    "encodings": {"GSM-7": 1195, "UCS-2": 1},
    "skipped": {"invalid": 3, "no_number": 4, "missing_variable": 0, "duplicate": 1, "opted_out": 0},
    "errors": [
        {"person_id": 11, "name": "Nobody", "reason": "no_number", "message": "This person has no phone number."}
    ],
    "confirm": True,
}


def answers(**more: Answer) -> dict[str, Answer]:
    """Return what every page asks, and the answers of a company that is set up."""
    items = [
        message("scheduled", due_at="2026-11-28T03:30:00Z", sent_at=None, finished_at=None, log=None),
        message("delivered"),
        message("undelivered", error={"code": "DND", "message": "The number is on the national do-not-disturb list."}),
    ]
    return {
        "GET /me": (200, ME),
        "GET /merge-fields": (200, FIELDS),
        "GET /templates": (200, TEMPLATES),
        "GET /persons/9": (200, PERSON),
        "GET /messages": (200, {"items": items, "next": None}),
        "POST /messages/preview": (
            200,
            {
                "to": "+919816111111",
                "text": "Dear Ravi, that’s all.",
                "encoding": "UCS-2",
                "segments": 1,
                "characters": 22,
                "characters_left": 48,
                "unicode_characters": ["’"],
                "missing": [],
            },
        ),
        "POST /messages": (201, message("queued")),
        "GET /settings": (200, SETTINGS),
        "GET /automations": (200, AUTOMATIONS),
        "GET /activity-types": (200, {"items": [{"key": "call", "name": "Call"}, {"key": "sms", "name": "SMS"}]}),
        "GET /filters": (200, {"items": [{"id": 42, "name": "Customers"}, {"id": 43, "name": "Leads of this year"}]}),
        "POST /campaigns/preview": (200, PREVIEW),
        "POST /campaigns": (201, campaign()),
        "POST /campaigns/test": (201, message("queued")),
        "GET /campaigns": (
            200,
            {
                "items": [campaign(), campaign("finished", id="2", name="Welcome", counts={"delivered": 64})],
                "next": None,
            },
        ),
        f"GET /campaigns/{campaign()['id']}": (200, campaign()),
        f"GET /campaigns/{campaign()['id']}/recipients": (
            200,
            {
                "items": [
                    recipient(1),
                    recipient(2, "undelivered", error={"code": "DND", "message": "On the do-not-disturb list."}),
                    recipient(3, "queued", sent_at=None, finished_at=None),
                    recipient(
                        4,
                        "skipped",
                        to=None,
                        sent_at=None,
                        finished_at=None,
                        error={"code": "no_number", "message": "This person has no phone number."},
                    ),
                ],
                "next": None,
            },
        ),
        **more,
    }
