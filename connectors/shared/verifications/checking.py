"""Codes are checked: by the vendor or by us, five times wrongly at most, however many try at once.

A try is taken before the vendor is asked and given back where it gave no verdict. The code itself is handed on and
forgotten: it is in no table, no log and no exception.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from sqlalchemy import Connection, RowMapping, and_, update

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.gateways.verifier import CheckResult, CheckVerdict
from connectors.shared.verifications import store
from connectors.shared.verifications.choosing import Carriers
from connectors.shared.verifications.errors import ACCOUNT_SECONDS, LATER_SECONDS, InvalidCode, VendorUnavailable
from connectors.shared.verifications.slots import Slots
from connectors.shared.verifications.states import CALL, MOST_WRONG_CODES, VerificationStatus
from connectors.shared.verifications.store import PENDING, columns
from connectors.shared.verifications.tables import verifications

_BEGIN_ANEW: Final = "Begin a new verification."
_ANOTHER_CODE: Final = "Another code has been sent meanwhile, and only that one is good."
_BY_A_CALL: Final = "This number is verified by a call, not by a code: call the number that `call` names, or resend."
_NO_ERROR: Final = {"error_code": None, "error_message": None}
CODE_PATTERN: Final = r"^[0-9]{4,8}$(?!\n)"
_is_code = re.compile("[0-9]{4,8}", re.ASCII).fullmatch

_NO_VERDICTS = frozenset({CheckVerdict.UNKNOWN, CheckVerdict.UNAVAILABLE, CheckVerdict.ACCOUNT_REFUSED})
_TAKES_A_TRY = columns.status.in_([VerificationStatus.PENDING.value, VerificationStatus.APPROVED.value])


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check ended in. `vendor` None: it was not asked, and says nothing where the code was ours."""

    verification_id: str
    status: VerificationStatus
    tries_left: int
    detail: str
    vendor: CheckResult | None = None

    def present(self) -> dict[str, Any]:
        """Return it in the shape that the REST API shows."""
        return {
            "id": self.verification_id,
            "status": self.status.value,
            "vendor": _said(self.vendor),
            "tries_left": self.tries_left,
            "detail": self.detail,
        }


class Checker:
    """Has codes checked by whoever verifies for the connection that the last one went by."""

    def __init__(self, database: Database, carriers: Carriers, slots: Slots) -> None:
        self._database = database
        self._carriers = carriers
        self._slots = slots

    def check(self, account_id: int, verification_id: str, code: str) -> Checked:
        """Check a code. Raises InvalidCode, NotFound, WrongState and VendorUnavailable; then no try is lost."""
        if not _is_code(code):
            raise InvalidCode("A code has 4 to 8 digits, and nothing else.")
        with self._slots.taken():
            return self._check(account_id, verification_id, code)

    def _check(self, account_id: int, verification_id: str, code: str) -> Checked:
        with self._database.write() as connection:
            taken = _take_try(connection, account_id, verification_id, now_ms())
            row = store.find(connection, account_id, verification_id)
            if store.channel_of(row) == CALL and taken:
                raise WrongState(_BY_A_CALL)  # and with the transaction the try is taken back
            verifier = self._carriers.of(connection, row["connection_id"])
        if not taken:
            return _unasked(row, now_ms())
        result = verifier.check(row["connection_id"], row["vendor_id"], code, row["language"])
        if result.verdict in _NO_VERDICTS:
            with self._database.write() as connection:
                _give_back(connection, row)
            _refuse(result)
        with self._database.write() as connection:
            return _apply(connection, row, result)


def _said(vendor: CheckResult | None) -> dict[str, str | None] | None:
    if vendor is None or (vendor.code is None and not vendor.message):
        return None
    return {"code": vendor.code, "message": vendor.message}


def _take_try(connection: Connection, account_id: int, verification_id: str, moment: int) -> bool:
    taken = connection.execute(
        update(verifications)
        .where(
            columns.id == verification_id,
            columns.account_id == account_id,
            _TAKES_A_TRY,
            columns.expires_at > moment,
            columns.tries < MOST_WRONG_CODES,
        )
        .values(tries=columns.tries + 1)
    )
    return taken.rowcount == 1


def _give_back(connection: Connection, row: RowMapping) -> None:
    connection.execute(update(verifications).where(columns.id == row["id"]).values(tries=columns.tries - 1))


def _refuse(result: CheckResult) -> NoReturn:
    if result.verdict is CheckVerdict.UNKNOWN:
        raise NotFound("This code is not known any more. Begin a new verification.")
    later = ACCOUNT_SECONDS if result.verdict is CheckVerdict.ACCOUNT_REFUSED else LATER_SECONDS
    raise VendorUnavailable(result.explanation, result.retry_after or later)


def _unasked(row: RowMapping, moment: int) -> Checked:
    """Say why the vendor is not asked. An approved one is no proof for ever either."""
    locked = row["status"] == VerificationStatus.LOCKED.value
    ended = row["status"] == VerificationStatus.EXPIRED.value or row["expires_at"] <= moment
    if ended and not locked:
        return Checked(row["id"], VerificationStatus.EXPIRED, 0, f"The code is no longer good. {_BEGIN_ANEW}")
    return Checked(row["id"], VerificationStatus.LOCKED, 0, f"Too many wrong codes. {_BEGIN_ANEW}")


def _apply(connection: Connection, row: RowMapping, result: CheckResult) -> Checked:
    """Write down what the vendor said."""
    match result.verdict:
        case CheckVerdict.RIGHT:
            return _approve(connection, row, result)
        case CheckVerdict.USED:
            return _used(connection, row, result)
        case CheckVerdict.EXPIRED:
            why = "The code is no longer good."
            return _end(connection, row, result, VerificationStatus.EXPIRED, why)
        case CheckVerdict.TOO_MANY:
            why = "The vendor takes no more tries."
            return _end(connection, row, result, VerificationStatus.LOCKED, why)
        case _:
            return _count_wrong(connection, row, result, "The code is wrong.")


def _approve(connection: Connection, row: RowMapping, result: CheckResult) -> Checked:
    values = {"status": VerificationStatus.APPROVED.value, "finished_at": now_ms(), "move_at": None} | _NO_ERROR
    connection.execute(update(verifications).where(columns.id == row["id"], PENDING).values(values))
    _give_back(connection, row)
    now = _now(connection, row)
    approved = now["status"] == VerificationStatus.APPROVED.value
    detail = "The number is verified." if approved else f"It had ended when the answer came. {_BEGIN_ANEW}"
    return _checked(now, VerificationStatus(now["status"]), detail, result)


def _used(connection: Connection, row: RowMapping, result: CheckResult) -> Checked:
    now = _now(connection, row)
    if now["status"] != VerificationStatus.APPROVED.value:
        return _count_wrong(connection, row, result, f"The code was used before, and not here. {_BEGIN_ANEW}")
    _give_back(connection, row)
    return _checked(_now(connection, row), VerificationStatus.APPROVED, "The number was verified before.", result)


def _count_wrong(connection: Connection, row: RowMapping, result: CheckResult, detail: str) -> Checked:
    same = columns.id == row["id"]
    connection.execute(update(verifications).where(same).values(wrong_codes=columns.wrong_codes + 1))
    now = _now(connection, row)
    if now["wrong_codes"] >= MOST_WRONG_CODES:
        return _end(connection, row, result, VerificationStatus.LOCKED, "Too many wrong codes.", code="wrong_codes")
    # One that was approved stays so; this code does not prove it again.
    ended = now["status"] in (VerificationStatus.LOCKED.value, VerificationStatus.EXPIRED.value)
    return _checked(now, VerificationStatus(now["status"]) if ended else VerificationStatus.PENDING, detail, result)


def _end(
    connection: Connection,
    row: RowMapping,
    result: CheckResult,
    status: VerificationStatus,
    why: str,
    *,
    code: str | None = None,
) -> Checked:
    values = {
        "status": status.value,
        "error_code": code or result.code or status.value,
        "error_message": why,
        "finished_at": now_ms(),
        "move_at": None,
    }
    same = and_(columns.id == row["id"], PENDING)
    if status is VerificationStatus.EXPIRED:
        same = and_(same, columns.vendor_id == row["vendor_id"])
    connection.execute(update(verifications).where(same).values(values))
    now = _now(connection, row)
    if now["status"] == VerificationStatus.PENDING.value:
        _give_back(connection, row)
        return _checked(_now(connection, row), VerificationStatus.PENDING, _ANOTHER_CODE, result)
    return _checked(now, status, f"{why} {_BEGIN_ANEW}", result)


def _now(connection: Connection, row: RowMapping) -> RowMapping:
    return store.find(connection, row["account_id"], row["id"])


def _checked(now: RowMapping, status: VerificationStatus, detail: str, result: CheckResult) -> Checked:
    open_still = status in (VerificationStatus.PENDING, VerificationStatus.APPROVED)
    left = max(0, MOST_WRONG_CODES - now["tries"]) if open_still else 0
    return Checked(now["id"], status, left, detail, result)
