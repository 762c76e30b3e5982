"""`connectors shopify …` as people and scripts run it."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.cli import cli
from connectors.shopify.commands import asking


def run(*arguments: str, stdin: str | bytes | None = None, code: int = 0) -> str:
    """Run a command; returns both its outputs."""
    result: Result = CliRunner().invoke(cli, ["shopify", *arguments], input=stdin)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def told(*arguments: str) -> Any:
    """Run a command with --json; returns what it tells."""
    return json.loads(run(*arguments, "--json"))


def sit_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a person be there, at a terminal; what they type is the standard input."""
    monkeypatch.setattr(asking, "is_person", lambda: True)
