"""`/api/v1/account`: the caller's own account."""

from http import HTTPStatus

from connectors.api.authentication import caller
from connectors.api.blueprint import ApiBlueprint
from connectors.api.context import context
from connectors.api.schemas_account import AccountSchema
from connectors.shared.access import Access, access
from connectors.shared.accounts.health import AccountHealth, account_health

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
