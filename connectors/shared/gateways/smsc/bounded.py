"""SMSC's calls for a connection of ours, within the vendor's limits by the minute.

What commands, polling and verifications use. A call that would be one too many is not made: it is answered with
`Refusal(Outcome.BOUNDED)`, which says how long to wait. Sends have a limit of their own, kept in `identical.py`.

All methods raise NotFound where the connection is gone, SecretUnreadable without the key that its secret was sealed
with, and StoreUnavailable.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, TypeVar

from connectors.shared.gateways.bounded_calls import Bound, BoundedCalls
from connectors.shared.gateways.smsc.answers import (
    Answered,
    Balance,
    Cost,
    DedicatedNumber,
    Done,
    MessageStatus,
    Outcome,
    Refusal,
    Rented,
    Task,
    WaitedCall,
)
from connectors.shared.gateways.smsc.client import Credentials, Sms, Smsc
from connectors.shared.gateways.smsc.logins import Logins

# Calls a minute, each from the page of its call under https://smscentre.com/api/http, error 9. Those for a balance are
# counted all together, the others where they are identical.
BALANCES: Final = 10
COSTS: Final = 5
STATUSES_OF_ONE: Final = 5
STATUSES_OF_MANY: Final = 1
LISTS: Final = 3
NUMBERS: Final = 2
TASKS: Final = 3
WAITED_CALLS: Final = 50

T = TypeVar("T")


class BoundedSmsc:
    """SMSC, by the connection's id. Safe for threads and processes."""

    def __init__(self, client: Smsc, logins: Logins, calls: BoundedCalls) -> None:
        self._client = client
        self._logins = logins
        self._calls = calls

    def balance(self, connection_id: int, *, timeout: float | None = None) -> Balance | Refusal:
        """Ask how much money is left."""
        bound = Bound(BALANCES, ("smsc balance",))
        return self._within(connection_id, bound, lambda who: self._client.balance(who, timeout=timeout))

    def cost(self, connection_id: int, sms: Sms) -> Cost | Refusal:
        """Ask what a send would cost."""
        said = (*sms.phones, "", sms.text, *sms.differing)
        bound = Bound(COSTS, ("smsc cost", sms.sender, *said))
        return self._within(connection_id, bound, lambda who: self._client.cost(who, sms))

    def status(
        self, connection_id: int, messages: Sequence[tuple[str, str]], *, full: int = 0
    ) -> list[MessageStatus] | Refusal:
        """Ask what became of messages, each a number (digits) and the id it was sent with."""
        most = STATUSES_OF_ONE if len(messages) == 1 else STATUSES_OF_MANY
        bound = Bound(most, ("smsc status", *(part for message in sorted(messages) for part in message)))
        return self._within(connection_id, bound, lambda who: self._client.status(who, messages, full=full))

    def history(
        self,
        connection_id: int,
        *,
        start: date | None = None,
        end: date | None = None,
        phones: Sequence[str] = (),
        count: int | None = None,
        before: str | None = None,
    ) -> list[MessageStatus] | Refusal:
        """Ask what was sent; see `Smsc.history`."""
        bound = Bound(LISTS, ("smsc history", str(start), str(end), *phones, str(count), str(before)))

        def ask(who: Credentials) -> list[MessageStatus] | Refusal:
            return self._client.history(who, start=start, end=end, phones=phones, count=count, before=before)

        return self._within(connection_id, bound, ask)

    def answers(
        self,
        connection_id: int,
        *,
        after: str | None = None,
        hours: int | None = None,
        count: int | None = None,
        to_phone: str | None = None,
    ) -> list[Answered] | Refusal:
        """Ask for messages from phones; see `Smsc.answers`."""
        bound = Bound(LISTS, ("smsc answers", str(after), str(hours), str(count), str(to_phone)))

        def ask(who: Credentials) -> list[Answered] | Refusal:
            return self._client.answers(who, after=after, hours=hours, count=count, to_phone=to_phone)

        return self._within(connection_id, bound, ask)

    def numbers(self, connection_id: int) -> list[DedicatedNumber] | Refusal:
        """Ask which dedicated numbers can be rented."""
        return self._within(connection_id, Bound(NUMBERS, ("smsc numbers",)), self._client.numbers)

    def rent(self, connection_id: int, phone: str, *, renewed: bool = True) -> Rented | Refusal:
        """Rent a number, which costs money."""
        bound = Bound(NUMBERS, ("smsc rent", phone))
        return self._within(connection_id, bound, lambda who: self._client.rent(who, phone, renewed=renewed))

    def change_renewal(self, connection_id: int, phone: str, *, renewed: bool) -> Done | Refusal:
        """Say whether a rented number is to be renewed at the end of the month."""
        bound = Bound(NUMBERS, ("smsc renewal", phone, str(renewed)))
        return self._within(connection_id, bound, lambda who: self._client.change_renewal(who, phone, renewed=renewed))

    def wait_call(self, connection_id: int, phone: str) -> WaitedCall | Refusal:
        """Ask which number the person with this one (digits) has to call within 15 minutes."""
        bound = Bound(WAITED_CALLS, ("smsc wait call", phone))
        return self._within(connection_id, bound, lambda who: self._client.wait_call(who, phone))

    def tasks(self, connection_id: int, *, count: int | None = None, after: str | None = None) -> list[Task] | Refusal:
        """List the deferred tasks."""
        bound = Bound(TASKS, ("smsc tasks", str(count), str(after)))
        return self._within(connection_id, bound, lambda who: self._client.tasks(who, count=count, after=after))

    def download(self, connection_id: int, *, task_id: str | None = None, name: str | None = None) -> bytes | Refusal:
        """Return the CSV of a task that is done."""
        bound = Bound(TASKS, ("smsc download", str(task_id), str(name)))
        return self._within(connection_id, bound, lambda who: self._client.download(who, task_id=task_id, name=name))

    def _within(self, connection_id: int, bound: Bound, ask: Callable[[Credentials], T | Refusal]) -> T | Refusal:
        who = self._logins.get(connection_id)
        seconds = self._calls.enter(connection_id, bound)
        if seconds is None:
            return ask(who)
        words = f"SMSC takes this {_times(bound.most)} a minute. Ask again in {-int(-seconds // 1)} seconds."
        return Refusal(Outcome.BOUNDED, words=words, retry_after=seconds)


def _times(most: int) -> str:
    return "once" if most == 1 else f"{most} times"
