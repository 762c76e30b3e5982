"""What can go wrong between Shopify and us. The words of each are for a person.

ShopifyError
├── Disconnected   there is no access to the Admin API, or no longer: connect again
├── NotAllowed     Shopify does not let the app do this: a scope or an approval is missing
├── Refused        Shopify does not take this very request
├── RateLimited    Shopify asks us to wait
└── Unreachable    no answer, or none that makes sense: try again
"""

from connectors.shared.errors import ConnectorsError


class ShopifyError(ConnectorsError):
    """Shopify did not do what we asked."""


class Disconnected(ShopifyError):
    """We may not call this shop's Admin API."""


class NotAllowed(ShopifyError):
    """The app may not do this in this shop."""


class Refused(ShopifyError):
    """The request itself is at fault."""


class RateLimited(ShopifyError):
    """It may be asked again after `seconds`."""

    def __init__(self, words: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(words)


class Unreachable(ShopifyError):
    """Shopify did not answer, or its answer makes no sense."""
