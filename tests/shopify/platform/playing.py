"""A stand-in for Shopify on a socket, for what goes wrong: it does what a test says, and keeps what it was sent."""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import orjson

CLIENT_ID, SECRET, OLD_SECRET = "app-id", "app-secret", "app-secret-of-before"
OWN_ID, OWN_SECRET = "own-id", "own-secret"
SCOPE = "read_orders,read_fulfillments,write_customers"
_OPERATION = re.compile(r"\s*(?:query|mutation) (\w+)")
_REFUSED = {"error": "invalid_grant", "error_description": "secret words"}

Reply = tuple[int, dict[str, str], Any]
"""Status, headers, and a body: of octets, or what becomes JSON."""
DROPPED: Reply = (0, {}, None)
"""The connection ends without an answer."""


@dataclass
class Played:
    """What the stand-in knows and has seen."""

    url: str = ""
    codes: set[str] = field(default_factory=set)
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    life: dict[str, int] = field(default_factory=lambda: {"expires_in": 3600, "refresh_token_expires_in": 7776000})
    expiring: bool = True
    forms: list[dict[str, str]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    refused_topics: dict[str, Reply] = field(default_factory=dict)
    shop: dict[str, Any] = field(default_factory=dict)
    orders: dict[str, Any] = field(default_factory=dict)
    user_errors: list[dict[str, Any]] = field(default_factory=list)
    as_edges: bool = False
    next: deque[Reply] = field(default_factory=deque)
    """Answers that come instead, first come first served."""
    before: Callable[[str], None] = lambda operation: None
    """Called with the name of each operation of GraphQL before it is answered."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def operations(self, name: str) -> list[dict[str, Any]]:
        """Return the variables of each operation of this name."""
        return [call["variables"] for call in self.calls if call["operation"] == name]

    def asked(self, grant_type: str) -> int:
        return sum(form["grant_type"] == grant_type for form in self.forms)

    def token(self, form: dict[str, str]) -> Reply:
        with self._lock:
            self.forms.append(form)
            if self.next:
                return self.next.popleft()
            own = form["grant_type"] == "client_credentials"
            if (form.get("client_id"), form.get("client_secret")) != (
                (OWN_ID, OWN_SECRET) if own else (CLIENT_ID, SECRET)
            ):
                return 400, {}, {"error": "invalid_client"}
            if form["grant_type"] == "authorization_code":
                if form["code"] not in self.codes:
                    return 400, {}, {"error": "invalid_request", "error_description": "code not found"}
                self.codes.discard(form["code"])
            if form["grant_type"] == "refresh_token" and form["refresh_token"] not in self.refresh:
                return 400, {}, _REFUSED
            return (
                200,
                {},
                self.issue(own or (form.get("expiring") == "1" and self.expiring) or "refresh_token" in form, own),
            )

    def issue(self, expiring: bool = True, own: bool = False) -> dict[str, Any]:
        """Return new tokens; the old refresh tokens stay good."""
        number = next(self._numbers)
        self.access.add(f"shpat_secret-{number}")
        answer: dict[str, Any] = {"access_token": f"shpat_secret-{number}", "scope": SCOPE}
        if own:
            return answer | {"expires_in": 86399}
        if not expiring:
            return answer
        self.refresh.add(f"shprt_secret-{number}")
        return answer | {"refresh_token": f"shprt_secret-{number}"} | self.life

    def graphql(self, token: str, body: dict[str, Any]) -> Reply:
        operation = _OPERATION.match(body["query"])
        assert operation is not None
        self.before(operation[1])
        with self._lock:
            self.calls.append({"operation": operation[1], "variables": body["variables"], "token": token})
            if self.next:
                return self.next.popleft()
            if token not in self.access:
                return (
                    401,
                    {},
                    {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"},
                )
            answer: Reply = getattr(self, f"_{operation[1].lower()}")(body["variables"])
            return answer

    def _shop(self, variables: dict[str, Any]) -> Reply:
        return 200, {}, {"data": {"shop": self.shop}}

    def _order(self, variables: dict[str, Any]) -> Reply:
        return 200, {}, {"data": {"order": self.orders.get(variables["id"])}}

    def _subscriptions(self, variables: dict[str, Any]) -> Reply:
        start = int(variables.get("after") or 0)
        page = self.subscriptions[start : start + 4]
        more = {"hasNextPage": start + 4 < len(self.subscriptions), "endCursor": str(start + 4)}
        held = {"edges": [{"node": each} for each in page]} if self.as_edges else {"nodes": page}
        return 200, {}, {"data": {"webhookSubscriptions": held | {"pageInfo": more}}}

    def _subscribe(self, variables: dict[str, Any]) -> Reply:
        topic = variables["topic"]
        if topic in self.refused_topics:
            return self.refused_topics[topic]
        node = {"id": f"gid://{topic}", "topic": topic, "uri": variables["webhookSubscription"]["uri"]}
        self.subscriptions.append(node)
        return 200, {}, {"data": {"webhookSubscriptionCreate": {"webhookSubscription": node, "userErrors": []}}}

    def _withdraw(self, variables: dict[str, Any]) -> Reply:
        return 200, {}, {"data": {"customerSmsMarketingConsentUpdate": {"userErrors": self.user_errors}}}


@contextmanager
def playing() -> Iterator[Played]:
    """Give a running stand-in."""
    played = Played()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            octets = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("/admin/oauth/access_token"):
                status, headers, body = played.token(dict(parse_qsl(octets.decode())))
            else:
                assert self.path.endswith("/admin/api/2026-10/graphql.json")
                status, headers, body = played.graphql(self.headers["X-Shopify-Access-Token"], orjson.loads(octets))
            if (status, headers, body) == DROPPED:
                self.close_connection = True
                return
            answer = body if isinstance(body, bytes) else orjson.dumps(body)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        played.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield played
        server.shutdown()
        thread.join()


def user_error(message: str) -> Reply:
    """Return a subscription that is refused in the mutation's own words."""
    errors = [{"field": ["topic"], "message": message}]
    return 200, {}, {"data": {"webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": errors}}}


def graphql_error(message: str, code: str, data: Any = None, **more: Any) -> Reply:
    """Return an answer of 200 with an error in it."""
    return 200, {}, {"data": data, "errors": [{"message": message, "extensions": {"code": code}}], **more}
