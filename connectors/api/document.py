"""The OpenAPI 3.1 document at `/api/v1/openapi.json`, made of the schemas that validate."""

from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response
from flask_smorest import Api

from connectors import __version__
from connectors.api.blueprint import PREFIX
from connectors.api.schemas import ProblemSchema
from connectors.shared.access import Access, access
from connectors.shared.problems import MEDIA_TYPE

_CONFIG_PREFIX: Final = "REST"
_KEY: Final = "ApiKey"
_HEADERS: Final[dict[HTTPStatus, dict[str, Any]]] = {
    HTTPStatus.UNAUTHORIZED: {
        "WWW-Authenticate": {"schema": {"type": "string"}, "required": True, "description": "What to send."}
    },
    HTTPStatus.SERVICE_UNAVAILABLE: {
        "Retry-After": {"schema": {"type": "integer"}, "required": True, "description": "Seconds to wait."}
    },
}


class ApiDocument(Api):  # type: ignore[misc]  # flask-smorest has no types
    """Collects what blueprints document. Errors are the blueprints' and the app's own, not flask-smorest's."""

    # Each operation names its own refusals, so that whoever tests against the document sees any other.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        prefix = f"{_CONFIG_PREFIX}_"
        app.config[f"{prefix}OPENAPI_URL_PREFIX"] = PREFIX
        super().__init__(app, config_prefix=_CONFIG_PREFIX, spec_kwargs=_about())
        self.spec.components.security_scheme(
            _KEY,
            {"type": "http", "scheme": "bearer", "description": "A key from `connectors api-keys create`."},
        )

    @access(Access.PUBLIC)
    def _openapi_json(self) -> Response:
        response: Response = super()._openapi_json()
        return response

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            response = {
                "description": status.phrase,
                "content": {MEDIA_TYPE: {"schema": ProblemSchema}},
                "headers": _HEADERS.get(status, {}),
            }
            self.spec.components.response(status.name, response, lazy=True)

    def _register_error_handlers(self) -> None:
        return

    def _register_pagination_header(self) -> None:
        # Lists are paged by cursor, in their bodies.
        return


def _about() -> dict[str, Any]:
    return {
        "title": "Message Central connectors",
        "version": __version__,
        "openapi_version": "3.1.0",
        "info": {
            "description": (
                "Messages through Message Central. Moments are RFC 3339 in UTC; numbers are E.164. Errors are "
                "problem documents (RFC 9457). Unknown fields are refused."
            )
        },
        "security": [{_KEY: []}],
    }
