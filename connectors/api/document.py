"""The OpenAPI 3.1 document at `/api/v1/openapi.json`, made of the schemas that validate."""

import threading
from http import HTTPStatus
from typing import Any, Final

from apispec import BasePlugin
from flask import Flask, Response
from flask_smorest import Api
from werkzeug.routing import Rule

from connectors import __version__
from connectors.api.document_words import ABOUT, REFUSALS
from connectors.shared.access import Access, access
from connectors.shared.problems import MEDIA_TYPE
from connectors.shared.web.rest.blueprint import PREFIX
from connectors.shared.web.rest.limits import HEADERS as LIMIT_HEADERS
from connectors.shared.web.shapes import ProblemSchema

_CONFIG_PREFIX: Final = "REST"
_KEY: Final = "ApiKey"
_RETRY_AFTER: Final = {"schema": {"type": "integer"}, "required": True, "description": "Seconds to wait."}
_HEADERS: Final[dict[HTTPStatus, dict[str, dict[str, Any]]]] = {
    HTTPStatus.UNAUTHORIZED: {
        "WWW-Authenticate": {"schema": {"type": "string"}, "required": True, "description": "What to send."}
    },
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": _RETRY_AFTER, **LIMIT_HEADERS},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": _RETRY_AFTER},
}


class OperationIds(BasePlugin):
    """Names each operation by its view, so that clients made of the document have methods with readable names."""

    def operation_helper(
        self,
        path: str | None = None,
        operations: dict[str, dict[str, Any]] | None = None,
        *,
        rule: Rule | None = None,
        **_: Any,
    ) -> None:
        """Add `messages_search` and the like."""
        if rule is None:
            return
        for operation in (operations or {}).values():
            operation.setdefault("operationId", rule.endpoint.replace(".", "_").replace("-", "_"))


class ApiDocument(Api):  # type: ignore[misc]  # flask-smorest has no types
    """Collects what blueprints document. Errors are the blueprints' and the app's own, not flask-smorest's."""

    # Each operation names its own refusals, so that whoever tests against the document sees any other.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        prefix = f"{_CONFIG_PREFIX}_"
        app.config[f"{prefix}OPENAPI_URL_PREFIX"] = PREFIX
        self._undescribed: list[Any] = []
        self._describing = threading.Lock()
        super().__init__(app, config_prefix=_CONFIG_PREFIX, spec_kwargs=_about() | {"extra_plugins": [OperationIds()]})
        self.spec.components.security_scheme(
            _KEY,
            {"type": "http", "scheme": "bearer", "description": "A key from `connectors api-keys create`."},
        )

    def register_blueprint(self, blp: Any, **_: Any) -> None:
        """Serve a resource. It is described once somebody asks for the document: that is most of the work."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._undescribed.append(blp)

    @access(Access.PUBLIC)
    def _openapi_json(self) -> Response:
        self._describe()
        response: Response = super()._openapi_json()
        return response

    def _describe(self) -> None:
        with self._describing:
            if self._undescribed:
                self._register_refusals()
            for blp in self._undescribed:
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
            self._undescribed.clear()

    def _register_responses(self) -> None:
        # Likewise once it is asked for.
        return

    def _register_refusals(self) -> None:
        for status in HTTPStatus:
            self.spec.components.response(status.name, _refusal(status), lazy=True)

    def _register_error_handlers(self) -> None:
        return

    def _register_pagination_header(self) -> None:
        # Lists are paged by cursor, in their bodies.
        return


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    words = REFUSALS.get(status, status.phrase)
    shown: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": words}
    if status is HTTPStatus.UNPROCESSABLE_ENTITY:
        shown |= {"detail": "Check limit.", "errors": {"limit": ["Must be between 1 and 500."]}}
    return {
        "description": words,
        "content": {MEDIA_TYPE: {"schema": ProblemSchema, "example": shown}},
        "headers": _HEADERS.get(status, {}),
    }


def _about() -> dict[str, Any]:
    return {
        "title": "Message Central connectors",
        "version": __version__,
        "openapi_version": "3.1.0",
        "info": {"summary": "Messages through Message Central.", "description": ABOUT},
        "servers": [{"url": "/", "description": "This service."}],
        "security": [{_KEY: []}],
    }
