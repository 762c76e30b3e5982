"""`connectors shopify automations` and `setup`."""

from pathlib import Path
from typing import Any

import pytest

from connectors.service import Service
from connectors.shared.templates import store as kept_templates
from tests.shopify.commands.running import run, sit_down, told
from tests.shopify.connected import Connected, add_tenant, connect_shop
from tests.shopify.signing import DOMAIN

OTHER = "other.myshopify.com"

pytestmark = pytest.mark.usefixtures("connected")


def one(trigger: str, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = told("automations", "show", trigger, *arguments)
    return found


def on(*arguments: str) -> list[str]:
    return [automation["trigger"] for automation in told("automations", *arguments) if automation["enabled"]]


def test_they_are_turned_on_and_off() -> None:
    assert on() == []
    assert f"On for {DOMAIN}: Order placed, Welcome." in run("automations", "enable", "order_placed", "welcome")
    assert on() == ["order_placed", "welcome"]
    run("automations", "disable", "welcome")
    assert on() == ["order_placed"]
    assert "order_placed" in run("automations", "enable", "order_lost", code=2)
    assert on() == ["order_placed"]


def test_they_are_shown_as_people_read_them() -> None:
    run("automations", "set", "review_request", "--delay", "36h", "--after", "order_shipped")
    run("automations", "set", "order_paid", "--template", "Paid \x1b[2J[bold]", "--delay", "15m")
    lines = {line.split()[1]: line for line in run("automations").splitlines()}
    assert "with its link, or 15m later" in lines["order_shipped"]
    assert "1d 12h after shipping" in lines["review_request"]
    assert "15m later" in lines["order_paid"]
    assert "at once" in lines["order_placed"]
    assert "1h later" in lines["checkout_abandoned"]
    assert lines["welcome"].startswith("off")
    assert "marketing" in lines["welcome"]
    assert "Paid �[2J[bold]" in lines["order_paid"]
    shown = run("automations", "show", "order_shipped")
    for words in ("Order shipped is off.", "{{ fulfillment.tracking_url }}", "also in"):
        assert words in shown


def test_whatever_is_given_is_changed(tmp_path: Path) -> None:
    english, german = tmp_path / "en.txt", tmp_path / "de.txt"
    english.write_text("Thanks for {{ order.name }}.\n")
    german.write_text("Danke für {{ order.name }}.\r\n")
    changed = told(
        *("automations", "set", "order_placed", "--template-file", str(english), "--translation", f"de={german}"),
        *("--delay", "2m", "--consent", "marketing", "--hours", "day", "--sender-id", "KURTAS"),
        *("--condition", "order.total_price at_least 500", "--condition", "order.tags contains gift wrap"),
        *("--condition", "order.city exists", "--condition", f"order.item_count at_most {10**20}"),
    )
    assert changed["template"] == "Thanks for {{ order.name }}."
    assert changed["translations"] == {"de": "Danke für {{ order.name }}."}
    assert (changed["delay_seconds"], changed["consent"], changed["hours"]) == (120, "marketing", "day")
    assert changed["sender_id"] == "KURTAS"
    assert [tuple(condition.values()) for condition in changed["conditions"]] == [
        ("order.total_price", "at_least", 500),
        ("order.tags", "contains", "gift wrap"),
        ("order.city", "exists", None),
        ("order.item_count", "at_most", 1e20),
    ]
    french = tmp_path / "fr.txt"
    french.write_text("Merci")
    more = told("automations", "set", "order_placed", "--translation", f"fr={french}", "--reset", "delay")
    assert more == changed | {
        "translations": changed["translations"] | {"fr": "Merci"},
        "locales": ["de", "fr"],
        "delay_seconds": 0,
    }
    shown = run("automations", "show", "order_placed")
    for words in ("only if", "order.tags contains gift wrap", "Danke für", "KURTAS"):
        assert words in shown


def test_a_kept_template_is_named(service: Service, connected: Connected) -> None:
    with service.database.write() as connection:
        kept = {"name": "placed", "text": "Got {{ order.name }}!", "sender_id": "SHOPPY"}
        kept_templates.create(connection, connected.account_id, kept)
    changed = told("automations", "set", "order_placed", "--template", "placed")
    assert (changed["template"], changed["text"]) == ("placed", "Got {{ order.name }}!")
    assert ["template", "placed"] in [line.split() for line in run("automations", "show", "order_placed").splitlines()]
    shown = told("automations", "preview", "order_placed")
    assert (shown["text"][:5], shown["sender_id"]) == ("Got #", "SHOPPY")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Nothing to change"),
        (("--template", "{{ order.nmae }}"), "--template: "),
        (("--template", "a", "--template-file", __file__), "either"),
        (("--translation", "de=nowhere.txt"), "LOCALE=FILE"),
        (("--translation", f"?={__file__}"), "--translation: "),
        (("--delay", "soon"), "15m"),
        (("--delay", "99999d"), "--delay: "),
        (("--condition", "order.total_price near 5"), "at_least"),
        (("--condition", "order.total_price at_least much"), "no number"),
        (("--condition", "order.price at_least 5"), "--condition: "),
        (("--sender-id", "much too long a name"), "--sender-id: "),
        (("--after", "order_placed"), "--after: "),
    ],
)
def test_what_is_asked_wrongly_exits_2_and_changes_nothing(arguments: tuple[str, ...], said: str) -> None:
    before = told("automations")
    assert said in run("automations", "set", "order_placed", *arguments, code=2)
    assert told("automations") == before


def test_a_preview_shows_what_a_buyer_gets() -> None:
    shown = run("automations", "preview", "order_shipped")
    assert "1 SMS, " in shown
    assert "GSM-7" in shown
    assert "{{" not in shown
    tried = run("automations", "preview", "order_shipped", "--template", "Hier ist {{ order.name }} 📦")
    assert "Hier ist #" in tried
    assert "UCS-2" in tried
    german = told("automations", "preview", "order_placed", "--locale", "de")
    assert german["locale"] == "de"
    assert german["text"] != told("automations", "preview", "order_placed")["text"]
    assert "such as de" in run("automations", "preview", "order_placed", "--locale", "?", code=2)


def test_where_there_are_several_shops_one_is_named(service: Service) -> None:
    connect_shop(service, OTHER, customer_id="C-TWO")
    said = run("automations", code=2)
    assert DOMAIN in said
    assert OTHER in said
    run("automations", "enable", "welcome", "--shop", OTHER)
    run("automations", "--shop", OTHER, "enable", "order_placed")
    assert on("--shop", OTHER) == on("--customer-id", "C-TWO") == ["order_placed", "welcome"]
    assert on("--shop", DOMAIN) == on("--customer-id", "C-ONE") == []
    assert "no shop" in run("automations", "--shop", OTHER, "--customer-id", "C-ONE", code=1)
    assert "permanent domain" in run("automations", "--shop", "other", code=2)


def test_the_proposed_set_is_taken_without_a_question() -> None:
    assert "--yes" in run("setup", code=2)
    assert on() == []
    said = run("setup", "--yes")
    assert on() == ["order_placed", "order_shipped", "out_for_delivery", "order_delivered"]
    for words in ("On: Order placed, Order shipped, Out for delivery, Order delivered.", "1 SMS", "buyers get two"):
        assert words in said
    assert "on already" in run("setup", "--yes", "--marketing")
    assert on()[-3:] == ["checkout_abandoned", "review_request", "welcome"]


def test_a_person_is_asked_about_each(monkeypatch: pytest.MonkeyPatch) -> None:
    sit_down(monkeypatch)
    run("setup", stdin="y\nn\n", code=1)
    assert on() == []
    said = run("setup", stdin="\nn\nn\ny\ny\nn\ny\nn\n")
    assert on() == ["order_placed", "order_delivered", "review_request"]
    assert "consent to marketing" in said
    assert run("setup", stdin="n\nn\nn\n").count("Send it?") == 2


def test_without_a_shop_it_says_how_to_connect_one(service: Service) -> None:
    run("remove", "--shop", DOMAIN, "--yes")
    assert "shopify connect" in run("automations", code=1)
    add_tenant(service, "C-TWO")
    assert "C-TWO" in run("automations", "--customer-id", "C-3", code=1)
