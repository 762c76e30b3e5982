"""API v2 of deals: deals, stages, pipelines; read alone."""

from typing import Any

from flask import Blueprint, Response

from connectors.sandbox.pipedrive import gate, parameters
from connectors.sandbox.pipedrive.answers import Refusal, success

blueprint = Blueprint("pipedrive-api-deals", __name__, url_prefix="/api/v2")
blueprint.before_request(gate.let_in)
blueprint.after_request(gate.see_off)
blueprint.register_error_handler(Refusal, gate.refuse)


@blueprint.get("/pipelines")
def pipelines() -> Response:
    return _paged([pipeline.shown() for pipeline in list(gate.company().pipelines.values())])


@blueprint.get("/stages")
def stages() -> Response:
    pipeline_id = parameters.number("pipeline_id")
    found = list(gate.company().stages.values())
    return _paged([stage.shown() for stage in found if pipeline_id in (None, stage.pipeline_id)])


@blueprint.get("/deals")
def deals() -> Response:
    chosen = {name: parameters.number(name) for name in ("person_id", "stage_id", "pipeline_id", "owner_id")}
    found = [deal for deal in list(gate.company().deals.values()) if deal.status != "deleted"]
    wanted = [deal for deal in found if all(value in (None, getattr(deal, name)) for name, value in chosen.items())]
    return _paged([deal.shown() for deal in wanted])


@blueprint.get("/deals/<int:deal_id>")
def deal(deal_id: int) -> Response:
    found = gate.company().deals.get(deal_id)
    if found is None:
        raise Refusal(404, "Deal not found")
    return success(found.shown())


def _paged(found: list[dict[str, Any]]) -> Response:
    shown, following = parameters.page(found)
    return success(shown, additional_data={"next_cursor": following})
