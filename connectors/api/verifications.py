"""`/api/v1/verifications`: numbers are verified by one-time codes, or by a call from them."""

from http import HTTPStatus
from typing import Any, Final

from flask import Response

from connectors.api.context import context
from connectors.api.idempotent import CREATED_HEADERS, KEY_PARAMETER, answer, idempotent
from connectors.api.schemas_verifications import CheckedSchema, CodeSchema, NewVerificationSchema, VerificationSchema
from connectors.shared.access import Access, access
from connectors.shared.problems import problem
from connectors.shared.verifications.errors import ChannelRefused, RecipientRefused, TooManyCodes, VendorUnavailable
from connectors.shared.verifications.starting import NewVerification
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.shared.web.rest.paging import path_id

NOWHERE: Final = "There is no such verification."
VERIFICATION_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "verification_id",
    "description": "The verification's id.",
    "schema": {"type": "string", "format": "uuid"},
}

blueprint = ApiBlueprint("verifications", "/verifications", "One-time codes that prove who has a phone.")


@blueprint.on("POST", "", parameters=[KEY_PARAMETER])
@access(Access.API_KEY)
@blueprint.takes(NewVerificationSchema, "json")
@blueprint.creates(
    VerificationSchema,
    "The verification: its code is on its way, or `call` says which number to call.",
    CREATED_HEADERS,
)
@blueprint.refuses(HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, *WITH_A_BODY)
def start(body: dict[str, Any]) -> Response:
    """Send a one-time code, or ask for a call.

    Answered once the vendor has taken it. While the vendor sends the number no other code, that one's verification is
    the answer. By `CALL` nothing is sent: show the person the number in `call`, and ask until it is `approved`.
    """
    with idempotent() as once:
        if once.replay is not None:
            return once.replay
        new = NewVerification(caller(), **body | {"channels": tuple(body["channels"])})
        try:
            made = context().service.verifications.starter.start(new)
        except RecipientRefused as error:
            raise _invalid(error) from None
        shown = VerificationSchema().dump(made)
        if not once.keyed:
            return answer(shown, made["id"])
        with context().service.database.write() as connection:
            return once.complete(connection, shown, made["id"])


@blueprint.on("GET", "/<verification_id>", parameters=[VERIFICATION_ID])
@access(Access.API_KEY)
@blueprint.answers(VerificationSchema, "The verification.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(verification_id: str) -> dict[str, Any]:
    """Show a verification."""
    return context().service.verifications.show(caller(), path_id(verification_id, NOWHERE))


@blueprint.on("POST", "/<verification_id>/check", parameters=[VERIFICATION_ID])
@access(Access.API_KEY)
@blueprint.takes(CodeSchema, "json")
@blueprint.answers(CheckedSchema, "What the check ended in; only `approved` proves anything.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *WITH_A_BODY)
def check(body: dict[str, Any], verification_id: str) -> dict[str, Any]:
    """Check a code.

    Five wrong ones lock the verification. Where the vendor cannot be asked the answer is 503, and while a call is
    awaited 409: no try is lost.
    """
    checker = context().service.verifications.checker
    return checker.check(caller(), path_id(verification_id, NOWHERE), body["code"]).present()


@blueprint.on("POST", "/<verification_id>/resend", parameters=[VERIFICATION_ID])
@access(Access.API_KEY)
@blueprint.answers(VerificationSchema, "The verification; another code is on its way, and only that one is good.")
@blueprint.refuses(
    HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS
)
def resend(verification_id: str) -> dict[str, Any]:
    """Send another code by the next channel.

    After the last channel comes the first again. The vendor may send no second code while the first is good: 429.
    Wrong codes stay counted.
    """
    try:
        return context().service.verifications.starter.resend(caller(), path_id(verification_id, NOWHERE))
    except RecipientRefused as error:
        raise _invalid(error) from None


def _invalid(error: RecipientRefused) -> InvalidFields:
    return InvalidFields({"channels" if isinstance(error, ChannelRefused) else "to": [str(error)]})


def _too_many(error: TooManyCodes) -> Response:
    return problem(429, str(error), retry_after=error.retry_after)


def _unavailable(error: VendorUnavailable) -> Response:
    return problem(503, str(error), retry_after=error.retry_after)


blueprint.register_error_handler(TooManyCodes, _too_many)
blueprint.register_error_handler(VendorUnavailable, _unavailable)
