"""`connectors sandbox`, as a process."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from click.testing import CliRunner

from connectors.sandbox.commands import commands, sandbox

START = "from connectors.sandbox.commands import sandbox; sandbox()"


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the command, and give the lines that it prints at the start."""
    process = subprocess.Popen(
        [sys.executable, "-c", START, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        assert process.stdout
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "Ctrl+C" in line:
                    break
            yield process, lines
        finally:
            process.kill()


def test_the_command_is_exported() -> None:
    assert [command.name for command in commands] == ["sandbox"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_to_look_and_ends_well(number: signal.Signals) -> None:
    urls = ("--callback-url", "http://127.0.0.1:9/callbacks/hidden", "--smsc-callback-url", "http://127.0.0.1:9/hidden")
    with running("--port", "0", *urls) as (process, lines):
        found = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
        assert found
        answer = requests.get(f"{found[0]}/sandbox/settings", timeout=10).json()
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
    assert (answer["callback_urls"], answer["smsc_callback_urls"]) == (1, 1)
    assert "hidden" not in "".join(lines)
    for setting in ("MESSAGE_CENTRAL_URL={}", "SMSC_URL={}", "OGANGI_URL={}/ogangi"):
        assert f"CONNECTORS_{setting.format(found[0])}" in "".join(lines)


def test_a_port_in_use_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(sandbox, ["--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert "cannot listen" in result.output


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--latency", "-1"], ["--receipt-delay", "x"]])
def test_wrong_options_are_told(arguments: list[str]) -> None:
    assert CliRunner().invoke(sandbox, arguments).exit_code == 2
