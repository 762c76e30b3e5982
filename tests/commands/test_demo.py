"""`connectors demo`, as users run it: real processes, real sockets, nothing left behind but what is for a look."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from connectors.commands.demo import demo
from connectors.demo.audience import FATES
from connectors.demo.play import Play

# One at a time: it wants the whole machine, and beside other tests it has half of one.
pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(300)]
COUNT = "40"
KEEPSAKES = ["people.xlsx", "pipedrive-report.xlsx", "report.xlsx"]
WRONG_FIGURE = re.compile("✗|WRONG")


@contextmanager
def running(tmp_path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the demo with a temporary folder of its own and settings that it must not listen to."""
    environment = os.environ | {
        "TMPDIR": str(tmp_path),
        "CONNECTORS_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "CONNECTORS_TRIAL_NUMBERS": "+14155550100",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "connectors", "demo", *arguments],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Return what was printed up to the line with these words."""
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if words in line:
            return printed
    pytest.fail(f"It never said {words!r} but:\n{printed}")


def listens(url: str) -> bool:
    """Whether anybody answers there."""
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return False
    return True


def urls(printed: str) -> list[str]:
    """Return where the parts of the demo listen."""
    found = re.findall(r"(?:service|sandbox) +(http://127\.0\.0\.1:\d+)", printed)
    assert len(found) == 2
    return found


def left_in(folder: Path) -> list[str]:
    """Return the files that are left, all of them in var/demo."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert all(path.parent == folder / "var" / "demo" for path in files)
    return sorted(path.name for path in files)


def test_everything_is_as_it_must_be_can_be_looked_at_and_only_keepsakes_stay(tmp_path: Path) -> None:
    with running(tmp_path, "--count", COUNT, "--keep") as process:
        printed = read_until(process, "curl -H")
        request = re.search(r'Authorization: (Bearer \S+)" "(\S+)"', printed)
        assert request
        answer = requests.get(request[2], headers={"Authorization": request[1]}, timeout=10)
        pages = re.findall(r"(\S+/pipedrive/\S+|\S+/shopify)\n", printed)
        assert [requests.get(url, timeout=10).status_code for url in pages] == [200, 200, 200, 200]
        docs = requests.get(re.findall(r"\S+/api/v1/docs", printed)[0], timeout=10)
        assert all(listens(url) for url in urls(printed))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0, printed
    assert "Every figure is as it must be." in printed
    # The test SMS and CleverTap's campaign; the workbook's; Pipedrive's; by three gateways; Shopify's buyers.
    for meaning, count in (
        ("messages accepted with 200", 41),
        ("rows with their number and their end", 500),
        ("people with their number and their end", 200),
        ("carried by SMSC", 1),
        ("carried by Ogangi", 2),
        ("texts sent", 8),
    ):
        assert re.search(rf"{meaning} +{count} +{count} ", printed)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", printed)
    assert not WRONG_FIGURE.search(printed)
    assert [(found["state"], found["total"]) for found in answer.json()["items"]] == [
        ("finished", 200),
        ("finished", 500),
    ]
    assert docs.ok
    assert not any(listens(url) for url in urls(printed))
    assert left_in(tmp_path) == KEEPSAKES
    assert all(f"var/demo/{name}" in printed for name in KEEPSAKES)


@pytest.mark.parametrize(
    ("number", "code", "moment"),
    [
        (signal.SIGINT, 130, "CleverTap: a campaign"),
        (signal.SIGTERM, 128 + signal.SIGTERM, "What an operator does once"),
    ],
)
def test_interrupted_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, code: int, moment: str) -> None:
    with running(tmp_path, "--count", "5000") as process:
        printed = read_until(process, moment)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == code
    assert not any(listens(url) for url in urls(printed))
    assert list(tmp_path.iterdir()) == []


def test_a_figure_that_is_off_is_shown_and_exits_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    # The sandbox says REJECTD of the tenth message; expecting otherwise stands for a service that got it wrong.
    monkeypatch.setitem(FATES, "0003", replace(FATES["0003"], status="delivered", code=None))
    # One act is enough, and all are played above.
    monkeypatch.setattr(Play, "_play_workbook", lambda *_: [])
    monkeypatch.setattr(Play, "_play_pipedrive", lambda *_: ([], 0))
    monkeypatch.setattr(Play, "_play_gateways", lambda *_: [])
    monkeypatch.setattr(Play, "_play_shopify", lambda *_: [])
    result = CliRunner().invoke(demo, ["--count", "10"])
    assert result.exit_code == 1, result.output
    assert "Not every figure is as it must be." in result.output
    assert WRONG_FIGURE.search(result.output)


@pytest.mark.parametrize("count", ["0", "20001", "many"])
def test_a_campaign_of_no_size_is_refused(count: str) -> None:
    assert CliRunner().invoke(demo, ["--count", count]).exit_code == 2
