"""What every problem document of the API has to be."""

from typing import Any

from werkzeug.test import TestResponse

MEMBERS = {"type", "title", "status", "detail"}


def problem_of(response: TestResponse, status: int) -> dict[str, Any]:
    """Check that an answer is a problem document of this status, and return it."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json(force=True)
    assert MEMBERS <= body.keys() <= MEMBERS | {"errors"}
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["detail"]
    return body
