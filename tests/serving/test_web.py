import json
import socket

import pytest

from connectors.service import Service
from connectors.serving.web import LONGEST_REQUEST_LINE, WebServer, write_problem


def test_a_long_query_is_read(service: Service) -> None:
    assert WebServer(service.settings, "127.0.0.1", 8000).cfg.limit_request_line == LONGEST_REQUEST_LINE == 8_190


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
