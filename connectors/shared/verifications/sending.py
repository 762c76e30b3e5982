"""Has codes sent, by one channel after the other; each is counted before it goes, and not where it did not."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.shared.clock import HOUR, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.gateways.verifier import CodeRequest, StartResult, StartVerdict
from connectors.shared.verifications import limits
from connectors.shared.verifications.choosing import Carriers
from connectors.shared.verifications.errors import VENDOR_TIMEOUT_SECONDS
from connectors.shared.verifications.limits import Limits
from connectors.shared.verifications.slots import Slots
from connectors.shared.verifications.store import SentCode, Wish

LONGEST_CODE_MS = 24 * HOUR

_MAY_HAVE_GONE_OUT = frozenset({StartVerdict.TAKEN, StartVerdict.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a wish, by the last channel that was tried and the connection that was asked."""

    connection_id: int
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
            connection_id=self.connection_id,
            channel_index=self.channel_index,
            vendor_id=result.vendor_id,
            transaction_id=result.transaction_id,
            sent_at=self.began_at,
            expires_at=self.began_at + min(vendors, wish.ttl_ms or vendors),
            vendor_expires_at=self.began_at + vendors,
            call_number=result.call_number,
            retry_after=result.retry_after,
        )


class CodeSender:
    """Asks whoever verifies for the connection that each channel goes by."""

    def __init__(self, database: Database, carriers: Carriers, allowed: Limits, slots: Slots) -> None:
        self._database = database
        self._carriers = carriers
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
        number, channel = wish.number, wish.channels[index]
        connection_id, verifier = self._carriers.choose(wish.account_id, channel, number)
        with self._database.write() as connection:
            counted = limits.reserve(connection, self._limits, wish.account_id, number, began_at)
        request = CodeRequest(
            country_code=number.country_code,
            national=number.national,
            channel=channel,
            code_length=wish.code_length,
            language=wish.language,
            ttl_seconds=None if wish.ttl_ms is None else wish.ttl_ms / SECOND,
        )
        result = verifier.start(connection_id, request)
        if result.verdict not in _MAY_HAVE_GONE_OUT:
            with self._database.write() as connection:
                limits.give_back(connection, counted)
        return Asked(connection_id, index, began_at, result)


def _milliseconds(timeout_seconds: float | None) -> int:
    seconds = VENDOR_TIMEOUT_SECONDS if timeout_seconds is None else timeout_seconds
    return int(min(seconds * SECOND, LONGEST_CODE_MS))
