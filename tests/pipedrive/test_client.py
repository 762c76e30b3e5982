"""The client of Pipedrive's API: what each answer means."""

from typing import Any

import pytest

from connectors.pipedrive.errors import (
    Disconnected,
    Gone,
    InDoubt,
    NotAllowed,
    PipedriveError,
    RateLimited,
    Refused,
)
from connectors.pipedrive.platform.answers import (
    BLOCKED_PAUSE_SECONDS,
    DEFAULT_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Budget,
)
from connectors.pipedrive.platform.grants import AccessToken
from tests.pipedrive.calling import KEY, OK, PERSONS, asked, error_of
from tests.pipedrive.scripted import Step, answer

NOT_AUTHORIZED = answer({"success": False, "error": "unauthorized access", "errorCode": 401}, 401)
PAGE = b"<!DOCTYPE html><title>Attention Required! | Cloudflare</title>"


def test_an_answer_is_its_data_and_what_comes_with_it() -> None:
    body = {"success": True, "data": [{"id": 1}], "additional_data": {"next_cursor": "eyJ"}}
    daily = {"x-daily-ratelimit-token-remaining": "28000", "x-daily-ratelimit-token-limit": "30000"}
    with asked(answer(body, headers=daily)) as (pipedrive, server):
        found = pipedrive.get(KEY, PERSONS, {"ids": "1,2", "limit": 500})
    assert (found.data, found.next_cursor, found.budget) == ([{"id": 1}], "eyJ", Budget(28_000, 30_000))
    head = server.requests[0].decode()
    assert head.startswith("GET /api/v2/persons?ids=1,2&limit=500 HTTP/1.1\r\n")
    assert "\r\nAuthorization: Bearer token-0\r\n" in head


@pytest.mark.parametrize("additional", [None, {}, {"next_cursor": None}, {"next_cursor": ""}, {"next_cursor": 5}, []])
def test_a_list_ends(additional: Any) -> None:
    with asked(answer({"success": True, "data": [], "additional_data": additional})) as (pipedrive, _):
        assert pipedrive.get(KEY, PERSONS).next_cursor is None


@pytest.mark.parametrize("value", ["", "x", "nan"])
def test_a_budget_that_cannot_be_read_is_none(value: str) -> None:
    with asked(answer({"data": 1}, headers={"x-daily-ratelimit-token-remaining": value})) as (pipedrive, _):
        assert pipedrive.get(KEY, PERSONS).budget is None


def test_a_hundred_long_ids_with_fields_fit() -> None:
    ids = ",".join(str(10**11 + number) for number in range(100))
    fields = ",".join(f"{number:040x}" for number in range(15))
    with asked(OK) as (pipedrive, server):
        pipedrive.get(KEY, PERSONS, {"ids": ids, "custom_fields": fields, "cursor": "a+/=&b" * 50})
    assert ids.encode() in server.requests[0]
    assert b"&b=" not in server.requests[0]


def test_what_is_written() -> None:
    with asked(answer({"success": True, "data": {"id": 5}}, 201)) as (pipedrive, server):
        assert pipedrive.post(KEY, "/api/v1/notes", {"content": "né"}).data == {"id": 5}
    assert b"Content-Type: application/json" in server.requests[0]
    assert server.requests[0].endswith('{"content":"né"}'.encode())


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (answer({"success": False, "error": "payment required"}, 402), NotAllowed),
        (answer({"success": False, "error": "scope"}, 403), NotAllowed),
        (answer({"success": False, "error": "not found"}, 404), Gone),
        (answer(PAGE, 404), Gone),
        (answer({"success": False, "error": "deleted"}, 410), Gone),
        (answer({"success": False, "error": "ids must be numbers"}, 400), Refused),
        (answer({"success": False, "error": "feature is off"}, 415), Refused),
        (answer({"success": False, "error": "no"}, 422), Refused),
        (answer({"success": False, "error": "no"}, 200), InDoubt),
        (answer({"success": False}, 408), InDoubt),
        (answer({"success": False, "error": "oops"}, 500), InDoubt),
        (answer(PAGE, 502), InDoubt),
        (answer(PAGE, 503), InDoubt),
        (answer(PAGE, 200), InDoubt),
        (answer(b"[1]", 200), InDoubt),
        (answer(b"", 200), InDoubt),
        (answer(b'{"success":true,"data":[', 200), InDoubt),
        (answer(PAGE, 302, headers={"Location": "http://127.0.0.1:1/"}), InDoubt),
        (Step(b"HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\n" + b'{"success":true}', closes=True), InDoubt),
        (Step(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}   \r\n", closes=True), InDoubt),
        (Step(b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", closes=True), InDoubt),
        (Step(b"this is no HTTP at all\r\n\r\n", closes=True), InDoubt),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_an_answer_means(step: Step, kind: type[PipedriveError], method: str) -> None:
    with asked(step, step) as (pipedrive, server):
        assert isinstance(error_of(pipedrive, method), kind)
    assert method == "GET" or len(server.requests) == 1


def test_half_a_character_hides_nobody() -> None:
    body = b'{"success":true,"data":[{"id":1,"name":"Asha \\ud83d"},{"id":2,"name":"Leela \\ud83d\\ude00"}]}'
    with asked(answer(body)) as (pipedrive, _):
        names = [person["name"] for person in pipedrive.get(KEY, "/api/v2/persons").data]
    assert names == ["Asha ?", "Leela \N{GRINNING FACE}"]


def test_pipedrives_words_are_shown_but_no_number() -> None:
    refused = answer({"success": False, "error": "phone +91 98765-43210\nof 17 is\x00 bad " + "x" * 500}, 400)
    with asked(refused) as (pipedrive, _):
        words = str(error_of(pipedrive))
    assert "of 17 is bad" in words
    assert "98765" not in words
    assert len(words) < 300


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "1.5"}, 1.5),
        ({"x-ratelimit-reset": "2", "Retry-After": "600"}, 2.0),
        ({"x-ratelimit-reset": "0"}, 0.1),
        ({"x-ratelimit-reset": "-3"}, 0.1),
        ({"x-ratelimit-reset": "1800000000"}, LONGEST_PAUSE_SECONDS),
        ({"x-ratelimit-reset": "inf"}, LONGEST_PAUSE_SECONDS),
        ({"x-ratelimit-reset": "soon", "Retry-After": "7"}, 7.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.1),
        ({"Retry-After": "soon"}, DEFAULT_PAUSE_SECONDS),
        ({}, DEFAULT_PAUSE_SECONDS),
    ],
)
@pytest.mark.parametrize("body", [{"success": False, "error": "rate limit", "errorCode": 429}, PAGE])
def test_how_long_pipedrive_asks_us_to_wait(headers: dict[str, str], seconds: float, body: object) -> None:
    with asked(answer(body, 429, headers=headers)) as (pipedrive, server):
        error = error_of(pipedrive, "POST")
    assert isinstance(error, RateLimited)
    assert error.seconds == seconds
    assert len(server.requests) == 1


def test_a_page_of_the_gateways_in_place_of_an_answer_is_a_long_wait() -> None:
    with asked(answer(PAGE, 403, headers={"x-ratelimit-reset": "2"})) as (pipedrive, _):
        error = error_of(pipedrive)
    assert isinstance(error, RateLimited)
    assert error.seconds == BLOCKED_PAUSE_SECONDS


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_token_is_renewed_once_and_asked_again(method: str) -> None:
    with asked(NOT_AUTHORIZED, OK) as (pipedrive, server):
        call = {"GET": lambda: pipedrive.get(KEY, PERSONS), "POST": lambda: pipedrive.post(KEY, PERSONS, {})}
        assert call[method]().data == [1]
    assert [b"Bearer token-%d\r\n" % number in each for number, each in enumerate(server.requests)] == [True, True]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_new_token_that_is_refused_too(method: str) -> None:
    with asked(NOT_AUTHORIZED, NOT_AUTHORIZED) as (pipedrive, server):
        assert isinstance(error_of(pipedrive, method), Disconnected)
    assert len(server.requests) == 2


def test_who_a_token_is_of() -> None:
    with asked(answer({"success": True, "data": {"id": 7}})) as (pipedrive, server):
        assert pipedrive.who_is(AccessToken("fresh", 0, server.url)) == {"id": 7}
    assert server.requests[0].startswith(b"GET /api/v1/users/me HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("step", "kind"), [(NOT_AUTHORIZED, Disconnected), (OK, InDoubt), (answer({"success": True}), InDoubt)]
)
def test_whose_a_token_is_that_says_nothing(step: Step, kind: type[PipedriveError]) -> None:
    with asked(step) as (pipedrive, server), pytest.raises(kind):
        pipedrive.who_is(AccessToken("fresh", 0, server.url))
