"""The people of a selection, read a page at a time with the token of whoever chose them: what they may not see they
cannot text.

A list costs ten tokens of the company's day, however long it is, so pages are as long as Pipedrive gives them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from time import monotonic, sleep
from typing import Any, Final, TypeVar

from connectors.pipedrive.campaigns.selections import Selection
from connectors.pipedrive.contacts.fields import FieldBook
from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Gone, InDoubt, NotAllowed, PipedriveError, RateLimited, Refused, Unreachable
from connectors.pipedrive.platform.answers import SENSELESS
from connectors.pipedrive.platform.client import Answer, Parameters, Pipedrive
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.looking_up import fields_of, user_of
from connectors.pipedrive.platform.users import UserFacts
from connectors.shared.kept_text import UNKEPT
from connectors.shared.web.bodies import InvalidFields

IDS_AT_ONCE: Final = 100
PEOPLE_AT_ONCE: Final = 500
PATIENCE_SECONDS: Final = 50.0
"""For which a person at the page waits."""
AGAIN_SECONDS: Final = 0.5
MOST_TRIES: Final = 3
"""Of a call that only reads and found no answer."""
PLACE_SECONDS: Final = 5.0
_BUSY: Final = "Other lists of people are being read. Try again in a moment."
_TOO_MANY: Final = (
    "Reading so many people takes too long. Choose a filter with fewer of them, and begin one campaign for each."
)
_NO_FILTER: Final = "Pipedrive has no such filter any more, or you may not see it. Choose another one."
_NOT_OF_PEOPLE: Final = "This filter is not one of people. Choose another one."

Found = TypeVar("Found")

# Each holds its people in memory, and judges them on the web's interpreter.
_places = BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """People as Pipedrive shows them, without those who are excluded or deleted; `next` leads on, None at the end."""

    people: tuple[Mapping[str, Any], ...] = field(repr=False)
    next: str | None


def read_page(pipedrive: Pipedrive, who: GrantKey, selection: Selection, cursor: str | None) -> PeoplePage:
    """Read the people behind a cursor of an earlier page. Raises PipedriveError."""
    ids = selection.chosen_ids
    if ids:
        return _page_by_ids(pipedrive, who, ids, int(cursor or 0))
    chosen = {} if selection.filter is None else selection.filter.parameters()
    parameters: Parameters = {"limit": PEOPLE_AT_ONCE, **chosen, **({} if cursor is None else {"cursor": cursor})}
    answer = pipedrive.get(who, "/api/v2/persons", parameters)
    found = tuple(each for each in _people(answer) if each["id"] not in selection.excluded_ids)
    following = answer.additional.get("next_cursor")
    if following is not None and (not isinstance(following, str) or following == cursor):
        raise InDoubt(SENSELESS)
    return PeoplePage(found, following or None)


def filter_name(pipedrive: Pipedrive, who: GrantKey, filter_id: int) -> str:
    """Return what people call a filter. Raises InvalidFields where it is none of theirs, and PipedriveError."""
    try:
        found = pipedrive.get(who, f"/api/v1/filters/{filter_id}").data
    except (Gone, Refused):
        raise InvalidFields({"selection.filter": [_NO_FILTER]}) from None
    if not isinstance(found, Mapping):
        raise InDoubt(SENSELESS)
    if found.get("type") not in (None, "people"):
        raise InvalidFields({"selection.filter": [_NOT_OF_PEOPLE]})
    return UNKEPT.sub("", str(found.get("name") or filter_id))


class PeopleReader:
    """Reads what a campaign needs, in the name of whoever began it. Its methods raise PipedriveError."""

    def __init__(self, parts: Context, who: GrantKey) -> None:
        self._parts = parts
        self._pipedrive = parts.pipedrive
        self._who = who

    def page(self, selection: Selection, cursor: str | None) -> PeoplePage:
        """Return the people behind a cursor of an earlier page."""
        return self._ask(lambda: read_page(self._pipedrive, self._who, selection, cursor))

    def organizations(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the names of organizations by their ids, without those that are gone or hidden."""
        wanted = list(dict.fromkeys(ids))
        found: dict[int, str] = {}
        for start in range(0, len(wanted), IDS_AT_ONCE):
            found |= self._organizations(wanted[start : start + IDS_AT_ONCE])
        return found

    def fields(self) -> FieldBook:
        """Return the company's custom fields."""
        return self._ask(lambda: fields_of(self._parts, self._who))

    def user(self) -> UserFacts:
        """Return who reads."""
        return self._ask(lambda: user_of(self._parts, self._who))

    def filter_name(self, filter_id: int) -> str:
        """Return what people call a filter. Raises InvalidFields where it is none of theirs."""
        return self._ask(lambda: filter_name(self._pipedrive, self._who, filter_id))

    def _organizations(self, ids: list[int]) -> dict[int, str]:
        try:
            answer = self._ask(lambda: self._pipedrive.get(self._who, "/api/v2/organizations", _by_ids(ids)))
        except (NotAllowed, Gone):
            return {}
        named = ((each["id"], each.get("name")) for each in _entities(answer))
        return {entity_id: UNKEPT.sub("", name).strip() for entity_id, name in named if isinstance(name, str)}

    def _ask(self, ask: Callable[[], Found]) -> Found:
        return ask()


class PatientReader(PeopleReader):
    """Reads for a person who waits: what Pipedrive asks to wait for is waited for, as long as a page may take."""

    def __init__(self, parts: Context, who: GrantKey, seconds: float = PATIENCE_SECONDS) -> None:
        super().__init__(parts, who)
        self._until = monotonic() + seconds

    def pages(self, selection: Selection) -> Iterator[PeoplePage]:
        """Yield the people of a selection, each once, a page at a time.

        Raises PipedriveError, and InvalidFields where there are more than anybody would wait for.
        """
        seen: set[int] = set()
        cursor: str | None = None
        while True:
            page = self._page(selection, cursor)
            fresh = tuple(each for each in page.people if each["id"] not in seen)
            seen.update(each["id"] for each in fresh)
            yield PeoplePage(fresh, page.next)
            cursor = page.next
            if cursor is None:
                return
            if monotonic() > self._until:
                raise InvalidFields({"selection": [_TOO_MANY]})

    def _page(self, selection: Selection, cursor: str | None) -> PeoplePage:
        try:
            return self.page(selection, cursor)
        except (Gone, Refused):
            if selection.chosen_ids:
                raise
            raise InvalidFields({"selection.filter": [_NO_FILTER]}) from None

    def _ask(self, ask: Callable[[], Found]) -> Found:
        tries = 0
        while True:
            try:
                return ask()
            except RateLimited as error:
                self._wait(error.seconds, error)
            except (Unreachable, InDoubt) as error:
                tries += 1
                if tries >= MOST_TRIES:
                    raise
                self._wait(AGAIN_SECONDS, error)

    def _wait(self, seconds: float, error: PipedriveError) -> None:
        if monotonic() + seconds > self._until:
            raise error
        sleep(seconds)


@contextmanager
def patient_reader(parts: Context, who: GrantKey) -> Iterator[PatientReader]:
    """Give a reader for as long as a request lasts. Raises RateLimited where others read already."""
    if not _places.acquire(timeout=PLACE_SECONDS):
        raise RateLimited(_BUSY, PLACE_SECONDS)
    try:
        yield PatientReader(parts, who)
    finally:
        _places.release()


def _page_by_ids(pipedrive: Pipedrive, who: GrantKey, ids: tuple[int, ...], start: int) -> PeoplePage:
    wanted = ids[start : start + IDS_AT_ONCE]
    answer = pipedrive.get(who, "/api/v2/persons", _by_ids(wanted))
    asked = frozenset(wanted)
    following = start + IDS_AT_ONCE
    return PeoplePage(
        tuple(each for each in _people(answer) if each["id"] in asked),
        str(following) if following < len(ids) else None,
    )


def _by_ids(ids: Iterable[int]) -> dict[str, str | int]:
    return {"ids": ",".join(map(str, ids)), "limit": IDS_AT_ONCE}


def _people(answer: Answer) -> list[Mapping[str, Any]]:
    return [each for each in _entities(answer) if not each.get("is_deleted")]


def _entities(answer: Answer) -> list[Mapping[str, Any]]:
    found = answer.data if answer.data is not None else []
    if not isinstance(found, list):
        raise InDoubt(SENSELESS)
    return [each for each in found if isinstance(each, Mapping) and isinstance(each.get("id"), int)]
