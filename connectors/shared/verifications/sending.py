"""Has codes sent, by one channel after the other; each is counted before it goes, and not where it did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from connectors.shared.clock import HOUR, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import WrongState
from connectors.shared.gateways.verifier import CodeRequest, StartResult, StartVerdict, Verifier
from connectors.shared.verifications import limits, store
from connectors.shared.verifications.errors import VENDOR_TIMEOUT_SECONDS
from connectors.shared.verifications.limits import Limits
from connectors.shared.verifications.slots import Slots
from connectors.shared.verifications.store import SentCode, Wish

LONGEST_CODE_MS = 24 * HOUR

_MAY_HAVE_GONE_OUT = frozenset({StartVerdict.TAKEN, StartVerdict.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a wish, by the last channel that was tried."""

    channel_index: int
    began_at: int
    result: StartResult

    def sent(self, wish: Wish) -> SentCode | None:
        """Return the code that is out now, or None where there is none that could be checked."""
        result = self.result
        if result.vendor_id is None or result.verdict not in (StartVerdict.TAKEN, StartVerdict.EXISTS):
            return None
        # From before the call: the vendor's clock was not running yet.
        vendors = _milliseconds(result.timeout_seconds)
        return SentCode(
            fresh=result.verdict is StartVerdict.TAKEN,
            channel_index=self.channel_index,
            vendor_id=result.vendor_id,
            transaction_id=result.transaction_id,
            sent_at=self.began_at,
            expires_at=self.began_at + min(vendors, wish.ttl_ms or vendors),
            vendor_expires_at=self.began_at + vendors,
        )


class CodeSender:
    """Asks the vendor of a connection."""

    def __init__(self, database: Database, verifiers: Mapping[str, Verifier], allowed: Limits, slots: Slots) -> None:
        self._database = database
        self._verifiers = verifiers
        self._limits = allowed
        self._slots = slots

    def send(self, wish: Wish, order: Sequence[int]) -> Asked:
        """Try these of the channels (one at least) until one is not refused.

        Nothing is tried after what may have gone out, nor after what another channel would meet as well. Raises
        TooManyCodes, VendorUnavailable, NotFound and WrongState where nothing went out.
        """
        with self._slots.taken():
            for index in order:
                asked = self._ask(wish, index)
                if asked.result.verdict is not StartVerdict.REFUSED:
                    break
        return asked

    def _ask(self, wish: Wish, index: int) -> Asked:
        began_at = now_ms()
        with self._database.write() as connection:
            verifier = verifier_of(connection, self._verifiers, wish.connection_id)
            counted = limits.reserve(connection, self._limits, wish.account_id, wish.number, began_at)
        number = wish.number
        request = CodeRequest(number.country_code, number.national, wish.channels[index], wish.code_length)
        result = verifier.start(wish.connection_id, request)
        if result.verdict not in _MAY_HAVE_GONE_OUT:
            with self._database.write() as connection:
                limits.give_back(connection, counted)
        return Asked(index, began_at, result)


def verifier_of(connection: Connection, verifiers: Mapping[str, Verifier], connection_id: int) -> Verifier:
    """Return who verifies for a connection. Raises NotFound, and WrongState where its vendor does not."""
    verifier = verifiers.get(store.gateway_of(connection, connection_id))
    if verifier is None:
        raise WrongState("The vendor of this account verifies no numbers.")
    return verifier


def _milliseconds(timeout_seconds: float | None) -> int:
    seconds = VENDOR_TIMEOUT_SECONDS if timeout_seconds is None else timeout_seconds
    return int(min(seconds * SECOND, LONGEST_CODE_MS))
