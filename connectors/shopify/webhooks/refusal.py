"""Why a webhook is not taken."""

from connectors.shared.errors import ConnectorsError


class Refusal(ConnectorsError):
    """Answered with `status`; the words are for whoever looks at why Shopify's deliveries fail."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        super().__init__(words)
