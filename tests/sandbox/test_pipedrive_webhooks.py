"""The stand-in for Pipedrive tells of what happens: webhooks, deals and stages, a page and levers to play with."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
import pytest
import requests

from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.sandbox.pipedrive.grants import Holder
from connectors.sandbox.server import SandboxServer
from tests.sandbox.test_pipedrive_api import Caller

HOOKS = "/api/v1/webhooks"


class App:
    """An app that hears of what happens. `statuses` are answered first, then 200."""

    def __init__(self) -> None:
        self.heard: list[tuple[str | None, Any]] = []
        self.statuses: list[int] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                app.heard.append((self.headers["Authorization"], orjson.loads(body)))
                self.send_response(app.statuses.pop(0) if app.statuses else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def metas(self) -> list[tuple[str, int]]:
        return [(body["meta"]["id"], body["meta"]["attempt"]) for _, body in self.heard]


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    thread = Thread(target=app.server.serve_forever, args=(0.02,))
    thread.start()
    yield app
    app.server.shutdown()
    thread.join()
    app.server.server_close()


@pytest.fixture
def book(server: SandboxServer) -> PipedriveBook:
    book = server.sandbox.pipedrive
    book.seed()
    return book


@pytest.fixture
def api(server: SandboxServer, book: PipedriveBook) -> Iterator[Caller]:
    caller = Caller(server)
    yield caller
    caller.session.close()


def hook(app: App, event_object: str, event_action: str, **more: Any) -> dict[str, Any]:
    wanted = {"subscription_url": app.url, "event_object": event_object, "event_action": event_action}
    return {**wanted, "version": "2.0", "http_auth_user": "us", "http_auth_password": "secret", **more}


def test_webhooks_are_made_listed_and_removed(api: Caller, app: App, book: PipedriveBook) -> None:
    made = api.post(HOOKS, hook(app, "deal", "change"))
    assert made.status_code == 201
    [listed] = api.get(HOOKS).json()["data"]
    assert listed == made.json()["data"]
    assert (listed["event_object"], listed["http_auth_user"], listed["type"]) == ("deal", "us", "application")
    for wrong in ({"event_action": "updated"}, {"event_object": "boat"}, {"subscription_url": "x"}, {"version": "1.0"}):
        assert api.post(HOOKS, hook(app, "deal", "change") | wrong).status_code == 400
    for _ in range(39):
        api.post(HOOKS, hook(app, "deal", "change"))
    assert api.post(HOOKS, hook(app, "deal", "change")).status_code == 400
    assert api.session.delete(f"{api.url}{HOOKS}/{listed['id']}", timeout=10).json()["success"] is True
    assert api.session.delete(f"{api.url}{HOOKS}/{listed['id']}", timeout=10).status_code == 404
    book.permissions.uninstall(Holder(1, 7))
    assert book.hooks.of(1) == []


def test_what_happens_is_told_with_what_was_there_before(api: Caller, app: App, book: PipedriveBook) -> None:
    for subject, action in (("person", "create"), ("deal", "*")):
        api.post(HOOKS, hook(app, subject, action))
    person = book.add_person(1, "Nisha New")
    deal = book.add_deal(1, "Silk", 1, person)
    for changes in ({"stage_id": 2}, {"stage_id": 2}, {"status": "lost"}, {"status": "deleted"}):
        book.change_deal(1, deal, "api", **changes)
    assert book.teller.wait(10)
    assert {shown for shown, _ in app.heard} == {"Basic dXM6c2VjcmV0"}
    bodies = {(body["meta"]["entity"], body["meta"]["action"]): body for _, body in app.heard}
    assert len(app.heard) == 5
    added = bodies["person", "create"]
    assert (added["data"]["name"], added["meta"]["entity_id"], added["meta"]["company_id"]) == (
        *("Nisha New", str(person), "1"),
    )
    moved = next(body for _, body in app.heard if "stage_id" in (body["previous"] or {}) and body["data"])
    assert (moved["data"]["stage_id"], moved["previous"]["stage_id"], moved["meta"]["version"]) == (2, 1, "2.0")
    assert moved["meta"]["change_source"] == "api"
    assert bodies["deal", "delete"]["data"] is None


def test_deliveries_are_tried_again_and_doubled(server: SandboxServer, api: Caller, app: App) -> None:
    levers = f"{server.url}/sandbox/pipedrive"
    api.post(HOOKS, hook(app, "person", "create"))
    app.statuses = [500, 302]
    requests.post(f"{levers}/people", json={"people": [{"name": "Nisha New"}]}, timeout=10)
    assert server.sandbox.pipedrive.teller.wait(10)
    [event_id] = {meta_id for meta_id, _ in app.metas()}
    assert [attempt for _, attempt in app.metas()] == [1, 2, 3]
    assert requests.put(f"{levers}/webhooks", json={"duplicates": 2}, timeout=10).status_code == 204
    requests.post(f"{levers}/people", json={"people": [{"name": "Nisha New"}]}, timeout=10)
    assert server.sandbox.pipedrive.teller.wait(10)
    doubled = [meta_id for meta_id, _ in app.metas()[3:]]
    assert len(doubled) == 2
    assert set(doubled).isdisjoint({event_id})
    shown = requests.get(f"{levers}/webhooks", timeout=10).json()
    assert (len(shown["webhooks"]), shown["pending"]) == (1, 0)
    assert [delivery["answers"] for delivery in shown["deliveries"]] == [[500, 302, 200], [200, 200]]


def test_deals_are_read_and_moved(server: SandboxServer, api: Caller, book: PipedriveBook) -> None:
    levers = f"{server.url}/sandbox/pipedrive/deals"
    made = requests.post(levers, json={"title": "Wool", "stage_id": 2, "person_id": 3, "value": 5.5}, timeout=10).json()
    assert [pipeline["name"] for pipeline in api.get("/api/v2/pipelines").json()["data"]] == ["Sales", "Repairs"]
    assert [stage["order_nr"] for stage in api.get("/api/v2/stages", pipeline_id=2).json()["data"]] == [1, 2]
    found = api.get(f"/api/v2/deals/{made['id']}").json()["data"]
    assert (found["title"], found["stage_id"], found["person_id"], found["status"]) == ("Wool", 2, 3, "open")
    assert [each["id"] for each in api.get("/api/v2/persons", deal_id=made["id"]).json()["data"]] == [3]
    assert requests.put(f"{levers}/{made['id']}", json={"stage_id": 3}, timeout=10).status_code == 204
    assert requests.put(f"{levers}/99", json={"stage_id": 3}, timeout=10).status_code == 404
    page = f"{server.url}/pipedrive/deals"
    for address, form in ((f"{page}/{made['id']}", {"to": "5"}), (f"{page}/people", {"name": "Nisha New"})):
        moved = requests.post(address, data=form, timeout=10)
        assert (moved.status_code, "Nisha New" in moved.text or "The deal was moved." in moved.text) == (200, True)
    assert api.get("/api/v2/deals", stage_id=5).json()["data"][0]["pipeline_id"] == 2
    assert requests.post(f"{page}/{made['id']}", data={"to": "99"}, timeout=10).status_code == 400
    assert api.get("/api/v2/deals/99").status_code == 404
