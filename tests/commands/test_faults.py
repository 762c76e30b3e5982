"""What no command foresees: one line, no stack trace, nobody's number."""

from pathlib import Path

import click
import pytest
import requests
from click.testing import CliRunner

from connectors.cli import cli
from connectors.commands import serving
from connectors.shared.errors import NotFound, NotUnderstood

NUMBER = "+919816111111"


@pytest.mark.parametrize(
    "variable",
    ["CONNECTORS_MESSAGE_CENTRAL_URL", "CONNECTORS_SMSC_URL", "CONNECTORS_OGANGI_URL", "CONNECTORS_OGANGI_BASE64"],
)
def test_a_gateways_wrong_setting_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv(variable, "nonsense")
    monkeypatch.setattr(serving, "set_up_logs", lambda: None)  # it would hold for the tests after this one
    result = CliRunner().invoke(cli, ["serve"])
    assert result.exit_code == 1
    assert variable in result.output
    assert "Listening" not in result.output


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError(NUMBER), 1, "Error: this should not have happened: ValueError in cli.py, line "),
        (KeyboardInterrupt(), 1, "Aborted!"),
        (requests.ConnectionError(NUMBER), 1, "Error: ConnectionError in cli.py, line "),
        (OSError(28, "No space left on device"), 1, "Error: No space left on device\n"),
        (PermissionError(13, "Permission denied", "/data"), 1, "Error: Permission denied: /data\n"),
        (NotFound("There is none."), 1, "Error: There is none.\n"),
        (NotUnderstood("Say which."), 2, "Error: Say which.\n"),
        (click.UsageError("Say which."), 2, "Error: Say which.\n"),
    ],
)
def test_it_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setitem(cli.commands, "fail", click.Command("fail", callback=fail))
    result = CliRunner().invoke(cli, ["fail"])
    assert result.exit_code == code
    assert said in result.output
    assert "Traceback" not in result.output
    assert NUMBER not in result.output
