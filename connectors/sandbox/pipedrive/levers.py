"""The levers of the stand-in for Pipedrive as JSON, for whoever runs the sandbox as a process."""

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields, validate

from connectors.sandbox.answers import json_answer
from connectors.sandbox.pipedrive import gate
from connectors.sandbox.pipedrive.limits import Fault
from connectors.sandbox.pipedrive.seeding import COMPANY_ID

blueprint = Blueprint("pipedrive-levers", __name__, url_prefix="/sandbox/pipedrive")


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
    return json_answer({"status": 404, "error": "There is no such company."}, 404)


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


@blueprint.post("/faults")
def misbehave() -> Response:
    gate.book().misbehave(**FaultSchema().load(_body()))
    return Response(status=204)


def _body() -> Any:
    return request.get_json(force=True, silent=True)
