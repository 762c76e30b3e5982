"""The levers of the stand-in for Pipedrive as JSON, for whoever runs the sandbox as a process."""

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields, validate

from connectors.sandbox.answers import json_answer
from connectors.sandbox.pipedrive import gate
from connectors.sandbox.pipedrive.deals import STATUSES
from connectors.sandbox.pipedrive.limits import Fault
from connectors.sandbox.pipedrive.seeding import COMPANY_ID

blueprint = Blueprint("pipedrive-levers", __name__, url_prefix="/sandbox/pipedrive")

_SHOWN = ("id", "user_id", "event_action", "event_object", "subscription_url")


class PhoneSchema(Schema):
    value = fields.String(required=True)
    label = fields.String(load_default="mobile")
    primary = fields.Boolean(load_default=True)


class PersonSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(min=1))
    phones = fields.List(fields.Nested(PhoneSchema), load_default=list)


class PeopleSchema(Schema):
    """What POST /sandbox/pipedrive/people takes; `filter` is the name of a filter that is made with them."""

    company_id = fields.Integer(load_default=COMPANY_ID)
    people = fields.List(fields.Nested(PersonSchema), required=True)
    filter = fields.String()


class DealSchema(Schema):
    """What POST /sandbox/pipedrive/deals takes."""

    company_id = fields.Integer(load_default=COMPANY_ID)
    title = fields.String(required=True, validate=validate.Length(min=1))
    stage_id = fields.Integer(required=True)
    person_id = fields.Integer()
    value = fields.Float()
    currency = fields.String()


class DealChangesSchema(Schema):
    """What PUT /sandbox/pipedrive/deals/… takes."""

    company_id = fields.Integer(load_default=COMPANY_ID)
    stage_id = fields.Integer()
    status = fields.String(validate=validate.OneOf(STATUSES))


class WebhooksSchema(Schema):
    """What PUT /sandbox/pipedrive/webhooks takes."""

    duplicates = fields.Integer(required=True, validate=validate.Range(1, 50))


class FaultSchema(Schema):
    """What POST /sandbox/pipedrive/faults takes, as `PipedriveBook.misbehave`."""

    call = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([fault.value for fault in Fault]))
    times = fields.Integer(load_default=1, validate=validate.Range(1))
    reset = fields.Float(load_default=1.0, validate=validate.Range(0, 3600))


@blueprint.errorhandler(ValidationError)
def refuse(problem: ValidationError) -> Response:
    return json_answer({"status": 400, "errors": problem.messages}, 400)


@blueprint.errorhandler(KeyError)
def unknown(_problem: KeyError) -> Response:
    return json_answer({"status": 404, "error": "There is no such company, deal or stage."}, 404)


@blueprint.get("/writings")
def writings() -> Response:
    """What was written in a company, oldest first."""
    company_id = request.args.get("company", COMPANY_ID, type=int)
    book = gate.book()
    return json_answer({"notes": book.notes(company_id), "activities": book.activities(company_id)})


@blueprint.post("/people")
def add_people() -> Response:
    """Make people, and a filter that finds them where it is named."""
    given: dict[str, Any] = PeopleSchema().load(_body())
    book, company_id = gate.book(), given["company_id"]
    ids = [book.add_person(company_id, person["name"], person["phones"]) for person in given["people"]]
    filter_id = book.add_filter(company_id, given["filter"], ids) if "filter" in given else None
    return json_answer({"ids": ids, "filter_id": filter_id}, 201)


@blueprint.post("/deals")
def add_deal() -> Response:
    given: dict[str, Any] = DealSchema().load(_body())
    return json_answer({"id": gate.book().add_deal(**given)}, 201)


@blueprint.put("/deals/<int:deal_id>")
def change_deal(deal_id: int) -> Response:
    """Move a deal to another stage, or end it."""
    given: dict[str, Any] = DealChangesSchema().load(_body())
    gate.book().change_deal(given.pop("company_id"), deal_id, **given)
    return Response(status=204)


@blueprint.get("/webhooks")
def webhooks() -> Response:
    """What apps made, and what they were told, oldest first."""
    company_id = request.args.get("company", COMPANY_ID, type=int)
    book = gate.book()
    made = [{name: hook.shown()[name] for name in _SHOWN} for hook in book.hooks.of(company_id)]
    return json_answer({"webhooks": made, "deliveries": book.teller.log(), "pending": book.teller.pending()})


@blueprint.put("/webhooks")
def pull() -> Response:
    """Have each delivery made so often."""
    gate.book().teller.duplicates = WebhooksSchema().load(_body())["duplicates"]
    return Response(status=204)


@blueprint.post("/faults")
def misbehave() -> Response:
    gate.book().misbehave(**FaultSchema().load(_body()))
    return Response(status=204)


def _body() -> Any:
    return request.get_json(force=True, silent=True)
