import pytest

from connectors.clevertap.mapping import ENDS
from connectors.shared.messages import states
from connectors.shared.messages.states import Status
from tests.clevertap.ledger import Ledger

CLEVERTAPS_CODES = {str(code) for code in range(900, 921) if code != 911}


@pytest.mark.parametrize(
    ("status", "error_code", "event", "code"),
    [
        ("delivered", None, "delivered", None),
        ("undelivered", "UNDELIV", "failed", "914"),
        ("expired", "EXPIRED", "failed", "916"),
        ("rejected", "REJECTD", "failed", "915"),
        ("suppressed", "trial", "failed", "903"),
        ("suppressed", "opted_out", "failed", "903"),
        ("failed", "expired_unsent", "failed", "917"),
        ("failed", "511", "failed", "910"),
        ("failed", "409", "failed", "918"),
        ("failed", "506", "failed", "918"),
        ("failed", "400", "failed", "915"),
        ("failed", "401", "failed", "904"),
        ("failed", "501", "failed", "904"),
        ("failed", "508", "failed", "904"),
        ("failed", "800", "failed", "904"),
        ("failed", "805", "failed", "904"),
        ("failed", "500", "failed", "904"),
        ("failed", None, "failed", "904"),
        ("failed", "resolved_failed", "failed", "900"),
        ("canceled", None, "failed", "915"),
        ("canceled", "duplicate", "failed", "918"),
        ("unknown", "no_receipt", "failed", "900"),
        ("unconfirmed", "no_answer", "failed", "900"),
    ],
)
def test_each_end_has_its_code(
    ledger: Ledger, status: str, error_code: str | None, event: str, code: str | None
) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, "https://in1.cb.wzrkt.com/sms/generic?account=CT-1")
    ledger.end([ledger.message(account_id, status, error_code=error_code)])
    (report,) = ledger.reports()
    assert (report["event"], report["code"]) == (event, code)
    assert 10 < len(report["description"]) <= 200


def test_every_end_of_the_ledger_is_mapped() -> None:
    without_error_code = {end.status for end in ENDS if not end.error_codes}
    assert without_error_code == states.ENDS | {Status.UNCONFIRMED}


def test_only_delivered_has_no_code() -> None:
    assert {end.status for end in ENDS if end.code is None} == {Status.DELIVERED}
    assert {end.code for end in ENDS} <= CLEVERTAPS_CODES | {None}


def test_descriptions_are_short() -> None:
    assert all(len(end.description) <= 200 for end in ENDS)
