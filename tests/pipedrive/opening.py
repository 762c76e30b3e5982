"""Our pages alone on a socket, and a Chromium that opens them as Pipedrive does."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import Browser, Frame, FrameLocator, expect, sync_playwright

from connectors.pipedrive import pages
from connectors.pipedrive.context import make_context, put_context
from connectors.pipedrive.settings import read_pipedrive_settings
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import SECOND, now_ms
from tests.conftest import missing
from tests.pipedrive import played
from tests.pipedrive.framing import Answer, Window, served

SECRET: Final = "a secret of the app and Pipedrive"
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES: Final = {"settings": (800, 900), "panel": (340, 900), "campaign": (700, 600), "report": (700, 600)}

# A page waits for its turn on a machine that runs other tests meanwhile.
expect.set_options(timeout=20_000)


class Opener(Protocol):
    """Opens a page; `before` is done to its window first."""

    def __call__(
        self,
        name: str,
        answers: dict[str, Answer] | None = None,
        before: Callable[[Window], object] | None = None,
        **query: Any,
    ) -> tuple[Window, FrameLocator]: ...


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        missing("chromium", "there is no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def pages_alone(folder: Path) -> Iterator[str]:
    """Serve the pages, which ask no database; their URL."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CONNECTORS_DATA_DIR", str(folder))
        environment.setenv("CONNECTORS_PIPEDRIVE_CLIENT_ID", "client")
        environment.setenv("CONNECTORS_PIPEDRIVE_CLIENT_SECRET", SECRET)
        environment.setenv("CONNECTORS_PIPEDRIVE_FRAME_ANCESTORS", "http://127.0.0.1:*")
        settings = read_pipedrive_settings()
        service = Service(read_settings())
    assert settings is not None
    app = Flask("connectors.app", static_folder=None)
    put_context(app, make_context(service, settings))
    app.register_blueprint(pages.blueprint)
    with served(app) as url:
        yield url
    service.close()


@contextmanager
def opener(browser: Browser, address: str) -> Iterator[Opener]:
    """Open pages for somebody whom Pipedrive knows; at the end nothing may have gone wrong in them."""
    windows: list[Window] = []

    def open_it(
        name: str,
        answers: dict[str, Answer] | None = None,
        before: Callable[[Window], object] | None = None,
        **query: Any,
    ) -> tuple[Window, FrameLocator]:
        window = Window(browser, address, answers or played.answers(), *SIZES[name])
        windows.append(window)
        if before is not None:
            before(window)
        whose = {"token": signed(), "userId": 7, "companyId": 1}
        return window, window.open(name, **({"id": "run-1"} | whose | query))

    yield open_it
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.context.close()
    assert complaints == []


def inside(window: Window) -> Frame:
    return next(frame for frame in window.page.frames if "/pipedrive/" in frame.url)


def signed() -> str:
    claims = {"userId": 7, "companyId": 1, "exp": now_ms() // SECOND + 300}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
