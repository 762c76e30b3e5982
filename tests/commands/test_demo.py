"""`connectors demo`, as users run it: real processes, real sockets, nothing left behind."""

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

pytestmark = pytest.mark.xdist_group("demo")  # one at a time: it wants the whole machine
COUNT = "40"
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


def test_everything_is_as_it_must_be_and_nothing_stays_behind(tmp_path: Path) -> None:
    with running(tmp_path, "--count", COUNT) as process:
        printed, _ = process.communicate(timeout=110)
    assert process.returncode == 0, printed
    assert "Every figure is as it must be." in printed
    assert "41       41" in printed  # accepted: the test SMS and the campaign
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", printed)
    assert not WRONG_FIGURE.search(printed)
    assert not any(listens(url) for url in urls(printed))
    assert list(tmp_path.iterdir()) == []


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


def test_kept_it_says_where_to_look(tmp_path: Path) -> None:
    with running(tmp_path, "--count", "1", "--keep") as process:
        printed = read_until(process, "curl -H")
        request = re.search(r'Authorization: (Bearer \S+)" "(\S+)"', printed)
        assert request
        answer = requests.get(request[2], headers={"Authorization": request[1]}, timeout=10)
        assert all(listens(url) for url in urls(printed))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert answer.json()["items"][0]["status"] == "delivered"
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_figure_that_is_off_is_shown_and_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    # The sandbox says REJECTD of the tenth message; expecting otherwise stands for a service that got it wrong.
    monkeypatch.setitem(FATES, "0003", replace(FATES["0003"], status="delivered", code=None))
    result = CliRunner().invoke(demo, ["--count", "10"])
    assert result.exit_code == 1, result.output
    assert "Not every figure is as it must be." in result.output
    assert WRONG_FIGURE.search(result.output)


@pytest.mark.parametrize("count", ["0", "20001", "many"])
def test_a_campaign_of_no_size_is_refused(count: str) -> None:
    assert CliRunner().invoke(demo, ["--count", count]).exit_code == 2
