"""Numbers as callers write them, where something is looked for by one."""

from sqlalchemy import Connection

from connectors.shared.accounts.health import default_country
from connectors.shared.phone_numbers import InvalidNumber, read_local_number, restore_plus
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.rest.authentication import caller


def digits_of(connection: Connection, field: str, given: str) -> str:
    """Return the digits of E.164; a national number is read as of the caller's country. Raises InvalidFields."""
    try:
        return read_local_number(restore_plus(given), default_country(connection, caller())).digits
    except InvalidNumber as error:
        raise InvalidFields({field: [str(error)]}) from None
