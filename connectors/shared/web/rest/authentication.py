"""Who is calling: `Authorization: Bearer <API key>`, checked before anything else of a request is read."""

from typing import Final

from flask import current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from connectors.shared.access import Access, declared
from connectors.shared.accounts.api_keys import Holder
from connectors.shared.web.credentials import shown_credentials
from connectors.shared.web.rest.parts import parts

_REALM: Final = "connectors"


def authenticate() -> None:
    """Let a request pass as its route declares; one that declares nothing asks for a key, too.

    Raises Unauthorized (401 with WWW-Authenticate).
    """
    if declared(current_app, request.endpoint or "", request.method) is not Access.PUBLIC:
        g.account_id, g.key_id = _holder()


def caller() -> int:
    """Return the id of the account whose key came with this request."""
    account_id: int = g.account_id
    return account_id


def _holder() -> Holder:
    credentials = shown_credentials()
    if credentials is None or credentials.type != "bearer" or not credentials.token:
        raise _unauthorized("Send your API key in a header: `Authorization: Bearer <API key>`.")
    holder = parts().key_holders.holder_of(credentials.token)
    if holder is None:
        raise _unauthorized("This API key is unknown, or was revoked.", error="invalid_token")
    return holder


def _unauthorized(detail: str, **parameters: str | None) -> Unauthorized:
    # https://www.rfc-editor.org/rfc/rfc6750#section-3
    return Unauthorized(detail, www_authenticate=WWWAuthenticate("bearer", {"realm": _REALM, **parameters}))
