"""Deals and where they stand: a plain page to add people and deals, and to move deals on, as people do in Pipedrive."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Reply

from connectors.sandbox.pipedrive import gate, host, viewing
from connectors.sandbox.pipedrive.answers import Refusal
from connectors.sandbox.pipedrive.viewing import Viewer

ENDS = ("won", "lost", "deleted")

blueprint = Blueprint("pipedrive-board", __name__, url_prefix="/pipedrive/deals")
blueprint.after_request(host.harden)
blueprint.register_error_handler(Refusal, host.refuse)


@blueprint.get("")
def deals() -> str:
    """The deals that are open, by pipeline and stage."""
    seen_by = viewing.viewer()
    company = seen_by.company
    shown = [deal for deal in list(company.deals.values()) if deal.status == "open"]
    people = [person for person in list(company.people.values()) if not person.is_deleted]
    return host.render(
        "pipedrive_deals.html",
        seen_by,
        deals=shown,
        people={person.id: person for person in people},
        stages=list(company.stages.values()),
        pipelines=company.pipelines,
        ends=ENDS,
        told=request.args.get("told"),
    )


@blueprint.post("/people")
def add_person() -> Reply:
    who, name, number = viewing.viewer(), _word("name"), _word("phone")
    phones = [{"label": "mobile", "value": number, "primary": True}] if number else []
    if not name:
        raise Refusal(400, "Give the person a name.")
    gate.book().add_person(who.company.id, name, phones, owner_id=who.user.id)
    return _back(who, f"{name} was added.")


@blueprint.post("")
def add_deal() -> Reply:
    who, title = viewing.viewer(), _word("title")
    if not title:
        raise Refusal(400, "Give the deal a title.")
    value = request.form.get("value", 0, type=int)
    gate.book().add_deal(who.company.id, title, _stage(who), request.form.get("person", type=int), value=value)
    return _back(who, f"{title} was added.")


@blueprint.post("/<int:deal_id>")
def move(deal_id: int) -> Reply:
    """Move a deal to another stage, or end it."""
    who, to = viewing.viewer(), _word("to")
    if deal_id not in who.company.deals:
        raise Refusal(404, "There is no such deal.")
    changes = {"status": to} if to in ENDS else {"stage_id": _stage(who, "to")}
    gate.book().change_deal(who.company.id, deal_id, **changes)
    return _back(who, "The deal was moved.")


def _stage(who: Viewer, name: str = "stage") -> int:
    stage_id = request.form.get(name, type=int)
    if stage_id not in who.company.stages:
        raise Refusal(400, "There is no such stage.")
    return stage_id


def _word(name: str) -> str:
    return request.form.get(name, "").strip()


def _back(who: Viewer, told: str) -> Reply:
    return redirect(f"{url_for('.deals')}?{urlencode({**who.query, 'told': told})}")
