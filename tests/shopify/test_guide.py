"""What `docs/shopify.md` quotes and tells of the connector, the connector says."""

import re
from pathlib import Path

import pytest

import connectors
from connectors.shared.automations import store
from connectors.shared.automations.conditions import Operator
from connectors.shared.automations.definitions import Trigger
from connectors.shared.automations.states import Reason
from connectors.shared.templates.rendering import compile_text
from connectors.shopify.automations.planning import KNOWN_TOPICS
from connectors.shopify.automations.texts import LANGUAGES
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.commands.next_steps import of_own_webhooks
from connectors.shopify.commands.showing import when
from connectors.shopify.context import INSTALL, WEBHOOKS
from connectors.shopify.platform.admin import API_VERSION
from connectors.shopify.platform.scopes import REQUESTED
from connectors.shopify.settings import PREFIX
from connectors.shopify.webhooks.topics import COMPLIANCE

PACKAGE = Path(connectors.__file__).parent
ROOT = PACKAGE.parent
PAGE = (ROOT / "docs" / "shopify.md").read_text()
FILLED_IN = re.compile(r"…|order: none.*|customer\.\w+")
NOT_QUOTED = {"sent, and no SMS on the phone", "An SMS comes twice"}
LANGUAGE_NAMES = (
    *("English", "German", "French", "Spanish", "Italian", "Dutch", "Portuguese", "Swedish", "Danish"),
    *("Norwegian", "Finnish", "Polish"),
)


def said() -> str:
    """Return the sources in which words for people stand, texts that go over several lines put together."""
    files = [path for folder in ("shopify", "shared") for path in sorted((PACKAGE / folder).rglob("*.py"))]
    text = "\n".join(path.read_text() for path in files)
    return re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", text))


def rows_below(heading: str, columns: int) -> list[list[str]]:
    """Return the cells of the tables with so many columns in a section, without their headings."""
    section = PAGE.split(f"\n{heading}\n")[1].split("\n## ")[0]
    tables = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [row for row in tables if len(row) == columns]


def quoted(heading: str, columns: int, column: int) -> list[str]:
    """Return what a table quotes, without what is filled in."""
    cells = [row[column] for row in rows_below(heading, columns)[1:]]
    parts = [part for cell in cells for words in cell.split(" / ") for part in FILLED_IN.split(words)]
    return sorted({found for part in parts if len(found := part.strip(" .:")) > 3} - NOT_QUOTED)


@pytest.mark.parametrize(
    ("heading", "columns", "column", "least"),
    [("## When something is wrong", 2, 0, 20), ("## Who is texted", 3, 1, 10)],
)
def test_the_guide_quotes_what_is_said(heading: str, columns: int, column: int, least: int) -> None:
    words = said()
    found = quoted(heading, columns, column)
    assert len(found) >= least
    assert [part for part in found if part not in words] == []


def test_the_guide_explains_each_reason() -> None:
    assert {row[0].strip("`") for row in rows_below("## Who is texted", 3)[1:]} == set(Reason)


@pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=lambda trigger: trigger.name)
def test_the_table_of_automations_tells_what_each_is_to_begin_with(trigger: Trigger) -> None:
    rows = {row[0].strip("`"): row[1:4] for row in rows_below("## Automations", 5)}
    shown = store.shown(store.assembled(trigger, {}, {}), trigger)
    assert rows[trigger.name] == [when(shown), shown["consent"], shown["hours"]]


@pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=lambda trigger: trigger.name)
def test_the_guide_shows_each_text_as_a_buyer_gets_it(trigger: Trigger) -> None:
    texts = dict(row for row in rows_below("## Automations", 2))
    assert texts[f"`{trigger.name}`"] == compile_text(trigger.texts["en"]).render(trigger.sample).text


def test_the_guide_names_all_webhooks_that_are_made_by_hand_and_no_other() -> None:
    told = re.findall(r"^    (\S.*?)\s{2,}(\S+/\S+)$", of_own_webhooks("https://sms.shop.example"), re.MULTILINE)
    rows = re.findall(r"^   \| ([A-Z][^|]+) \| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert rows == told
    assert {topic for _, topic in rows} < KNOWN_TOPICS


ENTERED = (WEBHOOKS, f"{INSTALL}?shop=", f"`{REQUESTED}`", f"`{API_VERSION}`", *sorted(COMPLIANCE))


@pytest.mark.parametrize("words", ENTERED)
def test_the_guide_says_what_is_entered_at_shopify(words: str) -> None:
    assert words in PAGE


@pytest.mark.parametrize("operator", Operator)
def test_the_guide_names_each_operator_of_conditions(operator: Operator) -> None:
    assert f"`{operator}`" in PAGE


def test_the_guide_names_each_language() -> None:
    assert len({id(texts) for texts in LANGUAGES.values()}) == len(LANGUAGE_NAMES)  # Norwegian has two names
    assert [name for name in LANGUAGE_NAMES if name not in PAGE] == []


def test_the_guide_names_settings_that_there_are() -> None:
    settings = (PACKAGE / "shopify" / "settings.py").read_text()
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", PAGE))
    assert named
    assert [name for name in named if f'"{name}"' not in settings] == []


def test_the_configuration_of_an_app_asks_for_what_the_code_does() -> None:
    configuration = (ROOT / "deploy" / "shopify.app.toml").read_text()
    assert f'scopes = "{REQUESTED}"' in configuration
    assert f'api_version = "{API_VERSION}"' in configuration
    assert all(f'"{topic}"' in configuration for topic in COMPLIANCE)
    assert f'{WEBHOOKS}"' in configuration
    assert f'{INSTALL}"' in configuration
