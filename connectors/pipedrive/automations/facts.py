"""What Pipedrive knows of whom a step is about, asked when it is due: nothing is kept of it."""

from dataclasses import dataclass, field
from typing import Any, Final

from connectors.pipedrive.automations.deals import DELETED, LOST, Deal, Stage, ask_deal
from connectors.pipedrive.automations.triggers import stage_of
from connectors.pipedrive.contacts.fields import NO_FIELDS
from connectors.pipedrive.contacts.merge_fields import Needs, needs, values_of
from connectors.pipedrive.contacts.people import Person
from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Gone
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.looking_up import (
    fields_of,
    organization_name_of,
    person_of,
    stages_of,
    user_of,
)
from connectors.shared.automations.definitions import Automation
from connectors.shared.automations.sources import Ended
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Step
from connectors.shared.templates.rendering import TemplateUnreadable, compile_text

_EVERYTHING: Final = Needs(org=True, custom_fields=True, user=True, names=None)
_ENDED_DEAL: Final = {
    LOST: Ended(StepStatus.STOPPED, Reason.CANCELED, "The deal was lost."),
    DELETED: Ended(StepStatus.STOPPED, Reason.CANCELED, "The deal was deleted."),
}
_NO_DEAL: Final = Ended(
    StepStatus.STOPPED, Reason.CANCELED, "Pipedrive has no such deal any more, or it is hidden from whom we ask for."
)
_MOVED: Final = Ended(StepStatus.STOPPED, Reason.CANCELED, "The deal is no longer in this stage.")
_NO_CONTACT: Final = Ended(StepStatus.SKIPPED, Reason.NO_NUMBER, "The deal has no contact person.")
_NO_PERSON: Final = Ended(
    StepStatus.SKIPPED,
    Reason.NO_NUMBER,
    "Pipedrive has no such contact any more, or it is hidden from whom we ask for.",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Whom a step is about, as one user of the company sees them, and what a text may show."""

    who: GrantKey
    person: Person = field(repr=False)
    values: dict[str, Any] = field(repr=False)


def ask_facts(parts: Context, who: GrantKey, step: Step, automation: Automation) -> Facts | Ended:
    """Return whom a step is about, or why nobody is to be texted. Raises what a call may."""
    wanted = wants(automation)
    deal: dict[str, Any] = {}
    person_id: int | None
    if "deal" in step.refs:
        found = _deal(parts, who, step)
        if isinstance(found, Ended):
            return found
        person_id, deal = found.person_id, {"deal": _shown(parts, who, found, wanted)}
    else:
        person_id = int(step.refs["person"])
    if person_id is None:
        return _NO_CONTACT
    try:
        person = person_of(parts, who, person_id, anew=True)
    except Gone:
        return _NO_PERSON
    if person.is_deleted:
        return _NO_PERSON
    return Facts(who, person, _values(parts, who, person, wanted) | deal)


def wants(automation: Automation) -> Needs:
    """Tell what an automation's text and its conditions look up."""
    conditions = "".join(f"{{{{ {condition.field} }}}}" for condition in automation.conditions)
    try:
        return needs(compile_text(f"{automation.template}{conditions}"))
    except TemplateUnreadable:
        return _EVERYTHING


def _deal(parts: Context, who: GrantKey, step: Step) -> Deal | Ended:
    try:
        deal = ask_deal(parts.pipedrive, who, int(step.refs["deal"]))
    except Gone:
        return _NO_DEAL
    if deal.status in _ENDED_DEAL:
        return _ENDED_DEAL[deal.status]
    return deal if deal.stage_id == stage_of(step.trigger) else _MOVED


def _shown(parts: Context, who: GrantKey, deal: Deal, wanted: Needs) -> dict[str, Any]:
    stage = _stage(parts, who, deal) if _looks_up(wanted, "deal.stage", "deal.pipeline") else None
    values = {
        "title": deal.title,
        "value": deal.value,
        "status": deal.status,
        "stage": stage and stage.name,
        "pipeline": stage and stage.pipeline,
    }
    return {name: value for name, value in values.items() if value is not None}


def _stage(parts: Context, who: GrantKey, deal: Deal) -> Stage | None:
    return next((stage for stage in stages_of(parts, who) if stage.id == deal.stage_id), None)


def _looks_up(wanted: Needs, *names: str) -> bool:
    return wanted.names is None or not wanted.names.isdisjoint((*names, "deal"))


def _values(parts: Context, who: GrantKey, person: Person, wanted: Needs) -> dict[str, Any]:
    book = fields_of(parts, who) if wanted.custom_fields else NO_FIELDS
    user = user_of(parts, who) if wanted.user else None
    org_name = organization_name_of(parts, who, person) if wanted.org else None
    return values_of(person, org_name, book, user, wanted)
