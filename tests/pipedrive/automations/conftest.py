"""Companies with automations: the sandbox's Pipedrive tells the app of what happens, over a socket."""

import threading
from collections.abc import Callable, Iterator

import pytest
from werkzeug.serving import make_server

from connectors.app import app_for
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from tests.pipedrive.asking import Viewer
from tests.pipedrive.automations.played import SENDER_ID, STAGES, Door, Played
from tests.pipedrive.companies import COMPANY, install, parts_of, set_up


@pytest.fixture
def door() -> Iterator[Door]:
    """Where Pipedrive reaches the app."""
    door = Door()
    server = make_server("127.0.0.1", 0, door, threaded=True)
    door.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pipedrive_env(pipedrive_env: None, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a service that is pointed at the sandbox, and that the sandbox can reach."""
    monkeypatch.setenv("CONNECTORS_PUBLIC_URL", door.url)


@pytest.fixture
def play(outside: SandboxServer, door: Door) -> Callable[[Service], Played]:
    """Sets a company up in a service."""

    def make(service: Service) -> Played:
        install(service, outside)
        set_up(service, log_single="note", sender_id=SENDER_ID)
        app = app_for(service)
        door.app = app
        book = outside.sandbox.pipedrive
        stages = book.add_pipeline(COMPANY, "Sales", STAGES)
        return Played(parts_of(service), book, Viewer(app.test_client(), outside), stages)

    return make


@pytest.fixture
def played(play: Callable[[Service], Played], service: Service) -> Played:
    """A company on SQLite."""
    return play(service)
