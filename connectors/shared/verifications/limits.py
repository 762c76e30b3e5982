"""How many codes an account may have sent within an hour: to a number, to its neighbours, to a country.

Whoever pumps codes for money asks for many numbers of one range: https://www.twilio.com/docs/glossary/what-is-sms-pumping-fraud
"""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, delete, insert, select

from connectors.shared.accounts.tables import accounts
from connectors.shared.clock import HOUR
from connectors.shared.errors import NotFound
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.verifications.errors import TooManyCodes, seconds_until
from connectors.shared.verifications.tables import verification_sends as sends

WINDOW_MS = HOUR
NEIGHBOUR_DIGITS = 3
"""A prefix is a number without these: a thousand numbers that follow each other."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Codes an hour and account; 0 or less: no limit."""

    per_number: int
    per_prefix: int
    per_country: int


def lock_account(connection: Connection, account_id: int) -> None:
    """Let one transaction at a time count, or look for, the codes of an account; it is held until the commit.

    Raises NotFound where the account has been removed.
    """
    # Without `key_share` every new message of the account would wait (PostgreSQL); SQLite has one writer anyway.
    own = select(accounts.c.id).where(accounts.c.id == account_id)
    if connection.scalar(own.with_for_update(key_share=True)) is None:
        raise NotFound("This account has been removed.")


def reserve(connection: Connection, limits: Limits, account_id: int, number: PhoneNumber, moment: int) -> int:
    """Count one code more; returns by what it is given back. Raises TooManyCodes and NotFound."""
    lock_account(connection, account_id)
    prefix = number.digits[:-NEIGHBOUR_DIGITS]
    for column, value, most, whose in (
        (sends.c.recipient, number.digits, limits.per_number, "this number"),
        (sends.c.prefix, prefix, limits.per_prefix, "numbers next to this one"),
        (sends.c.country_code, number.country_code, limits.per_country, "this country"),
    ):
        _check(connection, account_id, column, value, most, whose, moment)
    statement = insert(sends).values(
        account_id=account_id,
        recipient=number.digits,
        prefix=prefix,
        country_code=number.country_code,
        created_at=moment,
    )
    return int(connection.execute(statement.returning(sends.c.id)).scalar_one())


def give_back(connection: Connection, send_id: int) -> None:
    """Do not count what did not go out."""
    connection.execute(delete(sends).where(sends.c.id == send_id))


def forget_counted(connection: Connection, moment: int) -> int:
    """Remove what no limit looks at any more; returns how many."""
    return connection.execute(delete(sends).where(sends.c.created_at <= moment - WINDOW_MS)).rowcount


def _check(
    connection: Connection, account_id: int, column: Column[str], value: str, most: int, whose: str, moment: int
) -> None:
    if most <= 0:
        return
    statement = (
        select(sends.c.created_at)
        .where(sends.c.account_id == account_id, column == value, sends.c.created_at > moment - WINDOW_MS)
        .order_by(sends.c.created_at.desc())
        .offset(most - 1)
        .limit(1)
    )
    oldest_that_counts = connection.scalar(statement)
    if oldest_that_counts is not None:
        raise TooManyCodes(
            f"Enough codes have been sent to {whose} for now: at most {most:,} an hour. Try again later.",
            seconds_until(oldest_that_counts + WINDOW_MS, moment),
        )
