import re

import pytest
import requests

from tests.sandbox.caller import NUMBER, Caller

OTP = {**NUMBER, "flowType": "SMS"}


def validate(caller: Caller, verification_id: str, code: str) -> requests.Response:
    return caller.get("/verification/v3/validateOtp", verificationId=verification_id, code=code, langId="en")


def sent_code(caller: Caller, length: int = 4) -> str:
    found = re.search(rf"\b\d{{{length}}}\b", caller.server.messages()[-1].text)
    assert found
    return found[0]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10_000:04d}"


@pytest.mark.parametrize("parameters", [OTP, {**OTP, "type": "OTP", "customerId": "C-1"}])
def test_a_code_is_sent_and_checked(caller: Caller, parameters: dict[str, str]) -> None:
    sent = caller.post(parameters).json()
    [message] = caller.server.messages()
    verification_id = sent["data"]["verificationId"]
    assert sent == {
        "responseCode": 200,
        "message": "SUCCESS",
        "data": {
            "verificationId": verification_id,
            "mobileNumber": "9816111111",
            "responseCode": "200",
            "errorMessage": None,
            "timeout": "60",
            "smCLI": None,
            "transactionId": message.transaction_id,
        },
    }
    assert (message.sender_id, message.message_type) == ("UTOMOB", "OTP")
    assert validate(caller, verification_id, sent_code(caller)).json() == {
        "responseCode": 200,
        "message": "SUCCESS",
        "data": {
            "verificationId": verification_id,
            "mobileNumber": "9816111111",
            "responseCode": "200",
            "errorMessage": None,
            "verificationStatus": "VERIFICATION_COMPLETED",
            "authToken": None,
            "transactionId": message.transaction_id,
        },
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_way_to_validate(caller: Caller, method: str, slash: str) -> None:
    sent = caller.post(OTP).json()["data"]
    answer = caller.session.request(
        method,
        f"{caller.server.url}/verification/v3/validateOtp{slash}",
        params={"verificationId": sent["verificationId"], "code": sent_code(caller)},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.json()["data"]["verificationStatus"] == "VERIFICATION_COMPLETED"
    assert caller.server.stats()["calls_by_kind"]["validate"] == 1


def test_wrong_then_right_then_again(caller: Caller) -> None:
    verification_id = caller.post(OTP).json()["data"]["verificationId"]
    code = sent_code(caller)
    answers = [validate(caller, verification_id, guess) for guess in (another(code), code, code)]
    codes = [(answer.json()["responseCode"], answer.json()["message"]) for answer in answers]
    assert codes == [(702, "WRONG_OTP_PROVIDED"), (200, "SUCCESS"), (703, "ALREADY_VERIFIED")]
    assert [answer.status_code for answer in answers] == [400, 200, 400]


def test_a_verification_that_nobody_knows(caller: Caller) -> None:
    assert validate(caller, "1", "1234").json()["responseCode"] == 505


def test_a_code_ends(caller: Caller) -> None:
    caller.server.settings(otp_timeout=0.0)
    verification_id = caller.post(OTP).json()["data"]["verificationId"]
    assert validate(caller, verification_id, sent_code(caller)).json()["responseCode"] == 705


def test_a_second_request_names_the_first(caller: Caller) -> None:
    first = caller.post(OTP).json()
    again = caller.post(OTP)
    assert again.status_code == 400
    assert (again.json()["responseCode"], again.json()["message"]) == (506, "REQUEST_ALREADY_EXISTS")
    assert again.json()["data"]["verificationId"] == first["data"]["verificationId"]
    assert len(caller.server.messages()) == 1


@pytest.mark.parametrize("length", [4, 6, 8])
def test_codes_have_the_length_asked_for(caller: Caller, length: int) -> None:
    caller.post({**OTP, "otpLength": str(length)})
    assert sent_code(caller, length)


@pytest.mark.parametrize("length", ["3", "9", "four"])
def test_other_lengths_are_refused(caller: Caller, length: str) -> None:
    assert caller.post({**OTP, "otpLength": length}).json()["responseCode"] == 400


def test_abroad_the_sender_is_another(caller: Caller) -> None:
    caller.post({**OTP, "countryCode": "44", "mobileNumber": "7911123456"})
    assert caller.server.messages()[0].sender_id == "U2 INFO"


def test_validating_takes_a_token(caller: Caller) -> None:
    caller.control("DELETE", "/tokens")
    assert validate(caller, "1000", "1234").status_code == 401
