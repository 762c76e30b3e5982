"""A service with tenants and messages, dispatchers on it, and what became of the messages."""

import dataclasses
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import RowMapping, func, select, update

from connectors.service import Service
from connectors.serving.worker import dispatcher_for
from connectors.shared.accounts.store import Defaults, Login, add_account, main_connection
from connectors.shared.accounts.tables import connections
from connectors.shared.messages.accept import Accepted, NewMessage
from connectors.shared.messages.tables import messages
from connectors.shared.phone_numbers import read_number
from connectors.shared.segments import count_segments

POLL_SECONDS = 0.01
ENDS = ("sent", "failed", "unconfirmed", "canceled", "suppressed", "delivered", "undelivered", "unknown")


def wait_for(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Return once the condition holds. Raises AssertionError after `seconds`."""
    pause = threading.Event()
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        pause.wait(POLL_SECONDS)


def number_of(index: int) -> str:
    """An Indian mobile number of its own for every index, as E.164."""
    return f"+9198{index:08}"


@dataclasses.dataclass(frozen=True)
class Tenant:
    """One account on a service."""

    service: Service
    customer_id: str
    account_id: int
    connection_id: int

    def new(self, number: str, text: str, **values: Any) -> NewMessage:
        """A message that a connector would have accepted."""
        given: dict[str, Any] = {"sender_id": "UTOMOB", "source": "tests", **values}
        return NewMessage(
            account_id=self.account_id,
            connection_id=self.connection_id,
            recipient=read_number(number),
            text=text,
            segments=count_segments(text),
            **given,
        )

    def accept(self, number: str, text: str, **values: Any) -> str:
        """Accept one message; returns its id."""
        return self.accept_all([self.new(number, text, **values)])[0].id

    def accept_all(self, new: Sequence[NewMessage]) -> list[Accepted]:
        return self.service.acceptor.accept(new)

    def connection(self) -> RowMapping:
        with self.service.database.read() as connection:
            statement = select(connections).where(connections.c.id == self.connection_id)
            return connection.execute(statement).mappings().one()

    def set(self, **values: Any) -> None:
        """Change the connection."""
        with self.service.database.write() as connection:
            connection.execute(update(connections).where(connections.c.id == self.connection_id).values(values))
        self.service.wakeup.announce()


def add_tenant(service: Service, customer_id: str = "C-ONE", **defaults: Any) -> Tenant:
    """Add an account."""
    given = Defaults(**({"sender_id": "UTOMOB", "country_code": "91"} | defaults))
    with service.database.write() as connection:
        account_id = add_account(connection, service.secrets, Login(customer_id, f"password-{customer_id}"), given)
        connection_id = int(main_connection(connection, customer_id)["id"])
    return Tenant(service, customer_id, account_id, connection_id)


def row(service: Service, message_id: str) -> RowMapping:
    with service.database.read() as connection:
        return connection.execute(select(messages).where(messages.c.id == message_id)).mappings().one()


def status(service: Service, message_id: str) -> str:
    return str(row(service, message_id)["status"])


def statuses(service: Service) -> Counter[str]:
    """How many messages are in which state."""
    with service.database.read() as connection:
        rows = connection.execute(select(messages.c.status, func.count().label("n")).group_by(messages.c.status))
        return Counter({row.status: int(row.n) for row in rows})


def change(service: Service, message_id: str, **values: Any) -> None:
    """Change a row by hand: time passes, or a process died."""
    with service.database.write() as connection:
        connection.execute(update(messages).where(messages.c.id == message_id).values(values))


def change_all(service: Service, **values: Any) -> None:
    with service.database.write() as connection:
        connection.execute(update(messages).values(values))


@contextmanager
def dispatching(service: Service) -> Iterator[None]:
    """Dispatch as `connectors worker` does."""
    dispatcher = dispatcher_for(service)
    dispatcher.start()
    try:
        yield
    finally:
        dispatcher.stop()


def wait_for_ends(service: Service, seconds: float = 15.0) -> Counter[str]:
    """Wait until no message waits or is on its way; returns the states."""
    wait_for(lambda: not statuses(service).keys() & {"queued", "sending", "scheduled"}, seconds)
    return statuses(service)
