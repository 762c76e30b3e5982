"""What there is to do in Shopify once a shop is connected, in words that can be followed."""

from typing import Final

from connectors.shopify.context import INSTALL, WEBHOOKS

# As Shopify's admin calls them, and the topic that each sends.
_EVENTS: Final = (
    ("Order creation", "orders/create"),
    ("Order payment", "orders/paid"),
    ("Order cancellation", "orders/cancelled"),
    ("Refund create", "refunds/create"),
    ("Fulfillment creation", "fulfillments/create"),
    ("Fulfillment update", "fulfillments/update"),
)
_MARKETING_EVENTS: Final = (
    ("Checkout creation", "checkouts/create"),
    ("Checkout update", "checkouts/update"),
    ("Customer marketing consent update", "customers_marketing_consent/update"),
)


def where_the_key_is(public_url: str) -> str:
    """Return where a person finds the key that they are asked for."""
    return f"""\
Shopify shows the key under Settings > Notifications > Webhooks, below the first webhook that is made there. Its URL is
{public_url}{WEBHOOKS}, its format JSON."""


def of_own_webhooks(public_url: str) -> str:
    """Return how the webhooks of a shop are made in its admin."""
    return f"""\
Next, in Shopify under Settings > Notifications > Webhooks, create a webhook for each of these events, with the format
JSON, the latest API version, and this URL:

    {public_url}{WEBHOOKS}

{_listed(_EVENTS)}
  and for texts that need consent to marketing (abandoned checkouts, reviews, welcome)
{_listed(_MARKETING_EVENTS)}{_reach(public_url)}"""


def of_own_app(domain: str) -> str:
    """Return what follows where an app of the shop's own was connected: little."""
    return f"""\
Its webhooks are made by this service within a minute, while `connectors serve` runs. `connectors shopify shops` says so
if Shopify refuses one: then {domain}'s app lacks a scope, or the approval to read customers' data."""


def of_our_app(public_url: str, domain: str, *, has_app: bool) -> str:
    """Return how our app gets into a shop; where there is none, that something is missing."""
    if not has_app:
        return """\
Nothing proves yet that what Shopify sends is Shopify's. Give the key that stands under Settings > Notifications >
Webhooks with --signing-key-stdin, or an app of the shop's own with --client-id; or set CONNECTORS_SHOPIFY_CLIENT_ID and
CONNECTORS_SHOPIFY_CLIENT_SECRET to have an app of yours that shops install."""
    return f"""\
Unless it has our app already, have the shop's owner open this URL and install it:

    {public_url}{INSTALL}?shop={domain}{_reach(public_url)}"""


def of_everybody(domain: str) -> str:
    """Return what every shop's owner should know."""
    return f"""\
Shopify texts buyers by itself, too, where they gave their number at the checkout. Turn its SMS off under Settings >
Notifications > Customer notifications, or they get each text twice.

All texts are off until you choose them: `connectors shopify setup --shop {domain}`."""


def _listed(events: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"    {name:<36}{topic}" for name, topic in events)


def _reach(public_url: str) -> str:
    # https://shopify.dev/docs/apps/build/webhooks/subscribe/https: a valid certificate is asked for.
    if public_url.startswith("https://"):
        return ""
    return "\n\nShopify calls https URLs alone: set CONNECTORS_PUBLIC_URL to where the internet finds this service."
