"""API v2: people, organizations, fields of people, activities.

Whoever is missing or hidden is left out of lists without a word; related objects are plain ids; types are strict:
https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide
"""

from typing import Any

from flask import Blueprint, Response

from connectors.sandbox.pipedrive import gate, parameters
from connectors.sandbox.pipedrive.activities import read_activity
from connectors.sandbox.pipedrive.answers import Refusal, success
from connectors.sandbox.pipedrive.people import Wanted
from connectors.sandbox.pipedrive.records import STANDARD_FIELDS, CustomField

blueprint = Blueprint("pipedrive-v2", __name__, url_prefix="/api/v2")
blueprint.before_request(gate.let_in)
blueprint.after_request(gate.see_off)
blueprint.register_error_handler(Refusal, gate.refuse)
blueprint.register_error_handler(404, gate.not_found)

TIMES = ("id", "update_time", "add_time")


@blueprint.get("/persons")
def persons() -> Response:
    company = gate.company()
    wanted = Wanted(
        filter_id=parameters.number("filter_id"),
        ids=parameters.ids(),
        owner_id=parameters.number("owner_id"),
        org_id=parameters.number("org_id"),
        since=parameters.time("updated_since"),
        until=parameters.time("updated_until"),
    )
    codes = parameters.custom_fields(list(company.fields))
    if wanted.filter_id is None and parameters.number("deal_id") is not None:
        return _paged(_of_deal(parameters.number("deal_id"), codes), "id")
    try:
        found = gate.book().people.list_people(company.id, gate.user().id, wanted)
    except KeyError:
        raise Refusal(404, "Filter not found") from None
    return _paged([person.shown(codes) for person in found], parameters.one_of("sort_by", TIMES, "id"))


@blueprint.get("/persons/<int:person_id>")
def person(person_id: int) -> Response:
    company = gate.company()
    found = gate.book().people.person(company.id, person_id, gate.user().id)
    if found is None:
        raise Refusal(404, "Person not found")
    return success(found.shown(parameters.custom_fields(list(company.fields))))


@blueprint.get("/organizations")
def organizations() -> Response:
    wanted, owner_id = parameters.ids(), parameters.number("owner_id")
    found = [
        organization.shown()
        for organization in list(gate.company().organizations.values())
        if not organization.is_deleted
        and (wanted is None or organization.id in wanted)
        and owner_id in (None, organization.owner_id)
    ]
    return _paged(found, parameters.one_of("sort_by", TIMES, "id"))


@blueprint.get("/organizations/<int:organization_id>")
def organization(organization_id: int) -> Response:
    found = gate.company().organizations.get(organization_id)
    if found is None:
        raise Refusal(404, "Organization not found")
    return success(found.shown())


@blueprint.get("/personFields")
def person_fields() -> Response:
    standard = [_field(code, name, kind) for code, name, kind in STANDARD_FIELDS]
    fields = [*standard, *(_custom_field(field) for field in list(gate.company().fields.values()))]
    # They have no ids in v2: their place in the list is what the cursor holds.
    shown, following = parameters.page([{"id": place, "field": field} for place, field in enumerate(fields)])
    return success([item["field"] for item in shown], additional_data={"next_cursor": following})


@blueprint.post("/activities")
def add_activity() -> Response:
    company, user = gate.company(), gate.user()
    given = read_activity(parameters.body())
    for participant in given.get("participants") or []:
        if gate.book().people.person(company.id, participant["person_id"], user.id) is None:
            raise Refusal(400, f"Person {participant['person_id']} not found")
    return success(gate.book().writings.add_activity(company, user, given), 201)


@blueprint.get("/activities")
def activities() -> Response:
    wanted, person_id, owner_id = (
        parameters.ids(),
        parameters.number("person_id"),
        parameters.number("owner_id"),
    )
    done = parameters.one_of("done", ("true", "false", ""), "")
    since = parameters.time("updated_since")
    found = [
        activity
        for activity in gate.book().writings.activities(gate.company())
        if (wanted is None or activity["id"] in wanted)
        and person_id in (None, activity["person_id"])
        and owner_id in (None, activity["owner_id"])
        and done in ("", str(activity["done"]).lower())
        and (since is None or activity["update_time"] >= since)
    ]
    return _paged(found, parameters.one_of("sort_by", (*TIMES, "due_date"), "id"))


@blueprint.get("/activities/<int:activity_id>")
def activity(activity_id: int) -> Response:
    for found in gate.book().writings.activities(gate.company()):
        if found["id"] == activity_id:
            return success(found)
    raise Refusal(404, "Activity not found")


@blueprint.route("/<path:unknown>", methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
def anything_else(unknown: str) -> Response:
    raise Refusal(404, f"There is no /api/v2/{unknown} in the sandbox")


def _of_deal(deal_id: int | None, codes: list[str]) -> list[dict[str, Any]]:
    """Return the contact of a deal, if it has one whom the caller may see."""
    company = gate.company()
    deal = company.deals.get(deal_id or 0)
    found = None if deal is None else gate.book().people.person(company.id, deal.person_id or 0, gate.user().id)
    return [] if found is None or found.is_deleted else [found.shown(codes)]


def _paged(found: list[dict[str, Any]], sort_by: str) -> Response:
    shown, following = parameters.page(found, sort_by)
    return success(shown, additional_data={"next_cursor": following})


def _custom_field(field: CustomField) -> dict[str, Any]:
    options = [
        {"id": number, "label": label, "color": None, "update_time": None, "add_time": None}
        for number, label in field.options
    ]
    return _field(field.code, field.name, field.kind) | {"options": options or None, "is_custom_field": True}


def _field(code: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "field_name": name,
        "field_code": code,
        "field_type": kind,
        "options": None,
        "subfields": None,
        "is_custom_field": False,
        "is_optional_response_field": False,
    }
