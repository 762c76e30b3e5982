"""Whose SMSC a command asks, and what it says where there is no answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection, select

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import find_connection, require_account
from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.errors import ConnectorsError, NotFound
from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.smsc import verdicts
from connectors.shared.gateways.smsc.answers import Outcome, Refusal
from connectors.shared.gateways.smsc.bounded import BoundedSmsc
from connectors.shared.gateways.smsc.gateway import NAME
from connectors.shared.gateways.smsc.kind import bounded_smsc

T = TypeVar("T")

_CREDENTIALS: Final = "--gateway smsc --login LOGIN --password-stdin"
_NO_ACCOUNT: Final = (
    f"No account is connected to SMSC yet. Add one: `connectors accounts add --customer-id NAME {_CREDENTIALS}`."
)
_IN_DOUBT: Final = (Outcome.NO_ANSWER, Outcome.UNREADABLE)
# What of_question() says of these is about messages.
_WORDS: Final = {
    1: "SMSC did not understand the request.",
    5: "SMSC did not understand a date, or could not do it.",
    6: "SMSC does not allow it.",
}


class NoAnswer(ConnectorsError):
    """SMSC refused, or could not be asked; the words say what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """SMSC as one account has it."""

    smsc: BoundedSmsc
    connection_id: int
    sender_id: str


@contextmanager
def asking(open_house: Opener, customer_id: str | None) -> Iterator[Asked]:
    """Give SMSC as the account named has it, or the only one connected. Raises NotFound, NotUnderstood."""
    with open_house() as house:
        with house.database.read() as connection:
            connection_id, sender_id = _connected(connection, customer_id)
        yield Asked(bounded_smsc(house), connection_id, sender_id)


def answered(answer: T | Refusal, doubt: str | None = None) -> T:
    """Return the answer. Raises NoAnswer; `doubt` is said where SMSC may have done it all the same."""
    if not isinstance(answer, Refusal):
        return answer
    if doubt is not None and answer.outcome in _IN_DOUBT:
        raise NoAnswer(f"No answer of SMSC's came that makes sense. {doubt}")
    raise NoAnswer(_words(answer))


def none_is(code: int, answer: list[T] | Refusal) -> list[T]:
    """Return a list that SMSC calls error `code` where it is empty. Raises NoAnswer for other refusals."""
    if isinstance(answer, Refusal) and answer.outcome is Outcome.REFUSED and answer.code == code:
        return []
    return answered(answer)


def _words(refusal: Refusal) -> str:
    if refusal.outcome is Outcome.REFUSED and (refusal.code is None or refusal.code in _WORDS):
        words = _WORDS.get(refusal.code or 0, "SMSC refused.")
        return f"{words} It said: {refusal.words}" if refusal.words else words
    result = verdicts.of_question(refusal)
    again = result.retry_after is not None and refusal.outcome is not Outcome.BOUNDED
    wait = f" Ask again in {-int(-(result.retry_after or 0) // 1)} seconds." if again else ""
    return f"{result.explanation or 'SMSC refused.'}{wait}"


def _connected(connection: Connection, customer_id: str | None) -> tuple[int, str]:
    """Return the connection to SMSC, and whom its messages are from."""
    if customer_id is None:
        customer_id = _only_customer(connection)
    account_id, name = require_account(connection, customer_id)
    row = find_connection(connection, account_id, NAME)
    if row is None:
        raise NotFound(
            f"The account {name} has no connection to SMSC. Make one: `connectors accounts connect "
            f"--customer-id {name} {_CREDENTIALS}`."
        )
    return int(row["id"]), row["sender_id"] or ""


def _only_customer(connection: Connection) -> str | None:
    """Return the only customer connected to SMSC, None where there are several. Raises NotFound."""
    statement = (
        select(accounts.c.customer_id)
        .join(connections, connections.c.account_id == accounts.c.id)
        .where(
            connections.c.gateway == NAME,
            connections.c.state != ConnectionState.MERGED.value,
            accounts.c.customer_id.is_not(None),
        )
        .limit(2)
    )
    found = list(connection.scalars(statement))
    if len(found) == 1:
        return str(found[0])
    if (
        not found
        and connection.scalar(select(accounts.c.id).where(accounts.c.customer_id.is_not(None)).limit(1)) is None
    ):
        raise NotFound(_NO_ACCOUNT)
    return None
