"""What the OpenAPI document says in words."""

from http import HTTPStatus
from typing import Final

ABOUT: Final = """\
**Key.** Each request brings a header `Authorization: Bearer mck_…`. `connectors api-keys create` makes a key; it acts
for one account and sees nothing of any other.

**Forms.** Moments are RFC 3339 with an offset, in UTC where they are told. Numbers are told in E.164; those given may
be national where the account has a country. Fields that are not known are refused.

**Lists** come in pages: `items`, and `next` to be given as `cursor` for the page after; null at the end.

**Errors** are problem documents (RFC 9457): `detail` says what to do, and with 422 `errors` names the fields.

**Limits.** A key may make as many requests a second as `RateLimit-Limit` says in every answer; `RateLimit-Remaining` is
how many are left now. Above that the answer is 429, and `Retry-After` says how many seconds to wait.
"""

REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read as JSON in UTF-8.",
    HTTPStatus.UNAUTHORIZED: "Send your API key in a header: `Authorization: Bearer <API key>`.",
    HTTPStatus.NOT_FOUND: "It is not there, or is not yours.",
    HTTPStatus.CONFLICT: "It has moved on, and this cannot be done any more.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is larger than this takes.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send JSON, with the header `Content-Type: application/json`.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something that was sent does not fit; `errors` names the fields.",
    HTTPStatus.TOO_MANY_REQUESTS: "This API key may make 100 requests a second, and made more. Wait a second.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service cannot take it at the moment. Try again in a few seconds.",
}
"""What each refusal means where nothing narrower is said; also the `detail` of its example."""
