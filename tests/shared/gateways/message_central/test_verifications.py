"""What each outcome of Verify Now means; the tokens are the gateway's own."""

from collections.abc import Callable

import pytest

from connectors.service import Service
from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.gateways.message_central.gateway import NAME
from connectors.shared.gateways.message_central.verifications import of_check, of_start
from connectors.shared.gateways.verifier import CheckVerdict, CodeRequest, StartVerdict
from connectors.shared.message_central import Answer, Outcome
from tests.shared.verifications.conftest import open_service, vendor
from tests.shared.verifications.desk import ON_SQLITE, open_desk
from tests.shared.verifications.vendor import RIGHT, Reply, VerifyVendor

__all__ = ["open_service", "vendor"]

START = {
    Outcome.SUCCESS: StartVerdict.TAKEN,
    Outcome.REQUEST_ALREADY_EXISTS: StartVerdict.EXISTS,
    Outcome.DUPLICATE_RESOURCE: StartVerdict.EXISTS,
    Outcome.BAD_REQUEST: StartVerdict.REFUSED,
    Outcome.OTHER_REFUSAL: StartVerdict.REFUSED,
    Outcome.INVALID_COUNTRY_CODE: StartVerdict.NUMBER_REFUSED,
    Outcome.MAXIMUM_LIMIT_REACHED: StartVerdict.TOO_MANY,
    Outcome.THROTTLED: StartVerdict.TOO_MANY,
    Outcome.UNAVAILABLE: StartVerdict.UNAVAILABLE,
    Outcome.SERVER_ERROR: StartVerdict.UNAVAILABLE,
    Outcome.NOT_CONNECTED: StartVerdict.UNAVAILABLE,
    Outcome.UNAUTHORIZED: StartVerdict.ACCOUNT_REFUSED,
    Outcome.INVALID_CUSTOMER_ID: StartVerdict.ACCOUNT_REFUSED,
    Outcome.INSUFFICIENT_CREDITS: StartVerdict.ACCOUNT_REFUSED,
    Outcome.NO_ANSWER: StartVerdict.IN_DOUBT,
    Outcome.UNREADABLE: StartVerdict.IN_DOUBT,
}
CHECK = {
    Outcome.SUCCESS: CheckVerdict.RIGHT,
    Outcome.ALREADY_VERIFIED: CheckVerdict.USED,
    Outcome.VERIFICATION_EXPIRED: CheckVerdict.EXPIRED,
    Outcome.MAXIMUM_LIMIT_REACHED: CheckVerdict.TOO_MANY,
    Outcome.INVALID_VERIFICATION_ID: CheckVerdict.UNKNOWN,
    Outcome.UNAUTHORIZED: CheckVerdict.ACCOUNT_REFUSED,
    Outcome.INVALID_CUSTOMER_ID: CheckVerdict.ACCOUNT_REFUSED,
    Outcome.INSUFFICIENT_CREDITS: CheckVerdict.ACCOUNT_REFUSED,
} | dict.fromkeys(
    (
        Outcome.THROTTLED,
        Outcome.UNAVAILABLE,
        Outcome.SERVER_ERROR,
        Outcome.NOT_CONNECTED,
        Outcome.NO_ANSWER,
        Outcome.UNREADABLE,
    ),
    CheckVerdict.UNAVAILABLE,
)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_of_a_send_has_a_meaning(outcome: Outcome) -> None:
    result = of_start(Answer(outcome, 1, verification_id="1", enveloped=True))
    assert result.verdict is START.get(outcome, StartVerdict.REFUSED)
    assert bool(result.explanation) is (result.verdict is not StartVerdict.TAKEN)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_of_a_check_has_a_meaning(outcome: Outcome) -> None:
    answer = Answer(outcome, 1, verification_status="VERIFICATION_COMPLETED", enveloped=True)
    assert of_check(answer).verdict is CHECK.get(outcome, CheckVerdict.WRONG)


def test_what_somebody_in_between_refuses_is_no_verdict_of_the_vendor() -> None:
    answer = Answer(Outcome.OTHER_REFUSAL, http_status=403)
    assert of_start(answer).verdict is StartVerdict.UNAVAILABLE
    assert of_check(answer).verdict is CheckVerdict.UNAVAILABLE


@ON_SQLITE
def test_a_token_that_ran_out_is_minted_once_more(open_service: Callable[..., Service], vendor: VerifyVendor) -> None:
    desk = open_desk(open_service())
    made = desk.start()
    vendor.on_check = lambda _: Reply(401, http=401) if len(vendor.checks) == 1 else None
    assert desk.check(made["id"], RIGHT).status == "approved"
    assert (len(vendor.checks), vendor.mints) == (2, 2)


@ON_SQLITE
@pytest.mark.parametrize(
    ("refusal", "verdict"),
    [
        ({"status": 400, "error": "customerId is invalid"}, StartVerdict.ACCOUNT_REFUSED),
        ({}, StartVerdict.UNAVAILABLE),
    ],
)
def test_without_a_token_nothing_is_asked(
    open_service: Callable[..., Service], vendor: VerifyVendor, refusal: dict[str, object], verdict: StartVerdict
) -> None:
    vendor.no_token = refusal
    desk = open_desk(open_service())
    with desk.service.database.read() as connection:
        connection_id = sender_of_account(connection, desk.account_id).connection_id
    verifier = desk.service.verifications.verifiers[NAME]
    assert verifier.start(connection_id, CodeRequest("91", "9816111111", "SMS", 6)).verdict is verdict
    assert verifier.check(connection_id, "1", RIGHT, None).verdict is CheckVerdict[verdict.name]
    assert (vendor.sends, vendor.checks) == ([], [])
