"""Runs a sandbox: in a thread for tests, or in the foreground for people."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from connectors.sandbox.app import create_sandbox
from connectors.sandbox.http_server import HTTPServer
from connectors.sandbox.inbox import Message
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import EXTENSION, Sandbox

POLL_SECONDS = 0.01


class SandboxServer:
    """A sandbox on a socket of this machine, served by a thread while the `with` block lasts."""

    def __init__(self, options: SandboxOptions | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        app = create_sandbox(options)
        self.sandbox: Sandbox = app.extensions[EXTENSION]
        self._http = HTTPServer(host, port, app)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(POLL_SECONDS,), daemon=True)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._http.port}"
        self.sandbox.pipedrive.api_domain = self.url

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and stop the receipts."""
        self._http.stop()
        self.sandbox.close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def settings(self, **changes: Any) -> SandboxOptions:
        """Change settings by the names of SandboxOptions, and return them all."""
        return self.sandbox.change_settings(**changes)

    def messages(self, since: int = 0) -> list[Message]:
        """Return everything that reached phones, oldest first."""
        return self.sandbox.inbox.since(since)[0]

    def stats(self) -> dict[str, Any]:
        return self.sandbox.stats()

    def wait_for(self, condition: Callable[["SandboxServer"], bool], timeout: float = 10.0) -> None:
        """Wait until `condition(self)` holds. Raise TimeoutError with the figures after `timeout` seconds."""
        pause = threading.Event()
        for _ in range(int(timeout / POLL_SECONDS)):
            if condition(self):
                return
            pause.wait(POLL_SECONDS)
        if not condition(self):
            raise TimeoutError(f"not within {timeout:g} seconds; so far: {self.stats()}")


def run(host: str, port: int, options: SandboxOptions, on_ready: Callable[[str], None] = lambda url: None) -> None:
    """Serve until SIGTERM or SIGINT. `on_ready` is told the URL. Raise OSError where the port is in use."""
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopped.set()

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with SandboxServer(options, host, port) as server:
            server.sandbox.pipedrive.seed()
            server.sandbox.shopify.seed()
            on_ready(server.url)
            stopped.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
