"""The documents and what they speak of: settings, links, metrics and commands that really exist."""

import ast
import importlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest

import connectors
from connectors.api.gauges import COUNTS
from connectors.app import app_for
from connectors.cli import cli
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.campaigns.reading import SkipReason
from connectors.shared.campaigns.states import CampaignState
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.messages.states import Status
from connectors.shared.web.rest.blueprint import PREFIX
from connectors.shared.webhooks.signing import new_secret, signed_headers

ROOT = Path(__file__).parent.parent
PACKAGE = Path(connectors.__file__).parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
DEPLOY = sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())
VARIABLE = re.compile(r"\bCONNECTORS_[A-Z][A-Z0-9_]*[A-Z0-9]\b")
METRIC = re.compile(r"\bconnectors_[a-z_]+[a-z]\b")
REFUSALS = ("Refusal", "ValidationError")
OTHER_METRICS = {
    "connectors_database_up",
    "connectors_dispatchers_alive",
    "connectors_messages_oldest_waiting_seconds",
    "connectors_connections",
    "connectors_gateway_calls_total",
}
COMMAND = re.compile(r"(?:^|[`|] ?)\$? ?(?:\.venv/bin/)?connectors ((?:[a-z-]+ ?)+)", re.MULTILINE)


class Recorder(dict[str, str]):
    """An environment that remembers what was asked of it."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)


def settings_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """Return the variables that the settings modules ask for when they read the environment."""
    app = {"CONNECTORS_PIPEDRIVE_CLIENT_ID": "id", "CONNECTORS_PIPEDRIVE_CLIENT_SECRET": "secret"}  # else it is off
    recorder = Recorder({"CONNECTORS_DATA_DIR": str(tmp_path), **app})
    with monkeypatch.context() as patched:
        patched.setattr(os, "environ", recorder)
        for path in PACKAGE.rglob("settings.py"):
            module = importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
            for name in dir(module):
                if re.fullmatch(r"read_([a-z]+_)?settings", name):
                    getattr(module, name)()
    return {name for name in recorder.asked if name.startswith("CONNECTORS_")}


def test_every_setting_is_documented_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read = settings_read(monkeypatch, tmp_path)
    assert {"CONNECTORS_DATA_DIR", "CONNECTORS_CLEVERTAP_CALLBACK_HOSTS"} <= read
    assert set(VARIABLE.findall((ROOT / "docs/operations.md").read_text())) == read
    for path in (*PAGES, *DEPLOY):
        assert set(VARIABLE.findall(path.read_text())) <= read, path


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if not target.startswith(("https://", "http://")):
                yield page, target


@pytest.mark.parametrize(("page", "target"), list(links()), ids=lambda value: getattr(value, "name", value))
def test_links_lead_somewhere(page: Path, target: str) -> None:
    file, _, heading = target.partition("#")
    found = (page.parent / file) if file else page
    assert found.exists()
    if heading:
        assert heading in headings(found)


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_dashboard_alerts_and_documents_name_metrics_that_exist() -> None:
    exist = OTHER_METRICS | {name for name, *_ in COUNTS}
    named: set[str] = set()
    for path in (ROOT / "deploy/grafana-dashboard.json", ROOT / "deploy/prometheus-rules.yml"):
        found = set(METRIC.findall(path.read_text()))
        assert found <= exist, path
        named |= found
    assert named == exist
    assert exist <= set(METRIC.findall((ROOT / "docs/operations.md").read_text()))


def test_the_dashboard_is_json() -> None:
    panels = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 0


def commands_named() -> list[tuple[str, str]]:
    return sorted({(page.name, words.strip()) for page in PAGES for words in COMMAND.findall(page.read_text())})


@pytest.mark.parametrize(("page", "words"), commands_named())
def test_commands_exist(page: str, words: str) -> None:
    command: click.Command = cli
    for word in words.split():
        if not isinstance(command, click.Group):
            break
        found = subcommand(command, word)
        assert found is not None, f"{page}: connectors {words}"
        command = found


def subcommand(group: click.Group, name: str) -> click.Command | None:
    """Return a command of a group, also of one that loads them once they are asked for."""
    return group.get_command(click.Context(group), name)


def refusals() -> list[str]:
    """Return how the refusals of CleverTap's endpoint begin, up to what each of them fills in."""
    trees = [ast.parse(path.read_text()) for path in (PACKAGE / "clevertap").glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    raised = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in REFUSALS]
    begun = [begin(argument) for call in raised for argument in call.args]
    return sorted({re.split(r"[.:;]|, ", words)[0].strip() for words in begun if len(words) > 10})


def begin(argument: ast.expr) -> str:
    """Return a text, or the first part of one that is formatted."""
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
    return str(first.value) if isinstance(first, ast.Constant) else ""


@pytest.mark.parametrize("words", refusals())
def test_every_refusal_of_the_endpoint_is_explained(words: str) -> None:
    assert words in (ROOT / "docs/clevertap.md").read_text()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_options_in_commands_exist(path: Path) -> None:
    for line in re.findall(r"connectors ((?:[a-z-]+ )+)(--[^`\n]*)", path.read_text()):
        command: click.Command = cli
        for word in line[0].split():
            if isinstance(command, click.Group):
                command = subcommand(command, word) or command
        known = {name for parameter in command.params for name in parameter.opts}
        assert set(re.findall(r"(?<![\w-])--[a-z-]+", line[1])) <= known, f"connectors {line[0]}"


def test_pictures_are_light() -> None:
    for picture in (ROOT / "docs/pictures").iterdir():
        assert picture.stat().st_size < 200_000


WORDS_OF_CAMPAIGNS = [*CampaignState, *Status, *SkipReason]


@pytest.mark.parametrize("word", WORDS_OF_CAMPAIGNS)
def test_the_page_of_campaigns_explains_each_word_of_the_report(word: str) -> None:
    table = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs/campaigns.md").read_text(), re.MULTILINE)
    explained = {name.strip("` ") for cell in table for name in cell.split(",")}
    assert word in explained


def test_the_signature_of_webhooks_is_checked_as_the_page_says() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.DOTALL)
    page: dict[str, Any] = {}
    exec(code, page)  # noqa: S102 - our own page
    verified: Callable[[str, Mapping[str, str], bytes], bool] = page["verified"]
    secret, body = new_secret(), b'{"type": "webhook.test"}'
    headers = signed_headers(secret, "an id", body, now_ms())
    assert verified(secret, headers, body)
    assert verified(secret, headers | {"webhook-signature": f"v1,b3RoZXI= {headers['webhook-signature']}"}, body)
    assert not verified(secret, headers, body + b" ")
    assert not verified(new_secret(), headers, body)
    assert not verified(secret, signed_headers(secret, "an id", body, now_ms() - HOUR), body)
    assert not verified(secret, {}, body)


def routes_named() -> set[tuple[str, str]]:
    """Return the methods and paths that the page of the API tells of: `POST /messages/{id}/cancel`."""
    page = (ROOT / "docs/api.md").read_text()
    found = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/[a-z](?:[-a-z./]|\{[a-z]+\})*)", page)
    return {(method, re.sub(r"\{[a-z]+\}", "{}", path.rstrip("./"))) for method, path in found}


def test_the_routes_that_the_page_of_the_api_names_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    with closing(Service(read_settings())) as service:
        rules = list(app_for(service).url_map.iter_rules())
    known = {(method, re.sub(r"<[^>]+>", "{}", rule.rule)) for rule in rules for method in rule.methods or ()}
    named = {(method, f"{PREFIX}{path}") for method, path in routes_named()}
    assert ("POST", f"{PREFIX}/messages/{{}}/cancel") in named
    assert named <= known
