"""An app of one page that speaks the wire protocol of Pipedrive's SDK, and says `initialize` when it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, request

from connectors.sandbox.http_server import HTTPServer

PAGE = """<!doctype html><title>App</title><link rel="icon" href="data:,"><body>The app's page<script>
const id = new URLSearchParams(location.search).get("id");
const heard = [];
const post = (payload, hear) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => hear(data);
  parent.postMessage({ payload, id }, "*", [port2]);
};
const ask = (command, args) =>
  new Promise((resolve) => post({ command, args, type: "command" }, resolve));
const listen = (event) => post({ event, type: "listener" }, (data) => heard.push(data));
</script>"""


@contextmanager
def framed_app(deleted: list[dict[str, object]]) -> Iterator[str]:
    """Serve the app for as long as a block; gives its URL. What its callback is told by DELETE is put into the list."""
    app = Flask("framed")

    @app.get("/pipedrive/<name>")
    def page(name: str) -> str:
        return PAGE

    @app.delete("/pipedrive/callback")
    def uninstalled() -> str:
        given = request.authorization
        assert given is not None
        deleted.append({"by": (given.username, given.password), **request.get_json()})
        return ""

    server = HTTPServer("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()
    thread.join()
