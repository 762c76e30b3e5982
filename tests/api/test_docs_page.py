"""The page to read and try the API: in a real browser, and whole or not."""

import hashlib
import json
import os
import re
import shutil
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright
from werkzeug.serving import make_server

from connectors.api import docs_page
from tests.api.ledger import Tenant
from tests.conftest import missing
from tests.contrast import FAINT_TEXTS

URL = "/api/v1/docs"
ROOT = Path(__file__).parent.parent.parent
FRONTEND = ROOT / "frontend"
LISTED: dict[str, dict[str, list[str]]] = tomllib.loads((FRONTEND / "files.toml").read_text())
CHROMIUM = shutil.which("chromium")
REQUIRED = {"frontend", "chromium"} & set(os.environ.get("CONNECTORS_TEST_REQUIRE", "").split(","))
Scheme = Literal["light", "dark"]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The page knows no database; one will do."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture
def fetched() -> None:
    """What `make install` fetches from npm."""
    for folder in LISTED:
        if not (ROOT / folder).is_dir():
            assert not REQUIRED, f"{folder} is not there: `make install` did not reach npm"
            pytest.skip("what comes from npm is not there: the page is not looked at")


@pytest.fixture
def address(app: Flask, fetched: None) -> Iterator[str]:
    """The app on a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing("chromium", "there is no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Screen:
    """The page, all that it asks for, and every complaint of the browser."""

    def __init__(self, browser: Browser, address: str, scheme: Scheme = "light", width: int = 1280) -> None:
        self.context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address + URL)
        expect(self.operation("account_show")).to_be_visible()

    def operation(self, name: str) -> Any:
        return self.page.locator(f"[id$='-{name}'].opblock")

    def open(self, name: str) -> Any:
        operation = self.operation(name)
        operation.locator("button.opblock-summary-control").click()
        return operation

    def use_key(self, key: str) -> None:
        self.page.get_by_label("Your API key").fill(key)
        self.page.get_by_role("button", name="Use this key").click()


@pytest.fixture
def screen(browser: Browser, address: str) -> Iterator[Screen]:
    screen = Screen(browser, address)
    yield screen
    screen.context.close()


def test_it_lists_every_operation_without_another_host(screen: Screen, client: FlaskClient, address: str) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    operations = sum(
        method in ("get", "post", "patch", "put", "delete") for p in document["paths"].values() for method in p
    )
    expect(screen.page.locator(".opblock")).to_have_count(operations)
    expect(screen.page.get_by_role("heading", name="REST API")).to_be_visible()
    screen.open("messages_search")
    expect(screen.page.get_by_text("Only messages that stand here.")).to_be_visible()
    assert {url for url in screen.asked if not url.startswith((address + "/", "data:"))} == set()
    assert len(screen.asked) >= 6
    assert screen.page.get_by_role("main").count() == 1
    ids = screen.page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(set(ids)) == len(ids)
    assert screen.complaints == []


def test_an_operation_can_be_tried_with_a_key(screen: Screen, tenant: Tenant, address: str) -> None:
    screen.use_key(tenant.key)
    expect(screen.page.get_by_role("status")).to_have_text("It works. You act for the account C-ONE.")
    operation = screen.open("account_show")
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer).to_contain_text('"customer_id": "C-ONE"')
    expect(answer).to_contain_text("ratelimit-remaining: ")
    assert {url for url in screen.asked if not url.startswith((address + "/", "data:"))} == set()
    assert screen.complaints == []
    assert screen.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_a_form_is_sent_as_it_was_typed(screen: Screen, app: Flask) -> None:
    sent: dict[str, str | None] = {}

    def keep() -> None:
        sent.update({name: value for name, value in request.form.items() if name == "template_id"})
        sent.update({name: file.filename for name, file in request.files.items()})

    app.before_request_funcs.setdefault(None, []).append(keep)
    operation = screen.page.locator(".opblock").filter(
        has=screen.page.locator("[data-path='/api/v1/campaigns/preview']")
    )
    operation.locator("button.opblock-summary-control").click()
    operation.locator(".opblock-section-request-body select").first.select_option("multipart/form-data")
    file = FilePayload(name="few.csv", mimeType="text/csv", buffer=b"Mobile\n9816111111\n")
    operation.locator("input[type=file]").set_input_files(file)
    row = operation.locator("tr").filter(has=screen.page.get_by_text("template_id", exact=True))
    row.locator("input[type=text]").fill("1107161234567890123")
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text("401")
    assert sent == {"template_id": "1107161234567890123", "file": "few.csv"}


def test_a_wrong_key_is_told(screen: Screen) -> None:
    screen.use_key("mck_guess")
    expect(screen.page.get_by_role("status")).to_have_text("This API key is unknown, or was revoked.")
    screen.use_key("")
    expect(screen.page.get_by_role("status")).to_contain_text("Enter a key.")
    expect(screen.page.get_by_label("Your API key")).to_be_focused()


def test_the_keyboard_is_enough(screen: Screen) -> None:
    keyboard = screen.page.keyboard
    keyboard.press("Tab")
    expect(screen.page.get_by_role("link", name="Skip to the operations")).to_be_focused()
    for name in ("openapi.json", "Your API key", "Use this key"):
        keyboard.press("Tab")
        focused = "document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent"
        assert screen.page.evaluate(focused).strip() == name
    summary = screen.operation("account_show").locator("button.opblock-summary-control")
    summary.focus()
    keyboard.press("Enter")
    expect(summary).to_have_attribute("aria-expanded", "true")
    execute = screen.operation("account_show").get_by_role("button", name="Execute")
    execute.focus()
    keyboard.press("Enter")
    expect(screen.operation("account_show").locator(".live-responses-table")).to_contain_text("401")


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_follows_the_scheme(browser: Browser, address: str, width: int) -> None:
    schemes: tuple[Scheme, ...] = ("light", "dark")
    pictures, grounds = set(), set()
    for scheme in schemes:
        screen = Screen(browser, address, scheme, width)
        screen.open("messages_search")
        expect(screen.page.get_by_text("Only messages that stand here.")).to_be_visible()
        assert not screen.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert screen.page.evaluate(FAINT_TEXTS) == []
        pictures.add(hashlib.sha256(screen.page.screenshot()).hexdigest())
        grounds.add(screen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        screen.context.close()
    assert (len(pictures), len(grounds)) == (2, 2)


def test_the_page_is_guarded(client: FlaskClient) -> None:
    response = client.get(URL)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.mimetype == "text/html"
    assert not re.findall(r" style=| on\w+=|https?://", response.text)


def test_parts_are_typed_and_kept_for_as_long_as_they_are_the_same(client: FlaskClient, fetched: None) -> None:
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    addresses = set(re.findall(r'(?:src|href)="(/api/v1/docs/[^"]+)"', client.get(URL).text))
    assert len(addresses) == 6
    for address in addresses:
        part = client.get(address)
        assert part.status_code == 200
        assert part.mimetype == kinds[address.partition("?")[0].rpartition(".")[2]]
        assert "immutable" in part.headers["Cache-Control"]
        plain = client.get(address.partition("?")[0])
        assert plain.headers["Cache-Control"] == "no-cache"
        assert client.get(address, headers={"If-None-Match": part.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["nothing.js", "..%2fdocs_page.py", "LICENSE", "third_party"])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    response = client.get(f"{URL}/{name}")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


def test_without_what_comes_from_npm_it_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
        monkeypatch.setitem(docs_page._PARTS, name, Path("/nowhere"))
    response = client.get(URL)
    assert response.status_code == 200
    assert "make install" in response.text
    assert 'href="/api/v1/openapi.json"' in response.text
    assert "<script" not in response.text
    assert client.get(f"{URL}/swagger-ui.css").status_code == 404


def test_exactly_what_is_listed_lies_in_the_folders_of_others(fetched: None) -> None:
    laid = {path.parent for path in (ROOT / "connectors").rglob("third_party/*")}
    assert laid == {ROOT / folder for folder in LISTED}
    for folder, packages in LISTED.items():
        found = {str(path.relative_to(ROOT / folder)) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert found == {f"{package}/{file}" for package, files in packages.items() for file in files}


def test_the_lock_proves_each_package_and_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    asked = json.loads((FRONTEND / "package.json").read_text())["dependencies"]
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert lock["packages"][""]["dependencies"] == asked
    assert {f"node_modules/{name}" for name in asked} <= packages.keys()
    for package in packages.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package
    for packages_of_folder in LISTED.values():
        assert packages_of_folder.keys() <= asked.keys()
