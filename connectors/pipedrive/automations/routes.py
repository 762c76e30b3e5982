"""`/pipedrive/api/automations`: what is sent when a person is added or a deal enters a stage, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from connectors.pipedrive.automations import subscriptions
from connectors.pipedrive.automations.deals import Stage
from connectors.pipedrive.automations.owners import owner_name, owner_of
from connectors.pipedrive.automations.triggers import (
    DEAL_FIELDS,
    PERSON_ADDED,
    STAGE_PREFIX,
    deal_in_stage,
    person_added,
    stage_of,
)
from connectors.pipedrive.blueprint import api_blueprint, takes, viewer
from connectors.pipedrive.company.routes import admins_only
from connectors.pipedrive.company.store import get_company, get_row
from connectors.pipedrive.contacts.fields import FieldBook
from connectors.pipedrive.contacts.merge_fields import listed
from connectors.pipedrive.context import context
from connectors.pipedrive.errors import NotAllowed
from connectors.pipedrive.platform.looking_up import fields_of, stages_of, user_of
from connectors.shared.access import Access, access
from connectors.shared.automations import store
from connectors.shared.automations.definitions import Owner, Trigger
from connectors.shared.automations.schemas import AutomationChangesSchema
from connectors.shared.automations.tables import automations
from connectors.shared.errors import NotFound

NOWHERE: Final = "There is no such automation."
NO_DEALS: Final = (
    "Pipedrive does not let the app read your deals' stages. Install the app anew, and choose Allow and install."
)
_SHOWN_ONCE: Final = "variables"

blueprint = api_blueprint("automations")


@dataclass(frozen=True, slots=True)
class Offer:
    """A trigger with where it stands: a stage is None for a person, and for a stage that was removed."""

    trigger: Trigger
    stage: Stage | None = None


@blueprint.get("/automations")
@access(Access.SIGNED_TOKEN)
def search() -> dict[str, Any]:
    """List the automations: a person added, then each stage of each pipeline.

    `fields` are what texts may show, for people and for deals; `problem` says why Pipedrive does not tell of events,
    `stages_problem` why there are no stages.
    """
    parts, who = context(), viewer()
    stages, stages_problem = _stages()
    with parts.service.database.read() as connection:
        owner = _owner(connection)
        offers = _offers(connection, stages)
        problem = subscriptions.problem_of(connection, who.company_id)
        items = [_shown(connection, owner, offer) for offer in offers]
    people = listed(fields_of(parts, who))
    deals = [{"name": name, "label": label, "group": "Deal"} for name, label in DEAL_FIELDS.items()]
    fields = {"person": people, "deal": [*people, *deals]}
    return {"items": items, "fields": fields, "problem": problem, "stages_problem": stages_problem}


@blueprint.put("/automations/<trigger>")
@access(Access.SIGNED_TOKEN)
@admins_only
@takes(AutomationChangesSchema)
def change(body: dict[str, Any], trigger: str) -> dict[str, Any]:
    """Change what is given of an automation; what is left out stays, null clears."""
    parts, who = context(), viewer()
    offer = _offer(trigger, anew=True)
    with parts.service.database.write() as connection:
        get_row(connection, who.company_id, lock=True)
        owner = _owner(connection)
        if offer.stage is None and trigger not in {PERSON_ADDED, *_decided(connection)}:
            raise NotFound(NOWHERE)
        store.put_automation(connection, owner, offer.trigger, body)
        subscriptions.adjust(connection, who)
        return _shown(connection, owner, offer)


@blueprint.post("/automations/<trigger>/preview")
@access(Access.SIGNED_TOKEN)
@takes(AutomationChangesSchema)
def preview(body: dict[str, Any], trigger: str) -> dict[str, Any]:
    """Show what a contact who does not exist would get, with changes that are not kept."""
    parts, who = context(), viewer()
    offer, user = _offer(trigger), user_of(parts, who)
    own = {"name": user.name, "email": user.email, "phone": user.phone, "company": user.company_name}
    values = {"user": {**offer.trigger.sample["user"], **{name: value for name, value in own.items() if value}}}
    with parts.service.database.read() as connection:
        return store.preview(connection, _owner(connection), offer.trigger, body, values)


def _owner(connection: Connection) -> Owner:
    """Return whose automations they are. Raises WrongState where no login has been saved."""
    return owner_of(get_company(connection, viewer().company_id))


def _stages() -> tuple[list[Stage], str | None]:
    """Return the stages that the viewer sees, and why there are none."""
    try:
        return stages_of(context(), viewer(), anew=True), None
    except NotAllowed:
        return [], NO_DEALS


def _offers(connection: Connection, stages: Sequence[Stage]) -> list[Offer]:
    """Return all that may be decided, and what is on of stages that are there no more, or hidden."""
    known = {stage.id for stage in stages}
    decided = (stage_of(name) for name in _decided(connection))
    gone = sorted(stage_id for stage_id in decided if stage_id is not None and stage_id not in known)
    return [
        Offer(person_added()),
        *(Offer(deal_in_stage(stage.id, stage), stage) for stage in stages),
        *(Offer(deal_in_stage(stage_id)) for stage_id in gone),
    ]


def _offer(name: str, *, anew: bool = False) -> Offer:
    """Return a trigger with what the company's texts may show. Raises NotFound, and what a call may."""
    parts, who = context(), viewer()
    stage_id = stage_of(name)
    if stage_id is None and name != PERSON_ADDED:
        raise NotFound(NOWHERE)
    # Anew: whoever misses a field makes it in Pipedrive and then saves.
    book: FieldBook = fields_of(parts, who, anew=anew)
    if stage_id is None:
        return Offer(person_added(book))
    stage = next((each for each in stages_of(parts, who, anew=anew) if each.id == stage_id), None)
    return Offer(deal_in_stage(stage_id, stage, book), stage)


def _decided(connection: Connection) -> list[str]:
    """Return the stages' triggers that the company has switched on."""
    own = automations.c
    statement = select(own.trigger).where(
        own.owner == owner_name(viewer().company_id), own.trigger.startswith(STAGE_PREFIX, autoescape=True)
    )
    return list(connection.scalars(statement.where(own.enabled.is_(True)).order_by(own.trigger)))


def _shown(connection: Connection, owner: Owner, offer: Offer) -> dict[str, Any]:
    shown = store.shown(store.get_automation(connection, owner, offer.trigger), offer.trigger)
    shown.pop(_SHOWN_ONCE)  # the same for all of a kind
    stage = offer.stage
    is_gone = stage is None and offer.trigger.name != PERSON_ADDED
    return shown | {"pipeline": None if stage is None else stage.pipeline, "gone": is_gone}
