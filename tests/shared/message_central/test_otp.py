"""One-time codes of the vendor's own making: the documents' calls and answers."""

import pytest
import responses

from connectors.shared.message_central import (
    Outcome,
)
from tests.shared.message_central.mocked_vendor import CLIENT, SEND, TOKEN, VALIDATE, params

# "Send OTP" and "Validate OTP" in the vendor's documents.
OTP_SENT = {
    "responseCode": 200,
    "message": "SUCCESS",
    "data": {
        "verificationId": "2949",
        "mobileNumber": "999999999",
        "responseCode": "200",
        "errorMessage": None,
        "timeout": "60",
        "smCLI": None,
        "transactionId": "xxxx",
    },
}


OTP_RIGHT = {
    "responseCode": 200,
    "message": "SUCCESS",
    "data": {
        "verificationId": "2949",
        "mobileNumber": "999999999",
        "responseCode": "200",
        "errorMessage": None,
        "verificationStatus": "VERIFICATION_COMPLETED",
        "authToken": None,
        "transactionId": "xxxx",
    },
}


def test_sending_a_one_time_code() -> None:
    with responses.RequestsMock() as vendor:
        vendor.post(SEND, json=OTP_SENT)
        answer = CLIENT.send_otp(TOKEN, country_code="91", mobile_number="999999999", otp_length=6)
        request = vendor.calls[0].request
    assert (answer.outcome, answer.verification_id, answer.timeout_seconds) == (Outcome.SUCCESS, "2949", 60.0)
    assert params(request) == {
        "countryCode": "91",
        "flowType": "SMS",
        "mobileNumber": "999999999",
        "otpLength": "6",
        "type": "OTP",
    }


@pytest.mark.parametrize("length", [3, 9, 0, -4])
def test_one_time_codes_have_four_to_eight_digits(length: int) -> None:
    with pytest.raises(ValueError, match="4 to 8"):
        CLIENT.send_otp(TOKEN, country_code="91", mobile_number="999999999", otp_length=length)


def test_validating_a_one_time_code() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(VALIDATE, json=OTP_RIGHT)
        answer = CLIENT.validate_otp(TOKEN, verification_id="2949", code="1476")
        request = vendor.calls[0].request
    assert (answer.outcome, answer.verification_status) == (Outcome.SUCCESS, "VERIFICATION_COMPLETED")
    assert params(request) == {"verificationId": "2949", "code": "1476"}
    assert request.headers["authToken"] == TOKEN


def test_the_language_of_a_validation() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(VALIDATE, json=OTP_RIGHT)
        CLIENT.validate_otp(TOKEN, verification_id="2949", code="1476", lang_id="hi")
        assert params(vendor.calls[0].request)["langId"] == "hi"


@pytest.mark.parametrize("http_status", [200, 400])
def test_a_wrong_one_time_code(http_status: int) -> None:
    body = {"responseCode": 702, "message": "WRONG_OTP_PROVIDED"}
    with responses.RequestsMock() as vendor:
        vendor.get(VALIDATE, json=body, status=http_status)
        answer = CLIENT.validate_otp(TOKEN, verification_id="2949", code="1476")
    assert (answer.outcome, answer.message) == (Outcome.WRONG_OTP_PROVIDED, "WRONG_OTP_PROVIDED")


def test_a_server_that_validates_by_post_alone_is_asked_that_way() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(VALIDATE, status=405)
        vendor.post(VALIDATE, json=OTP_RIGHT)
        answer = CLIENT.validate_otp(TOKEN, verification_id="2949", code="1476")
        first, second = (call.request for call in vendor.calls)
    assert answer.outcome is Outcome.SUCCESS
    assert first.url == second.url


def test_post_is_tried_once() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(VALIDATE, status=405)
        vendor.post(VALIDATE, status=405)
        answer = CLIENT.validate_otp(TOKEN, verification_id="2949", code="1476")
        assert len(vendor.calls) == 2
    assert answer.outcome is Outcome.OTHER_REFUSAL
