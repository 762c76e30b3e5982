"""Each call of Message Central's documents, over a real socket."""

import base64
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from connectors.sandbox.options import Outage
from connectors.sandbox.server import SandboxServer
from tests.sandbox.caller import MESSAGE, NUMBER, Caller


def claims_of(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def test_a_token_is_a_jwt_that_says_when_it_ends(caller: Caller) -> None:
    answer = caller.token("C-33432A5F49F7404", "secret")
    body = answer.json()
    header, _, signature = body["token"].split(".")
    claims = claims_of(body["token"])
    assert answer.status_code == 200
    assert body["status"] == 200
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "HS512"}
    assert len(base64.urlsafe_b64decode(signature + "==")) == 64
    assert claims["sub"] == "C-33432A5F49F7404"
    assert isinstance(claims["exp"], int)
    assert claims["exp"] > time.time() + 86_400


@pytest.mark.parametrize(("customer_id", "password"), [("C-1", "wrong"), ("", "secret"), ("C-1", "")])
def test_wrong_credentials_are_told_with_http_200(caller: Caller, customer_id: str, password: str) -> None:
    answer = caller.token(customer_id, password)
    assert answer.status_code == 200
    assert answer.json() == {"status": 400, "error": "customerId is invalid"}


def test_a_key_that_is_no_base64_is_refused(caller: Caller) -> None:
    answer = caller.get("/auth/v1/authentication/token", customerId="C-1", key="not base64!")
    assert answer.json() == {"status": 400, "error": "customerId is invalid"}


def test_named_accounts_are_the_only_ones(caller: Caller) -> None:
    caller.server.settings(accounts={"C-9": "pässword"})
    assert "token" in caller.token("C-9", "pässword").json()
    assert "error" in caller.token("C-9", "secret").json()
    assert "error" in caller.token("C-1", "secret").json()
    assert caller.send().status_code == 401


def test_a_single_message_reaches_its_phone(caller: Caller) -> None:
    answer = caller.send(messageType="PROMOTIONAL", templateId="1007", entityId="1101")
    body = answer.json()
    [message] = caller.server.messages()
    assert answer.status_code == 200
    assert body == {
        "responseCode": 200,
        "message": "SUCCESS",
        "data": {
            "verificationId": body["data"]["verificationId"],
            "mobileNumber": "9816111111",
            "responseCode": "200",
            "errorMessage": None,
            "timeout": "30.0",
            "smsCLI": None,
            "transactionId": message.transaction_id,
        },
    }
    assert uuid.UUID(message.transaction_id).version == 4
    assert body["data"]["verificationId"].isdigit()
    assert (message.to, message.sender_id, message.text) == ("+919816111111", "UTOMOB", MESSAGE["message"])
    assert (message.message_type, message.flow_type) == ("PROMOTIONAL", "SMS")
    assert (message.template_id, message.entity_id) == ("1007", "1101")


@pytest.mark.parametrize("text", ["नमस्ते दुनिया 👋🏽", "a&b=c+d %20 #1;\n\ttab", "السلام عليكم", "x" * 1530])
def test_texts_arrive_as_they_were_sent(caller: Caller, text: str) -> None:
    assert caller.send(message=text).status_code == 200
    assert caller.server.messages()[0].text == text


def test_the_default_message_type_is_otp(caller: Caller) -> None:
    caller.send()
    assert caller.server.messages()[0].message_type == "OTP"


def test_one_call_for_many_has_one_transaction(caller: Caller) -> None:
    answer = caller.send_many("9816111111", "7715131105", "9816111112")
    messages = caller.server.messages()
    assert answer.json()["data"]["mobileNumber"] is None
    assert [message.to for message in messages] == ["+919816111111", "+917715131105", "+919816111112"]
    assert {message.transaction_id for message in messages} == {answer.json()["data"]["transactionId"]}
    assert caller.control("GET", "/calls").json()["items"][-1]["recipients"] == 3


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "eyJhbGciOiJIUzUxMiJ9.thisisatesttoken.IgGu7Sb4"])
def test_a_bad_token_is_a_401(caller: Caller, token: str) -> None:
    answer = caller.post({**MESSAGE, **NUMBER}, headers={"authToken": token})
    assert answer.status_code == 401
    assert caller.server.messages() == []


def test_tokens_end_and_can_be_revoked(caller: Caller) -> None:
    caller.control("DELETE", "/tokens")
    assert caller.send().status_code == 401
    caller.authenticate()
    assert caller.send().status_code == 200
    caller.server.settings(token_lifetime=-1)
    caller.authenticate()
    assert caller.send().status_code == 401


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"senderId": ""}, 400),
        ({"message": ""}, 400),
        ({"flowType": ""}, 400),
        ({"flowType": "SAUTH"}, 400),
        ({"type": "MMS"}, 400),
        ({"messageType": "TRANSACTIONAL"}, 400),
        ({"templateId": "1007"}, 400),
        ({"entityId": "1101"}, 400),
        ({"mobileNumber": ""}, 400),
        ({"countryCode": ""}, 400),
        ({"countryCode": "999"}, 511),
        ({"countryCode": "+91"}, 511),
        ({"countryCode": "٩١"}, 511),
        ({"mobileNumber": "+919816111111"}, 511),
        ({"mobileNumber": "98161 11111"}, 511),
        ({"mobileNumber": "1"}, 511),
        ({"mobileNumber": "", "countryCode": "", "phoneNumbers": "9816111111"}, 511),
        ({"phoneNumbers": " , "}, 511),
        ({"phoneNumbers": "91 9816111111, 999 7715131105"}, 511),
    ],
)
def test_what_the_vendor_refuses_is_refused(caller: Caller, wrong: dict[str, str], code: int) -> None:
    answer = caller.send(**wrong)
    body = answer.json()
    assert answer.status_code == 400
    assert body["responseCode"] == code
    assert body["message"] == {400: "BAD_REQUEST", 511: "INVALID_COUNTRY_CODE"}[code]
    assert body["data"]["responseCode"] == str(code)
    assert caller.server.messages() == []


def test_other_channels_are_taken(caller: Caller) -> None:
    caller.send(flowType="WHATSAPP")
    caller.send(flowType="RCS")
    assert [message.flow_type for message in caller.server.messages()] == ["WHATSAPP", "RCS"]


def test_parameters_in_the_body_do_not_count(caller: Caller) -> None:
    answer = caller.post({}, data={**MESSAGE, **NUMBER})
    assert answer.json()["responseCode"] == 400


@pytest.mark.parametrize(
    ("outage", "status"),
    [(Outage.UNAVAILABLE, 503), (Outage.SERVER_ERROR, 500), (Outage.THROTTLED, 429), (Outage.HTML, 200)],
)
def test_an_outage_takes_nothing(caller: Caller, outage: Outage, status: int) -> None:
    caller.server.settings(outage=outage)
    assert caller.send().status_code == status
    assert caller.token("C-1", "secret").status_code == status
    caller.server.settings(outage=None)
    assert caller.server.messages() == []
    assert caller.send().status_code == 200


def test_an_outage_of_connections(caller: Caller) -> None:
    caller.server.settings(outage=Outage.CLOSE)
    with pytest.raises(requests.ConnectionError):
        caller.send()
    assert caller.control("GET", "/calls").json()["items"][-1]["status"] is None


def test_a_silent_vendor_keeps_callers_waiting_until_it_is_over(caller: Caller) -> None:
    caller.server.settings(outage=Outage.TIMEOUT)
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{caller.server.url}/verification/v3/send", timeout=0.2)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(caller.send)
        caller.server.settings(outage=None)
        assert isinstance(waiting.exception(timeout=10), requests.ConnectionError) or waiting.result().ok


def test_latency_holds_many_calls_at_the_same_time(caller: Caller) -> None:
    caller.server.settings(latency=0.3)
    began = time.monotonic()
    with ThreadPoolExecutor(120) as pool:
        texts = [f"Message {number}" for number in range(120)]
        parameters = [{**MESSAGE, **NUMBER, "message": text} for text in texts]
        token = caller.session.headers["authToken"]
        url = f"{caller.server.url}/verification/v3/send"

        def call(one: dict[str, str]) -> int:
            return requests.post(url, params=one, headers={"authToken": token}, timeout=30).status_code

        assert set(pool.map(call, parameters)) == {200}
    took = time.monotonic() - began
    assert 0.3 <= took < 120 * 0.3 / 4
    assert {message.text for message in caller.server.messages()} == set(texts)


def test_calls_are_kept_in_a_book(caller: Caller) -> None:
    caller.send()
    caller.send_many("9816111111", "9816111112")
    caller.send(senderId="")
    calls = caller.control("GET", "/calls?since=1").json()
    book = [(call["path"], call["kind"], call["recipients"], call["status"]) for call in calls["items"]]
    path = "/verification/v3/send"
    assert book == [(path, "single", 1, 200), (path, "many", 2, 200), (path, "single", 0, 400)]
    assert calls["next"] == 4
    assert caller.server.stats()["calls"] == 3
    assert caller.server.stats()["tokens_minted"] == 1


def test_duplicates_are_counted(server: SandboxServer, caller: Caller) -> None:
    caller.send(message="one")
    caller.send(message="two")
    assert server.stats()["duplicates"] == 0
    caller.send(message="one")
    caller.send(message="one")
    assert server.stats()["duplicates"] == 2


def test_unknown_paths_and_methods_are_told_in_json(caller: Caller) -> None:
    assert caller.get("/verification/v3/send").json() == {"status": 405, "error": "Method Not Allowed"}
    assert caller.get("/verification/v9/send").json() == {"status": 404, "error": "Not Found"}
