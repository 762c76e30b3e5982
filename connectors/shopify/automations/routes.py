"""`/api/v1/shopify/{shop}/automations`: what is sent, when, to whom, and what it says."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import request
from marshmallow import fields, pre_load
from sqlalchemy import Connection

from connectors.shared.access import Access, access
from connectors.shared.automations import store
from connectors.shared.automations.definitions import Owner, Trigger
from connectors.shared.automations.schemas import (
    AutomationChangesSchema,
    AutomationListSchema,
    AutomationPreviewSchema,
    AutomationSchema,
    AutomationTrialSchema,
)
from connectors.shared.errors import NotFound
from connectors.shared.web.bodies import BoundedParser, InvalidFields
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.shopify.automations.trials import trial_of
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.context import context
from connectors.shopify.shops import Shop, shop_of_account

SHOP: Final[dict[str, Any]] = {
    "in": "path",
    "name": "shop",
    "description": "The shop's permanent domain.",
    "schema": {"type": "string", "example": "x.myshopify.com"},
}
TRIGGER: Final[dict[str, Any]] = {
    "in": "path",
    "name": "trigger",
    "description": "What happens.",
    "schema": {"type": "string", "enum": list(TRIGGERS)},
}
_EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "turn it on": {"enabled": True},
    "another text, later": {
        "template": "{{ customer.first_name }}, how do you like your {{ order.first_item }}?",
        "translations": {"de": "{{ customer.first_name }}, wie gefällt Ihnen {{ order.first_item }}?"},
        "delay_seconds": 864_000,
        "after": "order_shipped",
    },
    "for large orders by day": {
        "hours": "day",
        "conditions": [{"field": "order.total_price", "operator": "at_least", "value": 500}],
    },
}
_TRIALS: Final[dict[str, dict[str, Any]]] = {
    "as it is, in German": {"locale": "de"},
    "another text": {"template": "{{ shop.name }}: {{ order.name }} is {{ order.total_price | money }}."},
}
_SHOWN_ONLY: Final = frozenset(("title", "about", "text", "locales", "variables"))

blueprint = ApiBlueprint("shopify-automations", "/shopify/<shop>/automations", "What a shop's buyers are texted.")
_parser = BoundedParser()


class AutomationPutSchema(AutomationChangesSchema):
    """What to change of an automation; what is left out stays, null clears. All that GET tells may be put back."""

    trigger = fields.String(
        metadata={"description": "As in the path, or left out.", "example": "order_placed"},
    )

    @pre_load
    def _leave_out(self, data: Any, **_: Any) -> Any:
        """Leave out what GET shows and nobody decides."""
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if name not in _SHOWN_ONLY}


@blueprint.on("GET", "", parameters=[SHOP])
@access(Access.API_KEY)
@blueprint.answers(AutomationListSchema, "What may be sent, in the order in which a buyer lives through it.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def search(shop: str) -> dict[str, Any]:
    """List the automations of a shop."""
    with context().service.database.read() as connection:
        found = store.list_automations(connection, _owner(connection, shop), TRIGGERS)
    return {"items": [store.shown(automation, TRIGGERS[automation.trigger]) for automation in found]}


@blueprint.on("GET", "/<trigger>", parameters=[SHOP, TRIGGER])
@access(Access.API_KEY)
@blueprint.answers(AutomationSchema, "The automation.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(shop: str, trigger: str) -> dict[str, Any]:
    """Show an automation."""
    with context().service.database.read() as connection:
        owner, wanted = _owner(connection, shop), _trigger(trigger)
        return store.shown(store.get_automation(connection, owner, wanted), wanted)


@blueprint.on("PUT", "/<trigger>", parameters=[SHOP, TRIGGER])
@access(Access.API_KEY)
@blueprint.takes(AutomationPutSchema, "json", _EXAMPLES)
@blueprint.answers(AutomationSchema, "The automation as it is now.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, *WITH_A_BODY)
def change(body: dict[str, Any], shop: str, trigger: str) -> dict[str, Any]:
    """Change an automation. What is left out stays; null clears. What waits to be sent is sent as it is then."""
    named = body.pop("trigger", trigger)
    with context().service.database.write() as connection:
        owner, wanted = _owner(connection, shop), _trigger(trigger)
        if named != trigger:
            raise InvalidFields({"trigger": [f"The path says {trigger}: leave it out."]})
        return store.shown(store.put_automation(connection, owner, wanted, _decisions(body, wanted)), wanted)


@blueprint.on("POST", "/<trigger>/preview", parameters=[SHOP, TRIGGER])
@access(Access.API_KEY)
@blueprint.reads({"application/json": AutomationTrialSchema}, _TRIALS, required=False)
@blueprint.answers(AutomationPreviewSchema, "What somebody would get.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, *WITH_A_BODY)
def preview(shop: str, trigger: str) -> dict[str, Any]:
    """Show what somebody would get, with a sample order or one of your own. Nothing is sent, and no change is kept."""
    given: dict[str, Any] = _parser.parse(AutomationTrialSchema(), request, location="json") if _has_body() else {}
    with context().service.database.read() as connection:
        whose, wanted = shop_of_account(connection, caller(), shop), _trigger(trigger)
        values, locale = trial_of(whose, trigger, given.pop("order", None))
        tried = given if given.get("locale") else given | {"locale": locale}
        return store.preview(connection, _owner_of(whose), wanted, tried, values)


def _owner(connection: Connection, shop: str) -> Owner:
    """Return whose automations they are. Raises NotFound where the shop is not the caller's."""
    return _owner_of(shop_of_account(connection, caller(), shop))


def _owner_of(shop: Shop) -> Owner:
    if shop.owner is None:
        raise NotFound("There is no such shop.")
    return shop.owner


def _trigger(name: str) -> Trigger:
    if name not in TRIGGERS:
        raise NotFound(f"There is no such trigger. There is {', '.join(TRIGGERS)}.")
    return TRIGGERS[name]


def _decisions(body: dict[str, Any], trigger: Trigger) -> dict[str, Any]:
    """Return changes without texts of ours that were told and are put back: nobody decided for them."""
    first, *_ = trigger.texts.values()
    # With a template id (India's DLT) they did: that is what they registered.
    is_ours = body.get("template") == first and body.get("template_id") is None
    given = body | ({"template": None} if is_ours else {})
    if given.get("translations"):
        own = {locale: text for locale, text in given["translations"].items() if trigger.texts.get(locale) != text}
        given["translations"] = own or None
    return given


def _has_body() -> bool:
    return bool(request.get_data())
