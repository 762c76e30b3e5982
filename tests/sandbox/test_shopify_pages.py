"""The stand-in for Shopify's shop, in a real browser: somebody buys, and the shopkeeper ships."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.shopify.grants import CLIENT_ID, SHOP
from tests.contrast import FAINT_TEXTS
from tests.pipedrive.opening import chromium
from tests.sandbox.shopify_app import App, app

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def told() -> Iterator[App]:
    with app() as told:
        yield told


@pytest.fixture
def server(told: App) -> Iterator[SandboxServer]:
    with SandboxServer(SandboxOptions(shopify_app_url=told.url)) as server:
        server.sandbox.shopify.seed()
        yield server


def opened(browser: Browser, url: str, **options: object) -> tuple[Page, list[str]]:
    page = browser.new_context(locale="en-GB", **options).new_page()  # type: ignore[arg-type]  # any of its options
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    return page, complaints


def test_somebody_buys_and_it_is_shipped(browser: Browser, server: SandboxServer, told: App) -> None:
    page, complaints = opened(browser, f"{server.url}/shopify/{SHOP}")
    log = page.get_by_role("region", name="Webhooks sent")
    page.get_by_role("button", name="Blue Kurta: Add to cart").click()
    page.get_by_role("button", name="One more of Blue Kurta").press("Enter")
    page.get_by_label("Text me news and offers").check()
    expect(log.get_by_text("customers_marketing_consent/update")).to_be_visible()
    page.get_by_role("button", name="Buy for ₹2,998.00").click()
    expect(page.get_by_text("Thank you! #1001")).to_be_visible()
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("button", name="Ship", exact=True).click()
    # The focus stays in the neighbourhood, though the page was renewed.
    expect(page.get_by_role("button", name="Out for delivery")).to_be_visible()
    page.get_by_role("button", name="Delivered").click()
    expect(page.locator(".parcels .chip")).to_have_text("delivered")
    expect(log.get_by_text("fulfillments/update")).to_be_visible()
    server.wait_for(lambda server: server.sandbox.shopify.sender.pending() == 0)
    (order,) = [one.payload for one in told.taken() if one.topic == "orders/create"]
    assert order["line_items"][0]["quantity"] == 2
    assert order["checkout_token"] is not None
    assert complaints == []


def test_a_cart_that_was_left_stays_open(browser: Browser, server: SandboxServer, told: App) -> None:
    page, complaints = opened(browser, f"{server.url}/shopify/{SHOP}")
    page.get_by_label("Country").select_option("Germany")
    page.get_by_role("button", name="Marigold Lamp: Add to cart").click()
    page.get_by_label("Each comes").select_option("twice")
    page.get_by_role("button", name="Leave without buying").click()
    expect(page.get_by_text("You left.")).to_be_visible()
    page.get_by_role("link", name="Orders").click()
    expect(page.get_by_role("heading", name="Open checkouts")).to_be_visible()
    server.wait_for(lambda server: server.sandbox.shopify.sender.pending() == 0)
    newest = [one.payload for one in told.taken() if one.topic.startswith("checkouts/")][-1]
    assert (newest["shipping_address"]["country_code"], newest["customer_locale"]) == ("DE", "de")
    assert newest["completed_at"] is None
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Open checkouts")).to_be_hidden()
    assert complaints == []


def test_it_fits_and_can_be_read_by_day_and_by_night(browser: Browser, server: SandboxServer) -> None:
    asking = f"/admin/oauth/authorize?client_id={CLIENT_ID}&redirect_uri={server.sandbox.shopify.callback_url}"
    page, complaints = opened(browser, f"{server.url}/shopify/{SHOP}")
    page.get_by_role("button", name="Copper Kettle: Add to cart").click()
    page.get_by_role("button", name="Buy for").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("", "/orders", "/settings/notifications", asking):
            page.goto(f"{server.url}/shopify/{SHOP}{path}")
            assert not page.evaluate(TOO_WIDE), (width, path)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(FAINT_TEXTS) == [], (scheme, path)
    assert complaints == []
