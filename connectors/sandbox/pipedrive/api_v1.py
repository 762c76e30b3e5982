"""What is still API v1: who calls, notes, activity types, filters; types are lenient there."""

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from connectors.sandbox.pipedrive import gate, parameters
from connectors.sandbox.pipedrive.answers import Refusal, success
from connectors.sandbox.pipedrive.records import ACTIVITY_TYPES, STANDARD_FIELDS, Company, Filter, Person

blueprint = Blueprint("pipedrive-v1", __name__, url_prefix="/api/v1")
blueprint.before_request(gate.let_in)
blueprint.after_request(gate.see_off)
blueprint.register_error_handler(Refusal, gate.refuse)
blueprint.register_error_handler(404, gate.not_found)

ABOUT = ("person_id", "deal_id", "org_id", "lead_id")
SORTED = re.compile(r"(id|add_time|update_time|content|person_id|user_id)( (ASC|DESC))?", re.IGNORECASE)
MADE_AT = "2026-01-01 00:00:00"
V1_KEYS = {"phones": "phone", "emails": "email"}


@blueprint.get("/users/me")
def me() -> Response:
    company, user = gate.company(), gate.user()
    return success(
        {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "phone": None,
            "locale": "en_IN",
            "lang": 1,
            "language": {"language_code": "en", "country_code": "IN"},
            "timezone_name": user.timezone,
            "timezone_offset": "+05:30",
            "default_currency": "INR",
            "is_admin": int(user.is_admin),
            "active_flag": True,
            "is_you": True,
            "company_id": company.id,
            "company_name": company.name,
            "company_domain": company.domain,
            "company_country": "IN",
        }
    )


@blueprint.get("/activityTypes")
def activity_types() -> Response:
    return success(
        [
            {
                "id": number,
                "order_nr": number,
                "name": name,
                "key_string": key,
                "icon_key": icon,
                "active_flag": True,
                "color": None,
                "is_custom_flag": custom,
                "add_time": MADE_AT,
                "update_time": None,
            }
            for number, (key, name, icon, custom) in enumerate(ACTIVITY_TYPES, 1)
        ]
    )


@blueprint.get("/personFields")
def person_fields() -> Response:
    standard = [
        {"id": number, "key": V1_KEYS.get(code, code), "name": name, "field_type": kind, "edit_flag": False}
        for number, (code, name, kind) in enumerate(STANDARD_FIELDS, 1)
    ]
    custom: list[dict[str, Any]] = [
        {"id": field.id, "key": field.code, "name": field.name, "field_type": field.kind, "edit_flag": True}
        | ({"options": [{"id": number, "label": label} for number, label in field.options]} if field.options else {})
        for field in list(gate.company().fields.values())
    ]
    return _paged([*standard, *custom])


@blueprint.get("/filters")
def filters() -> Response:
    """Return the saved filters of people; the sandbox has no others."""
    if request.args.get("type", "people") != "people":
        return success([])
    return success([_filter(one) for one in list(gate.company().filters.values())])


@blueprint.get("/filters/<int:filter_id>")
def filter_(filter_id: int) -> Response:
    found = gate.company().filters.get(filter_id)
    if found is None:
        raise Refusal(404, "Filter not found")
    return success(_filter(found) | {"conditions": {"glue": "and", "conditions": []}})


@blueprint.post("/notes")
def add_note() -> Response:
    given, company, user = parameters.body(), gate.company(), gate.user()
    content = given.get("content")
    if not isinstance(content, str) or not content:
        raise Refusal(400, "Content is required and cannot be empty")
    if all(given.get(name) in (None, "") for name in ABOUT):
        raise Refusal(400, "One of deal_id, lead_id, person_id, org_id or project_id is required")
    _check_time(given.get("add_time"))
    if given.get("user_id") not in (None, user.id) and not user.is_admin:
        raise Refusal(403, "Only an admin may write a note in somebody else's name")
    about = _about(company, user.id, given.get("person_id"))
    return success(gate.book().writings.add_note(company, user, about, given), 201)


@blueprint.get("/notes")
def notes() -> Response:
    person_id = parameters.number("person_id")
    found = [note for note in gate.book().writings.notes(gate.company()) if person_id in (None, note["person_id"])]
    for given in reversed(request.args.get("sort", "id").split(",")):
        match = SORTED.fullmatch(given.strip())
        if match is None:
            raise Refusal(400, "Parameter 'sort' should be a field and ASC or DESC")
        name, falling = match[1].lower(), (match[3] or "").upper() == "DESC"
        found.sort(key=lambda note: (note[name] or 0) if name.endswith("id") else str(note[name]), reverse=falling)
    return _paged(found)


@blueprint.route("/<path:unknown>", methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
def anything_else(unknown: str) -> Response:
    raise Refusal(404, f"There is no /api/v1/{unknown} in the sandbox")


def _about(company: Company, user_id: int, person_id: Any) -> Person | None:
    """Return whom a note is about; v1 takes numbers in quotes, too. Raises Refusal."""
    if person_id in (None, ""):
        return None
    digits = str(person_id)
    number = int(digits) if digits.isascii() and digits.isdecimal() else 0
    found = gate.book().people.person(company.id, number, user_id)
    if found is None:
        raise Refusal(404, "Person not found")
    return found


def _check_time(given: Any) -> None:
    if given is None:
        return
    try:
        datetime.strptime(str(given), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - only looked at
    except ValueError:
        raise Refusal(400, "add_time should be in the format YYYY-MM-DD HH:MM:SS") from None


def _paged(found: list[dict[str, Any]]) -> Response:
    start, limit = parameters.number("start") or 0, parameters.limit()
    shown = found[start : start + limit]
    more = len(found) > start + limit
    pagination = {"start": start, "limit": limit, "more_items_in_collection": more}
    if more:
        pagination["next_start"] = start + limit
    return success(shown or None, additional_data={"pagination": pagination})


def _filter(one: Filter) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "active_flag": True,
        "type": "people",
        "temporary_flag": None,
        "user_id": next(iter(gate.company().users), None),
        "add_time": MADE_AT,
        "update_time": MADE_AT,
        "visible_to": 3,
        "custom_view_id": None,
    }
