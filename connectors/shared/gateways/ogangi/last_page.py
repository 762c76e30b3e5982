"""Finds the last page of a list without believing what the vendor says of its length."""

from collections.abc import Callable

from connectors.shared.gateways.ogangi.order import Page


class LastPage:
    """Looks for the last page by trying; places count from the first page, which is 0.

    `probe` returns a page by its place, an empty one where there is none. `claimed` returns which is the last as the
    vendor's `records` have it, given how long a full page is: a first guess and nothing more.
    """

    def __init__(self, probe: Callable[[int], Page], claimed: Callable[[int], int]) -> None:
        self._probe = probe
        self._claimed = claimed
        self._seen: dict[int, Page] = {}

    def find(self, hint: int, first: Page = ()) -> int:
        """Return the place of the last page: two calls where it is still the hint. `first` is page 0 if known."""
        if first:
            self._seen[0] = first
        if not self._exists(hint):
            return self._between(0, hint) if hint else 0
        following = self._after(hint)
        return hint if following is None else self._between(*self._bracket(hint, following))

    def page(self, place: int) -> Page:
        """Return a page as it was seen when it was asked for."""
        if place not in self._seen:
            self._seen[place] = self._probe(place)
        return self._seen[place]

    def _after(self, place: int) -> int | None:
        if self._exists(place + 1, place):
            return place + 1
        # Pages 0 and 1 may be one page under two numbers.
        is_twin = place == 0 and self._seen[1] and self._exists(2, place)
        return 2 if is_twin else None

    def _bracket(self, full: int, low: int) -> tuple[int, int]:
        """Return a page that there is, and a later one that there is not: ever longer steps, from the claimed one."""
        high = None
        claimed = self._claimed(len(self._seen[full]))
        if claimed > low:
            low, high = (claimed, None) if self._exists(claimed, claimed - 1) else (low, claimed)
        step = 1
        while high is None or low + step < high:
            if not self._exists(low + step, low + step - 1):
                return low, low + step
            low, step = low + step, step * 2
        return low, high

    def _between(self, low: int, high: int) -> int:
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._exists(middle, middle - 1) else (low, middle)
        return low

    def _exists(self, place: int, before: int | None = None) -> bool:
        """Whether there is such a page. One that says the same as a page before it is that page, repeated."""
        page = self.page(place)
        return bool(page) and (before is None or page != self.page(before))
