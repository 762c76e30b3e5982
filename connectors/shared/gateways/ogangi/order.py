"""Which end of the list of messages from phones is the newest: no document says, so their dates do."""

from enum import Enum
from itertools import pairwise

from connectors.shared.gateways.ogangi.answers import Received

Page = tuple[Received, ...]


class Order(Enum):
    """In which order the vendor lists messages."""

    NEWEST_FIRST = "newest_first"
    OLDEST_FIRST = "oldest_first"
    UNKNOWN = "unknown"


def order_within(page: Page) -> Order:
    """Return the order of a page, as most of its neighbours have it: a clock set back turns but one pair."""
    dates = [message.sent_at for message in page if message.sent_at is not None]
    return _order(sum((later > earlier) - (later < earlier) for earlier, later in pairwise(dates)))


def order_between(first: Page, last: Page) -> Order:
    """Return the order of a list by its two ends."""
    newest_of_first, newest_of_last = _newest(first), _newest(last)
    if newest_of_first is None or newest_of_last is None:
        return Order.UNKNOWN
    return _order(newest_of_last - newest_of_first)


def _newest(page: Page) -> int | None:
    return max((message.sent_at for message in page if message.sent_at is not None), default=None)


def _order(rising: int) -> Order:
    if not rising:
        return Order.UNKNOWN
    return Order.OLDEST_FIRST if rising > 0 else Order.NEWEST_FIRST
