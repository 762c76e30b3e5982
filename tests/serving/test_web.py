import json
import socket

import pytest
import requests

from connectors.serving.web import LONGEST_REQUEST_LINE, write_problem
from tests.serving.conftest import Install


def test_a_selection_of_hundreds_fits_into_the_address(install: Install) -> None:
    installation = install(CONNECTORS_WEB_WORKERS="1")
    installation.serve("--no-dispatch")

    def asked(octets: int) -> requests.Response:
        ids = "123456%2C" * (octets // 9)
        return requests.get(f"{installation.url}/healthz?selectedIds={ids}", timeout=10)

    assert [asked(octets).status_code for octets in (16_000, LONGEST_REQUEST_LINE - 200)] == [200, 200]
    refusal = asked(LONGEST_REQUEST_LINE + 200)
    assert refusal.status_code == 414
    assert "Send less in its query" in refusal.json()["detail"]


@pytest.mark.parametrize(
    ("status", "words"), [(414, "Send less in its query"), (400, "cannot be read"), (500, "has been logged")]
)
def test_what_gunicorn_cannot_read_is_a_problem_document_too(status: int, words: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        write_problem(ours, status, "Some Reason", "Invalid Request Line 'GET /?secret'")
        ours.shutdown(socket.SHUT_WR)
        head, _, body = theirs.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} Some Reason\r\n".encode())
    assert b"\r\nContent-Type: application/problem+json\r\n" in head
    assert f"\r\nContent-Length: {len(body)}".encode() in head
    problem = json.loads(body)
    assert (problem["title"], problem["status"]) == ("Some Reason", status)
    assert words in problem["detail"]
    assert b"secret" not in body
