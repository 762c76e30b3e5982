"""The stand-in for Pipedrive, byte by byte: OAuth, people, what is written, limits and faults."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey

from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.server import SandboxServer
from tests.sandbox.test_commands import running

FIELD = "a" * 40
MOBILE = {"label": "mobile", "value": "98161 11111", "primary": True}
CALLBACK = "http://127.0.0.1:8000/pipedrive/callback"


class Caller:
    """Somebody of company 1 who calls the API."""

    def __init__(self, server: SandboxServer, user_id: int = 7) -> None:
        self.url = server.url
        self.tokens = server.sandbox.pipedrive.issue_tokens(1, user_id)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"

    def get(self, path: str, **parameters: str | int) -> requests.Response:
        return self.session.get(f"{self.url}{path}", params=parameters, timeout=10)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(f"{self.url}{path}", json=body, timeout=10)


@pytest.fixture
def book(server: SandboxServer) -> PipedriveBook:
    book = server.sandbox.pipedrive
    book.add_company(1)
    book.add_user(1, 7, "Asha Example", is_admin=True)
    book.add_user(1, 8, "Bimal Sample")
    return book


@pytest.fixture
def api(server: SandboxServer, book: PipedriveBook) -> Iterator[Caller]:
    caller = Caller(server)
    yield caller
    caller.session.close()


def ask_token(server: SandboxServer, secret: str = CLIENT_SECRET, **form: str) -> requests.Response:
    return requests.post(f"{server.url}/oauth/token", data=form, auth=(CLIENT_ID, secret), timeout=10)


def ids_of(answer: requests.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["data"]]


def test_a_code_counts_once_and_a_refresh_keeps_its_token(server: SandboxServer, book: PipedriveBook) -> None:
    code = book.issue_code(1, 7)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    tokens = ask_token(server, **form).json()
    assert tokens["api_domain"] == server.url
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 3599)
    again = ask_token(server, **form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    refreshed = ask_token(server, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert refreshed["refresh_token"] == tokens["refresh_token"]
    assert refreshed["access_token"] != tokens["access_token"]
    assert book.refreshes == 1


def test_what_the_token_endpoint_refuses(server: SandboxServer, book: PipedriveBook) -> None:
    code = book.issue_code(1, 7, redirect_uri=CALLBACK)
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    assert ask_token(server, "wrong", **form, code=code).status_code == 401
    old = book.issue_code(1, 7, lifetime=0)
    assert ask_token(server, **form, code=old).status_code == 400
    elsewhere = ask_token(server, grant_type="authorization_code", code=code, redirect_uri="https://example.com")
    assert elsewhere.status_code == 400
    refresh_token = book.issue_tokens(1, 7)["refresh_token"]
    book.kill_grant(1, 7)
    dead = ask_token(server, grant_type="refresh_token", refresh_token=refresh_token)
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
    assert book.refreshes == 0


def test_tokens_that_are_none(server: SandboxServer, book: PipedriveBook, api: Caller) -> None:
    assert api.get("/api/v1/users/me").json()["data"]["company_id"] == 1
    book.expire_access_tokens()
    refused = api.get("/api/v1/users/me")
    assert refused.status_code == 401
    body = refused.json()
    assert (body["success"], body["error"], body["errorCode"]) == (False, "unauthorized access", 401)
    refresh_token = api.tokens["refresh_token"]
    fresh = ask_token(server, grant_type="refresh_token", refresh_token=refresh_token).json()
    api.session.headers["Authorization"] = f"Bearer {fresh['access_token']}"
    assert api.get("/api/v1/users/me").status_code == 200
    revoked = {"token": refresh_token, "token_type_hint": "refresh_token"}
    requests.post(f"{server.url}/oauth/revoke", data=revoked, auth=(CLIENT_ID, CLIENT_SECRET), timeout=10)
    assert api.get("/api/v1/users/me").status_code == 401


def test_a_signed_token(book: PipedriveBook) -> None:
    token = jwt.decode(book.signed_token(1, 7), OctKey.import_key(CLIENT_SECRET.encode()), algorithms=["HS256"])
    assert (token.header["alg"], token.claims["userId"], token.claims["companyId"]) == ("HS256", 7, 1)
    assert token.claims["exp"] - token.claims["iat"] == 300


def test_a_person(book: PipedriveBook, api: Caller) -> None:
    organization = book.add_organization(1, "Example Tea Traders")
    book.add_field(1, FIELD, "City", "enum", {1: "Pune"})
    number = book.add_person(1, "Chitra Placeholder", [MOBILE], org_id=organization, custom_fields={FIELD: 1})
    person = api.get(f"/api/v2/persons/{number}").json()["data"]
    assert person["phones"] == [MOBILE]
    assert person["custom_fields"] == {FIELD: 1}
    assert (person["first_name"], person["last_name"]) == ("Chitra", "Placeholder")
    assert (person["owner_id"], person["org_id"], person["is_deleted"]) == (7, organization, False)
    assert api.get(f"/api/v2/organizations/{organization}").json()["data"]["name"] == "Example Tea Traders"
    field = api.get("/api/v2/personFields").json()["data"][-1]
    assert (field["field_code"], field["is_custom_field"], field["options"][0]["label"]) == (FIELD, True, "Pune")
    assert api.get("/api/v1/personFields").json()["data"][-1]["key"] == FIELD


def test_who_is_hidden_or_deleted(server: SandboxServer, book: PipedriveBook, api: Caller) -> None:
    seen, hidden = book.add_person(1, "Devan Specimen"), book.add_person(1, "Esha Fiction", hidden_from=[8])
    gone = book.add_person(1, "Farhan Pretend")
    book.delete_person(1, gone)
    everybody = f"{seen},{hidden},{gone},99"
    other = Caller(server, user_id=8)
    assert ids_of(api.get("/api/v2/persons", ids=everybody)) == [seen, hidden]
    assert ids_of(other.get("/api/v2/persons", ids=everybody)) == [seen]
    assert other.get(f"/api/v2/persons/{hidden}").status_code == 404
    assert api.get(f"/api/v2/persons/{gone}").json()["data"]["is_deleted"] is True
    book.add_company(2)
    book.add_user(2, 7)
    tokens = book.issue_tokens(2, 7)
    api.session.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    assert api.get(f"/api/v2/persons/{seen}").status_code == 404
    other.session.close()


def test_lists_and_their_pages(book: PipedriveBook, api: Caller) -> None:
    people = [book.add_person(1, f"Person {number}", owner_id=7 + number % 2) for number in range(7)]
    chosen = book.add_filter(1, "Customers", people[2:6])
    assert ids_of(api.get("/api/v2/persons", owner_id=8)) == people[1::2]
    assert ids_of(api.get("/api/v2/persons", deal_id=1)) == []
    assert ids_of(api.get("/api/v2/persons", filter_id=chosen, ids="1", owner_id=8)) == people[2:6]
    first = api.get("/api/v2/persons", limit=3)
    cursor = first.json()["additional_data"]["next_cursor"]
    assert ids_of(first) == people[:3]
    second = api.get("/api/v2/persons", limit=4, cursor=cursor)
    assert ids_of(second) == people[3:]
    assert second.json()["additional_data"]["next_cursor"] is None
    assert ids_of(api.get("/api/v2/persons", sort_direction="desc", limit=2)) == people[:-3:-1]
    assert [item["name"] for item in api.get("/api/v1/filters", type="people").json()["data"]] == ["Customers"]
    assert api.get(f"/api/v1/filters/{chosen}").json()["data"]["name"] == "Customers"
    assert api.get("/api/v1/filters/99").status_code == 404


@pytest.mark.parametrize(
    "parameters",
    [
        {"ids": ",".join(str(number) for number in range(1, 102))},
        {"ids": "one"},
        {"limit": 501},
        {"limit": 0},
        {"owner_id": "me"},
        {"cursor": "?"},
        {"sort_by": "name"},
        {"updated_since": "yesterday"},
    ],
)
def test_lists_that_are_refused(api: Caller, parameters: dict[str, str | int]) -> None:
    refused = api.get("/api/v2/persons", **parameters)
    assert (refused.status_code, refused.json()["success"]) == (400, False)


def test_notes(book: PipedriveBook, api: Caller) -> None:
    person = book.add_person(1, "Gita Mockup")
    assert api.get("/api/v1/notes", person_id=person).json()["data"] is None
    for content in ("<b>One</b>", "Two"):
        made = api.post("/api/v1/notes", {"content": content, "person_id": person})
        assert made.json()["data"]["content"] == content
    newest = api.get("/api/v1/notes", person_id=person, sort="id DESC", limit=1).json()
    assert [note["content"] for note in newest["data"]] == ["Two"]
    assert newest["additional_data"]["pagination"]["next_start"] == 1
    assert [note["content"] for note in book.notes(1)] == ["<b>One</b>", "Two"]
    assert api.post("/api/v1/notes", {"person_id": person}).status_code == 400
    assert api.post("/api/v1/notes", {"content": "Nobody's"}).status_code == 400
    assert api.post("/api/v1/notes", {"content": "Whose?", "person_id": 99}).status_code == 404


def test_activities(book: PipedriveBook, api: Caller) -> None:
    person = book.add_person(1, "Hari Prototype")
    given = {"subject": "SMS", "type": "sms", "done": True, "participants": [{"person_id": person, "primary": True}]}
    made = api.post("/api/v2/activities", {**given, "person_id": 99, "due_date": "2026-11-21", "due_time": "14:05"})
    activity = made.json()["data"]
    assert (activity["person_id"], activity["creator_user_id"], activity["done"]) == (person, 7, True)
    assert activity["marked_as_done_time"].endswith("Z")
    assert ids_of(api.get("/api/v2/activities", person_id=person)) == [activity["id"]]
    assert ids_of(api.get("/api/v2/activities", person_id=99)) == []
    assert api.get(f"/api/v2/activities/{activity['id']}").json()["data"]["subject"] == "SMS"
    assert "sms" in [kind["key_string"] for kind in api.get("/api/v1/activityTypes").json()["data"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "pigeon"},
        {"done": 1},
        {"done": "true"},
        {"owner_id": "7"},
        {"due_date": "21.11.2026"},
        {"participants": [{"person_id": "1", "primary": True}]},
        {"participants": [{"person_id": 99, "primary": True}]},
        {"participants": {"person_id": 1}},
    ],
)
def test_activities_that_are_refused(book: PipedriveBook, api: Caller, wrong: dict[str, Any]) -> None:
    assert api.post("/api/v2/activities", {"subject": "SMS", "type": "sms", **wrong}).status_code == 400
    assert book.activities(1) == []


def test_bursts(book: PipedriveBook, api: Caller) -> None:
    assert api.get("/api/v2/persons").headers["x-ratelimit-limit"] == "80"
    book.burst(2, window_seconds=60)
    assert [api.get("/api/v2/persons").headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
    refused = api.get("/api/v2/persons")
    assert (refused.status_code, refused.json()["errorCode"]) == (429, 429)
    assert 50 < float(refused.headers["x-ratelimit-reset"]) <= 60


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("html", 403), ("daily", 429)])
def test_faults_are_done_as_often_as_asked(book: PipedriveBook, api: Caller, kind: str, status: int) -> None:
    person = book.add_person(1, "Ila Invented")
    book.misbehave("POST /api/v1/notes", kind, times=2, reset=7)
    statuses = []
    for _ in range(3):
        answer = api.post("/api/v1/notes", {"content": "Once", "person_id": person})
        statuses.append(answer.status_code)
    assert statuses == [status, status, 201]
    assert len(book.notes(1)) == 1
    assert [request.status for request in book.requests] == statuses


def test_a_fault_says_how_long(book: PipedriveBook, api: Caller) -> None:
    book.misbehave("GET /api/v2/persons", "429", reset=2.5)
    refused = api.get("/api/v2/persons")
    assert (refused.headers["x-ratelimit-reset"], refused.headers["x-ratelimit-remaining"]) == ("2.5", "0")
    book.misbehave("GET /api/v2/persons", "daily")
    spent = api.get("/api/v2/persons").headers
    assert float(spent["x-ratelimit-reset"]) > 3600
    assert spent["x-daily-ratelimit-token-remaining"] == "0"
    book.daily_budget(900, limit=30_000)
    assert api.get("/api/v2/persons").headers["x-daily-ratelimit-token-remaining"] == "900"


def test_a_lost_answer_is_done_all_the_same(book: PipedriveBook, api: Caller) -> None:
    person = book.add_person(1, "Jatin Dummy")
    book.misbehave("POST /api/v1/notes", "lost")
    with pytest.raises(requests.ConnectionError):
        api.post("/api/v1/notes", {"content": "Once", "person_id": person})
    assert [note["content"] for note in book.notes(1)] == ["Once"]
    assert [(request.path, request.user_id, request.status) for request in book.requests] == [
        ("/api/v1/notes", 7, None)
    ]


def test_what_the_sandbox_does_not_have(api: Caller) -> None:
    assert api.get("/api/v2/products").status_code == 404
    assert api.get("/api/v1/persons").json()["success"] is False


def test_levers_from_outside(server: SandboxServer, book: PipedriveBook, api: Caller) -> None:
    levers = f"{server.url}/sandbox/pipedrive"
    people = [{"name": "Kavya Fable", "phones": [{"value": "98161 99999"}]}, {"name": "Lalit Stand-In"}]
    made = requests.post(f"{levers}/people", json={"people": people, "filter": "Both"}, timeout=10).json()
    assert ids_of(api.get("/api/v2/persons", filter_id=made["filter_id"])) == made["ids"]
    fault = {"call": "POST /api/v1/notes", "kind": "500"}
    assert requests.post(f"{levers}/faults", json=fault, timeout=10).status_code == 204
    note = {"content": "Once", "person_id": made["ids"][0]}
    assert [api.post("/api/v1/notes", note).status_code for _ in range(2)] == [500, 201]
    assert [one["content"] for one in requests.get(f"{levers}/writings", timeout=10).json()["notes"]] == ["Once"]
    assert requests.post(f"{levers}/faults", json=fault | {"kind": "x"}, timeout=10).status_code == 400
    assert requests.get(f"{levers}/writings?company=9", timeout=10).status_code == 404


def test_a_seeded_book_is_seeded_once(server: SandboxServer) -> None:
    book = server.sandbox.pipedrive
    book.seed()
    book.seed()
    people = list(book.people.company(1).people.values())
    assert len(people) == 25
    assert [person.name for person in people if not person.phones] == ["Hari Prototype"]


def test_the_command_seeds_it_and_tells_the_settings() -> None:
    with running("--port", "0", "--pipedrive-app", "http://127.0.0.1:9") as (_process, lines):
        url = lines[0].split()[-1]
        page = requests.get(f"{url}/pipedrive/people", timeout=10)
    assert "Asha Example" in page.text
    assert "frame-src http://127.0.0.1:9;" in page.headers["Content-Security-Policy"]
    assert f"CONNECTORS_PIPEDRIVE_OAUTH_URL={url}" in "".join(lines)
