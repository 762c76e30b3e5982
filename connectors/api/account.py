"""`/api/v1/account`: the caller's own account."""

from http import HTTPStatus

from connectors.api.context import context
from connectors.api.schemas_account import AccountSchema
from connectors.shared.access import Access, access
from connectors.shared.accounts.health import AccountHealth, account_health
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import ApiBlueprint

blueprint = ApiBlueprint("account", "/account", "The account that a key belongs to.")


@blueprint.on("GET", "")
@access(Access.API_KEY)
@blueprint.answers(AccountSchema, "The account.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show() -> AccountHealth:
    """Show the account and how it is."""
    service = context().service
    with service.database.read() as connection:
        return account_health(connection, caller(), service.settings.daily_limit)
