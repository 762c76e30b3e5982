"""The feature matrix: made of what gateways declare, and what the documentation shows."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.cli import cli
from connectors.shared.gateways import matrix
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.installed import GATEWAYS, NAMES

PAGE = Path(__file__).parents[3] / "docs" / "gateways.md"
BEGIN, END = "<!-- matrix: connectors gateways --markdown -->", "<!-- end of the matrix -->"
KIND = GATEWAYS[0]
OTHERWISE: dict[str, Any] = {
    "channels": ("FAX",),
    "differing_texts": "a letter",
    "longest_text": 7,
    "receipts": "pigeon",
    "verification_channels": ("FAX",),
    "incoming": ("pigeon",),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Features)])
def test_every_feature_is_shown(name: str) -> None:
    plain = Features()
    other = replace(plain, **{name: OTHERWISE.get(name, not getattr(plain, name))})
    shown = [matrix.as_markdown([replace(KIND, features=features)]) for features in (plain, other)]
    assert shown[0] != shown[1]


def test_the_page_shows_what_gateways_declare() -> None:
    """Where this fails, put what `connectors gateways --markdown` prints between the marks."""
    shown = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    assert shown.strip() == matrix.as_markdown(GATEWAYS)


@pytest.mark.parametrize("option", [[], ["--json"], ["--markdown"]], ids=str)
def test_the_command_shows_every_gateway(option: list[str]) -> None:
    result = CliRunner().invoke(cli, ["gateways", *option])
    assert result.exit_code == 0
    assert all(kind.name in result.output or kind.title in result.output for kind in GATEWAYS)
    if option == ["--json"]:
        assert [each["name"] for each in json.loads(result.output)] == list(NAMES)


def test_only_one_form_is_printed() -> None:
    assert CliRunner().invoke(cli, ["gateways", "--json", "--markdown"]).exit_code == 2
