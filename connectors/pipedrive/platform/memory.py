"""What Pipedrive answered a moment ago, so that a page that looks every few seconds costs its budget little."""

import time
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from connectors.pipedrive.automations.deals import Stage
from connectors.pipedrive.contacts.fields import NO_FIELDS, FieldBook
from connectors.pipedrive.contacts.people import Person
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.users import UserFacts
from connectors.shared.accounts.guesses import Guesses

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

FIELDS_SECONDS: Final = 60.0
VIEWED_SECONDS: Final = 30.0
MOST_REMEMBERED: Final = 2_000


class Remembered(Generic[Key, Value]):
    """Values for some seconds, in this process. Safe to share between threads: two may load the same."""

    def __init__(self, seconds: float, *, worthless: Value | None = None) -> None:
        self._seconds = seconds
        self._worthless = worthless
        self._kept: dict[Key, tuple[float, Value]] = {}

    def get(self, key: Key, load: Callable[[], Value], *, anew: bool = False) -> Value:
        """Return what is remembered, else what `load` says, whose errors are raised and not remembered."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] > time.monotonic() and not anew:
            return kept[1]
        self._kept.pop(key, None)
        value = load()
        if value is not self._worthless:
            if len(self._kept) >= MOST_REMEMBERED:
                self._kept.clear()
            self._kept[key] = (time.monotonic() + self._seconds, value)
        return value


class Memory:
    """What one process remembers; people and users by who looks, since each sees what they may."""

    def __init__(self) -> None:
        self.fields: Remembered[int, FieldBook] = Remembered(FIELDS_SECONDS, worthless=NO_FIELDS)
        self.people: Remembered[tuple[GrantKey, int], Person] = Remembered(VIEWED_SECONDS)
        self.users: Remembered[GrantKey, UserFacts] = Remembered(VIEWED_SECONDS)
        self.stages: Remembered[GrantKey, list[Stage]] = Remembered(FIELDS_SECONDS)
        self.guesses = Guesses()
        """Of passwords of Message Central."""
