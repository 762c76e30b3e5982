"""The file `.env` in the folder that a command is started in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "https://from-the-file.example/"),
        ({"CONNECTORS_PUBLIC_URL": "https://set.example"}, "https://set.example/"),
    ],
)
def test_it_is_read_and_variables_that_are_set_win(tmp_path: Path, given: dict[str, str], expected: str) -> None:
    (tmp_path / ".env").write_text("CONNECTORS_PUBLIC_URL=https://from-the-file.example\n")
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("CONNECTORS_")}
    printed = subprocess.run(
        [sys.executable, "-m", "connectors", "callback-url"],
        env=foreign | given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.startswith(expected)
