"""What may happen in a company's Pipedrive: a person is added, or a deal enters one of its stages."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.pipedrive.automations.deals import Stage
from connectors.pipedrive.contacts.fields import NO_FIELDS, FieldBook
from connectors.pipedrive.contacts.merge_fields import FIELDS
from connectors.pipedrive.shapes import LARGEST_ID
from connectors.shared.automations.definitions import Trigger
from connectors.shared.automations.states import Hours
from connectors.shared.templates.money import Money

PERSON_ADDED: Final = "person_added"
STAGE_PREFIX: Final = "deal_in_stage_"
DEAL_FIELDS: Final[Mapping[str, str]] = {
    "deal.title": "Deal title",
    "deal.value": "Deal value",
    "deal.stage": "Stage",
    "deal.pipeline": "Pipeline",
    "deal.status": "Status: open or won",
}

_PERSON_FIELDS: Final = {name: label for name, label, _ in FIELDS}
_GREETING: Final = 'Hello {{ person.first_name | default: "there" }}'
_WELCOME: Final = f"{_GREETING}, thank you for your interest. We will be in touch soon. {{{{ user.company }}}}"
_PROGRESS: Final = f"{_GREETING}, we are working on your request and will be in touch soon. {{{{ user.company }}}}"
_PERSON: Final[Mapping[str, Any]] = {
    "first_name": "Asha",
    "last_name": "Rao",
    "name": "Asha Rao",
    "email": "asha@example.com",
    "phone": "+91 98161 11111",
    "org": {"name": "Meadow & Sons"},
}
_USER: Final[Mapping[str, Any]] = {
    "name": "Meera Nair",
    "email": "meera@example.com",
    "phone": "+91 98161 22222",
    "company": "Acme",
}
_DEAL: Final[Mapping[str, Any]] = {
    "title": "Twelve blue kurtas",
    "value": Money("14990.00", "INR"),
    "stage": "Proposal made",
    "pipeline": "Sales",
    "status": "open",
}


def person_added(book: FieldBook = NO_FIELDS) -> Trigger:
    """Return the trigger of an added person; texts may show the company's custom fields."""
    return Trigger(
        name=PERSON_ADDED,
        title="Person added",
        about="To everybody who is added to your contacts, however that is done: by hand, a form, an import.",
        texts={"en": _WELCOME},
        fields=_PERSON_FIELDS | _custom(book),
        sample=_sample(book),
        hours=Hours.DAY,
    )


def deal_in_stage(stage_id: int, stage: Stage | None = None, book: FieldBook = NO_FIELDS) -> Trigger:
    """Return the trigger of a deal that enters a stage; `stage` is None where nobody needs its name."""
    return Trigger(
        name=f"{STAGE_PREFIX}{stage_id}",
        title=f"Stage {stage_id}" if stage is None else stage.name,
        about="To the contact of each deal that enters this stage. A deal that is lost, deleted or moved on before "
        "its text is due gets none; one that comes back gets another one after a day.",
        texts={"en": _PROGRESS},
        fields={**_PERSON_FIELDS, **_custom(book), **DEAL_FIELDS},
        sample=_sample(book) | {"deal": _named(_DEAL, stage)},
        hours=Hours.DAY,
    )


def stage_of(trigger: str) -> int | None:
    """Return the id of the stage that a trigger's name is about, None where it is about none."""
    digits = trigger.removeprefix(STAGE_PREFIX)
    is_id = digits != trigger and digits.isascii() and digits.isdecimal() and not digits.startswith("0")
    return int(digits) if is_id and len(digits) < len(str(LARGEST_ID)) else None


class Triggers(Mapping[str, Trigger]):
    """All triggers by name. There is one for each stage that anybody has, so only the first can be counted."""

    def __getitem__(self, name: str) -> Trigger:
        if name == PERSON_ADDED:
            return person_added()
        stage_id = stage_of(name)
        if stage_id is None:
            raise KeyError(name)
        return deal_in_stage(stage_id)

    def __iter__(self) -> Iterator[str]:
        return iter((PERSON_ADDED,))

    def __len__(self) -> int:
        return 1


def _custom(book: FieldBook) -> dict[str, str]:
    return {f"person.{name}": field.label for name, field in book.fields.items()}


def _sample(book: FieldBook) -> dict[str, Any]:
    custom = {name: field.label for name, field in book.fields.items()}
    return {"person": {**custom, **_PERSON}, "user": dict(_USER)}


def _named(deal: Mapping[str, Any], stage: Stage | None) -> dict[str, Any]:
    return {**deal, **({"stage": stage.name, "pipeline": stage.pipeline} if stage else {})}
