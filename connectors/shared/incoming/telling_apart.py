"""Whether a message is there already: known by what the vendor calls it, or by who said what when.

A vendor that calls us and is asked too hands each message in twice, and may name it differently each time. So one that
came by one way is the same as one by the other that says the same at about the same time; each is paired once, since
people do answer "ok" twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.shared.clock import MINUTE
from connectors.shared.incoming.cleaning import Cleaned
from connectors.shared.incoming.message import Way
from connectors.shared.secrets import SecretBox

PAIRED_WITHIN_MS: Final = 15 * MINUTE
REPEATED_WITHIN_MS: Final = MINUTE
"""A call without an id and a time is taken for a repetition of the one before for so long."""

_PURPOSE: Final = "incoming"


@dataclass(frozen=True, slots=True)
class Marked:
    """A message with what it is known by: digests under each key, newest first."""

    message: Cleaned = field(repr=False)
    digests: tuple[bytes, ...] = field(repr=False)
    contents: tuple[bytes, ...] = field(repr=False)

    @property
    def is_nameless(self) -> bool:
        """Whether nothing but its words tells it from others."""
        return self.message.vendor_id is None and self.message.said_at is None


@dataclass(slots=True)
class Kept:
    """A message that is there; `id` None for one that is about to be."""

    id: str | None
    way: str
    digest: bytes
    content_digest: bytes
    twin_digest: bytes | None
    happened_at: int
    received_at: int


@dataclass(slots=True)
class Sifted:
    """Which of those handed in are new (by their place), and which rows have met their other half."""

    new: list[int] = field(default_factory=list)
    paired: list[Kept] = field(default_factory=list)


def mark(secrets: SecretBox, message: Cleaned, way: Way, now: int) -> Marked:
    """Return a message with its digests."""
    named: tuple[str, ...]
    if message.vendor_id is not None:
        named = ("id", message.vendor_id, message.sender)
    elif message.said_at is not None:
        named = ("said", message.sender, message.text, str(message.said_at))
    elif way is Way.POLLED:  # the same page is read again and again
        named = ("said", message.sender, message.text, "")
    else:
        named = ("said", message.sender, message.text, f"about {now}")
    return Marked(
        message,
        secrets.digests(_PURPOSE, *named),
        secrets.digests(_PURPOSE, "content", message.sender, message.text),
    )


def sift(arrived: Sequence[Marked], kept: Iterable[Kept], way: Way, now: int) -> Sifted:
    """Tell what is new, given every row that has one of their digests."""
    sieve = _Sieve(kept, way, now)
    # What is known by name goes first: it must not lose its other half to one that only says the same.
    left = [place for place, marked in enumerate(arrived) if not sieve.knows(marked)]
    sieve.sifted.new = [place for place in left if not sieve.take(arrived[place])]
    return sieve.sifted


class _Sieve:
    def __init__(self, kept: Iterable[Kept], way: Way, now: int) -> None:
        self.sifted = Sifted()
        self._way = way
        self._now = now
        self._by_name: dict[bytes, Kept] = {}
        self._by_content: dict[bytes, list[Kept]] = defaultdict(list)
        for row in kept:
            self._add(row)

    def knows(self, marked: Marked) -> bool:
        """Whether it is there by its own name."""
        for digest in marked.digests:
            row = self._by_name.get(digest)
            if row is not None:
                if row.way != self._way and row.twin_digest is None:
                    self._pair(row, marked)
                return True
        return marked.is_nameless and self._is_repeated(marked)

    def take(self, marked: Marked) -> bool:
        """Whether it is there after all, as what came by the other way or earlier in this batch; else it is now."""
        if self.knows(marked):
            return True
        other = self._other_half(marked)
        if other is not None:
            self._pair(other, marked)
            return True
        moment = marked.message.happened_at
        self._add(Kept(None, self._way, marked.digests[0], marked.contents[0], None, moment, self._now))
        return False

    def _is_repeated(self, marked: Marked) -> bool:
        since = self._now - REPEATED_WITHIN_MS
        return any(row.way == self._way and row.received_at >= since for row in self._saying_the_same(marked))

    def _other_half(self, marked: Marked) -> Kept | None:
        moment = marked.message.happened_at
        free = [
            row
            for row in self._saying_the_same(marked)
            if row.way != self._way and row.twin_digest is None and abs(row.happened_at - moment) <= PAIRED_WITHIN_MS
        ]
        return min(free, key=lambda row: abs(row.happened_at - moment), default=None)

    def _saying_the_same(self, marked: Marked) -> list[Kept]:
        return [row for content in marked.contents for row in self._by_content.get(content, ())]

    def _pair(self, row: Kept, marked: Marked) -> None:
        row.twin_digest = marked.digests[0]
        self._by_name[row.twin_digest] = row
        if row.id is not None:
            self.sifted.paired.append(row)

    def _add(self, row: Kept) -> None:
        self._by_content[row.content_digest].append(row)
        self._by_name[row.digest] = row
        if row.twin_digest is not None:
            self._by_name[row.twin_digest] = row
