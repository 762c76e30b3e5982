"""What every refusal of the pages' API has to be."""

from typing import Any

from werkzeug.test import TestResponse


def problem_of(response: TestResponse, status: int) -> dict[str, Any]:
    """Check that an answer is a problem document of this status, and return it."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json(force=True)
    assert body["status"] == status
    assert body["detail"]
    if status == 503:
        assert int(response.headers["Retry-After"]) > 0
    return body


def faults_of(response: TestResponse) -> dict[str, list[str]]:
    """Return what is wrong with which field."""
    found: dict[str, list[str]] = problem_of(response, 422)["errors"]
    assert all(words for texts in found.values() for words in texts)
    return found
