"""Looking for an entry: how far it goes before it says that Pipedrive does not have it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from connectors.pipedrive.errors import InDoubt
from connectors.pipedrive.platform.client import Answer, Pipedrive
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import LogState
from connectors.pipedrive.write_back.finding import find
from connectors.pipedrive.write_back.queue import Claimed

OURS = "01930000-0000-7000-8000-000000000001"
SINCE = 1_732_197_900_000  # 2024-11-21 14:05:00
OLD, NEW = "2024-11-20T08:00:00Z", "2024-11-21T15:00:00Z"


class Pages:
    """Answers page by page."""

    def __init__(self, *pages: Any) -> None:
        self.pages = pages
        self.asked: list[Mapping[str, Any]] = []

    def get(self, _key: GrantKey, _path: str, parameters: Mapping[str, Any]) -> Answer:
        self.asked.append(dict(parameters))
        page = len(self.asked)
        return Answer(self.pages[page - 1], {"next_cursor": f"c{page}" if page < len(self.pages) else None}, None)


def look(pages: Pages) -> int | None:
    claimed = Claimed(GrantKey(1, 7), OURS, 9, "activity", LogState.DOUBTFUL, 1, SINCE, None)
    return find(cast(Pipedrive, pages), claimed).crm_id


def activities(*times: str | None, note: str | None = None) -> Sequence[dict[str, Any]]:
    return [{"id": number, "add_time": time, "note": note} for number, time in enumerate(times, 1)]


def test_the_newest_first_back_to_when_it_was_made() -> None:
    pages = Pages(activities(NEW, OLD), activities(OLD, note=OURS))
    assert look(pages) is None
    assert pages.asked == [{"person_id": 9, "limit": 100, "sort_by": "add_time", "sort_direction": "desc"}]


@pytest.mark.parametrize("first", [(OLD, NEW), (OLD, NEW, OLD), (NEW, NEW), (NEW, None), ("soon", OLD)])
def test_a_page_that_is_not_in_order_or_not_past_it_says_nothing_of_the_next(first: Sequence[str | None]) -> None:
    pages = Pages(activities(*first), activities(NEW, note=f"Hello<br>SMS {OURS}"))
    assert look(pages) == 1
    assert pages.asked[1]["cursor"] == "c1"


def test_nothing_at_all_is_an_answer() -> None:
    assert look(Pages(None)) is None
    assert look(Pages([])) is None


@pytest.mark.parametrize("page", [{"id": 1}, ["x"], [{"id": None, "note": OURS}], [{"id": 2**63, "note": OURS}]])
def test_nonsense_is_no_answer(page: Any) -> None:
    with pytest.raises(InDoubt):
        look(Pages(page))
