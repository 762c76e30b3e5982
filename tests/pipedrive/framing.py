"""A window of Pipedrive's around a page of ours: it speaks the SDK's protocol, and plays our API where asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, Response
from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page, Route
from werkzeug.serving import make_server

HOST: Final = """<!doctype html><html lang="en"><title>Pipedrive</title><link rel="icon" href="data:,">
<body style="margin:0"><iframe title="App" style="border:0;width:100%;height:100vh"></iframe><script>
window.commands = []; window.answers = {get_signed_token: {token: "fresh"}, show_confirmation: {confirmed: true}};
window.listeners = {};
window.silent ??= [];
addEventListener("message", ({data, ports}) => {
  const {type, command, args, event} = data.payload;
  if (type === "listener") { window.listeners[event] = ports[0]; return; }
  if (type !== "command") return;
  window.commands.push({command, args, id: data.id});
  if (window.silent.includes(command)) return;
  ports[0].postMessage({data: window.answers[command] ?? {}});
});
</script></body></html>"""
# Status, document and headers; the status 0 is no answer at all.
Given = tuple[int, Any] | tuple[int, Any, dict[str, str]]
Answer = Given | Callable[[Any], Given]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app, with the window beside its own routes; its URL."""

    def window() -> Response:
        return Response(HOST, headers={"Content-Security-Policy": ""})

    app.add_url_rule("/window", "window", window)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Window:
    """A page of ours in its window. `answers` are those of the API by method and path; `asked` is what it was asked."""

    def __init__(
        self, browser: Browser, url: str, answers: dict[str, Answer], width: int = 700, height: int = 600
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", timezone_id="Asia/Kolkata"
        )
        self.page: Page = self.context.new_page()
        self.answers = answers
        self.asked: list[tuple[str, Any, dict[str, str]]] = []
        self.complaints: list[str] = []
        self._url = url
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/pipedrive/api/**", self._answer)

    def open(self, name: str, **query: Any) -> FrameLocator:
        """Frame a page with a query; returns its frame."""
        self.page.goto(f"{self._url}/window")
        source = f"/pipedrive/{name}?{urlencode(query)}"
        self.page.evaluate("source => { document.querySelector('iframe').src = source; }", source)
        return self.page.frame_locator("iframe")

    def commands(self, name: str) -> list[Any]:
        """The arguments of each command of a name that the page has given."""
        given: list[Any] = self.page.evaluate("name => commands.filter((one) => one.command === name)", name)
        return [one.get("args") for one in given]

    def bodies(self, call: str) -> list[Any]:
        return [body for asked, body, _ in self.asked if asked == call]

    def picture(self, path: Path) -> bytes:
        return self.page.screenshot(path=path)

    def _hear(self, said: ConsoleMessage) -> None:
        # Chromium itself notes each answer that is an error.
        if "responded with a status of" not in said.text:
            self.complaints.append(said.text)

    def _answer(self, route: Route) -> None:
        request = route.request
        path = request.url.partition("/pipedrive/api")[2].partition("?")[0]
        call = f"{request.method} {path}"
        body = json.loads(request.post_data) if request.post_data else None
        self.asked.append((call, body, request.headers))
        found = self.answers.get(call, (404, {"detail": f"{call} is not played."}))
        status, said, *headers = found(body) if callable(found) else found
        if not status:
            return
        kind = "application/json" if status < 400 else "application/problem+json"
        content = b"" if said is None else json.dumps(said).encode()
        route.fulfill(status=status, headers={"Content-Type": kind, **dict(*headers)}, body=content)
