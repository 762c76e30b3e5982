"""Verifications begin, and move on to their next channel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping

from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import WrongState
from connectors.shared.phone_numbers import InvalidNumber, PhoneNumber, read_local_number
from connectors.shared.verifications import limits, store
from connectors.shared.verifications.countries import AllowedCountries
from connectors.shared.verifications.errors import (
    LATER_SECONDS,
    RecipientRefused,
    TooManyCodes,
    refuse,
    seconds_until,
)
from connectors.shared.verifications.receipts import take_parked
from connectors.shared.verifications.sending import Asked, CodeSender
from connectors.shared.verifications.states import CALL, VerificationStatus
from connectors.shared.verifications.store import SentCode, Wish

LEASE_MS = 120 * SECOND
"""Longer than all channels of a resend take, were the vendor as slow as can be."""

_NOTHING_NEW = "The number still has a code, and no other is sent while that one is good. Try again later."


@dataclass(frozen=True, slots=True)
class NewVerification:
    """What a caller asks for; `to` as a person writes it, `ttl_seconds` None for as long as the vendor has it."""

    account_id: int
    to: str = field(repr=False)
    channels: tuple[str, ...] = ("SMS",)
    code_length: int = 6
    ttl_seconds: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who may be sent a code."""

    countries: AllowedCountries
    trial_numbers: frozenset[str] = field(repr=False)

    def read(self, to: str, country_code: str | None) -> PhoneNumber:
        """Read a number. Raises RecipientRefused."""
        try:
            number = read_local_number(to, country_code)
        except InvalidNumber as error:
            raise RecipientRefused(str(error)) from None
        if not self.countries.allow(number):
            raise RecipientRefused("No codes are sent to this country: see CONNECTORS_VERIFICATION_COUNTRIES.")
        if self.trial_numbers and number.digits not in self.trial_numbers:
            raise RecipientRefused("Only the numbers in CONNECTORS_TRIAL_NUMBERS are sent anything.")
        return number


class Starter:
    """Begins verifications, and sends another code for those that have begun."""

    def __init__(self, database: Database, sender: CodeSender, recipients: Recipients) -> None:
        self._database = database
        self._sender = sender
        self._recipients = recipients

    def start(self, new: NewVerification) -> dict[str, Any]:
        """Have a code sent; returns the verification in the API's shape once the vendor has taken it.

        Raises RecipientRefused, TooManyCodes, VendorUnavailable and NotFound.
        """
        with self._database.read() as connection:
            account = sender_of_account(connection, new.account_id)
        wish = Wish(
            account_id=new.account_id,
            number=self._recipients.read(new.to, account.country_code),
            channels=new.channels,
            code_length=new.code_length,
            ttl_ms=None if new.ttl_seconds is None else new.ttl_seconds * SECOND,
            language=new.language,
        )
        asked = self._sender.send(wish, range(len(wish.channels)))
        sent = asked.sent(wish)
        if sent is None:
            refuse(asked.result)
        with self._database.write() as connection:
            verification_id = _keep(connection, wish, sent)
            return store.present(store.find(connection, new.account_id, verification_id), now_ms())

    def resend(self, account_id: int, verification_id: str) -> dict[str, Any]:
        """Send another code by the next channel (after the last comes the first); returns the verification.

        Raises NotFound, WrongState where it is not pending or a code is on its way, and what `start` raises.
        """
        with self._database.read() as connection:
            row = store.find(connection, account_id, verification_id)
        after = range(1, len(store.channels_of(row)) + 1)
        order = [(row["channel_index"] + step) % len(after) for step in after]
        self._lease(row)
        asked = self.move(row, order)
        if asked is not None:
            refuse(asked.result)
        with self._database.read() as connection:
            return store.present(store.find(connection, account_id, verification_id), now_ms())

    def move(self, row: RowMapping, order: Sequence[int]) -> Asked | None:
        """Send another code by the first of these channels that takes it; ends the caller's lease.

        Returns None once it is out, else why it is not.
        """
        try:
            wish = wish_of(row)
            asked = self._sender.send(wish, order)
        except BaseException:
            self._end_lease(row)
            raise
        sent = asked.sent(wish)
        with self._database.write() as connection:
            if sent is None or not _is_news(connection, wish, sent):
                store.end_lease(connection, row["id"])
                return asked
            store.note_sent(connection, row["id"], sent)
            take_parked(connection, row["id"], sent)
        return None

    def _lease(self, row: RowMapping) -> None:
        moment = now_ms()
        status = store.status_of(row, moment)
        if status is not VerificationStatus.PENDING:
            raise WrongState(f"This verification is {status.value}: begin a new one.")
        with self._database.write() as connection:
            won = store.lease(connection, row, moment, moment + LEASE_MS, move_at=None)
        if not won:
            raise WrongState("Another code for this verification is on its way.")

    def _end_lease(self, row: RowMapping) -> None:
        with self._database.write() as connection:
            store.end_lease(connection, row["id"])


def wish_of(row: RowMapping) -> Wish:
    """Return what was asked for. Raises WrongState where the number was erased."""
    if row["recipient"] is None:
        raise WrongState("The number of this verification has been erased.")
    return Wish(
        account_id=row["account_id"],
        number=PhoneNumber(row["country_code"], row["recipient"].removeprefix(row["country_code"])),
        channels=tuple(store.channels_of(row)),
        code_length=row["code_length"],
        ttl_ms=row["ttl_ms"],
        language=row["language"],
    )


def _keep(connection: Connection, wish: Wish, sent: SentCode) -> str:
    """Keep what the vendor has out; two that ask for one number at once share its code, and so its tries."""
    moment = now_ms()
    limits.lock_account(connection, wish.account_id)
    known = store.find_by_vendor_id(connection, wish.number, sent.vendor_id, moment)
    if known is None and not sent.fresh and wish.channels[sent.channel_index] == CALL:
        # Somebody else is being told this moment which number to call.
        raise TooManyCodes(_NOTHING_NEW, LATER_SECONDS)
    if known is None or (sent.fresh and known["created_at"] < sent.sent_at):
        verification_id = store.insert_verification(connection, wish, sent, moment)
        take_parked(connection, verification_id, sent)
        return verification_id
    if known["account_id"] == wish.account_id and store.status_of(known, moment) is VerificationStatus.PENDING:
        return str(known["id"])
    # Begun anew on the same code, a locked one would be open to five more guesses, and another's would not be its own.
    raise TooManyCodes(_NOTHING_NEW, sent.retry_after or seconds_until(known["vendor_expires_at"], moment))


def _is_news(connection: Connection, wish: Wish, sent: SentCode) -> bool:
    """Tell whether no verification stands on this code yet: an earlier call's, say, whose answer was lost."""
    if sent.fresh:
        return True
    if wish.channels[sent.channel_index] == CALL:
        return False  # which number to call was told to somebody else
    limits.lock_account(connection, wish.account_id)
    return store.find_by_vendor_id(connection, wish.number, sent.vendor_id, now_ms()) is None
