from typing import Any

import pytest
import requests

from tests.sandbox.caller import Caller

META = "9999999999.1200000000.1654002362.20220531.0.wzrk_default.-1."
DELIVERED = {"event": "delivered", "data": [{"ts": 1732171200, "meta": META, "description": "Delivered"}]}
FAILED_DATA = {"ts": 1732171201, "meta": "m2.", "code": "906", "description": "Header not registered"}


def report(caller: Caller, body: Any, account: str = "?account=6K9-XXX-XX7Z") -> requests.Response:
    return caller.session.post(f"{caller.server.url}/clevertap/sms/generic{account}", json=body, timeout=10)


def failed(**changes: object) -> list[object]:
    data = {name: value for name, value in {**FAILED_DATA, **changes}.items() if value is not None}
    return [{"event": "failed", "data": [data]}]


def test_reports_are_kept(caller: Caller) -> None:
    answer = report(caller, [DELIVERED, *failed()])
    kept = caller.control("GET", "/reports").json()
    assert answer.status_code == 200
    assert answer.json()["status"] == "success"
    assert [(one["event"], one["meta"], one["account"]) for one in kept["items"]] == [
        ("delivered", META, "6K9-XXX-XX7Z"),
        ("failed", "m2.", "6K9-XXX-XX7Z"),
    ]
    assert kept["items"][1]["code"] == "906"
    assert kept["by_meta"] == {META: 1, "m2.": 1}
    assert caller.server.stats()["reports_received"] == 2


def test_a_second_end_of_a_message_is_a_duplicate(caller: Caller) -> None:
    report(caller, [DELIVERED])
    report(caller, [{"event": "clicked", "data": [{"ts": 1, "meta": META, "url": "https://shop.example"}]}])
    assert caller.server.stats()["report_duplicates"] == 0
    report(caller, failed(meta=META))
    report(caller, [DELIVERED])
    assert caller.server.stats()["report_duplicates"] == 2
    assert caller.control("GET", "/reports?since=2").json()["by_meta"] == {META: 3}


@pytest.mark.parametrize(
    "body",
    [
        DELIVERED,
        "text",
        [1],
        [{"data": []}],
        [{"event": "DELIVERED", "data": []}],
        [{"event": ["delivered"], "data": []}],
        [{"event": "delivered"}],
        [{"event": "delivered", "data": [[]]}],
        [{"event": "delivered", "data": [{"meta": META}]}],
        [{"event": "delivered", "data": [{"ts": "1732171200", "meta": META}]}],
        [{"event": "delivered", "data": [{"ts": True, "meta": META}]}],
        [{"event": "delivered", "data": [{"ts": 1732171200}]}],
        [{"event": "replied", "data": [{"ts": 1, "meta": META}]}],
        [{"event": "clicked", "data": [{"ts": 1, "meta": META}]}],
        failed(code=None),
        failed(code=906),
        failed(description=None),
        [DELIVERED, *failed(meta="")],
    ],
)
def test_what_clevertap_refuses_is_refused_whole(caller: Caller, body: object) -> None:
    answer = report(caller, body)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"
    assert caller.server.stats()["reports_received"] == 0


def test_the_account_belongs_to_the_url(caller: Caller) -> None:
    assert report(caller, [DELIVERED], account="").status_code == 400


def test_no_json_is_refused(caller: Caller) -> None:
    url = f"{caller.server.url}/clevertap/sms/generic?account=A"
    assert caller.session.post(url, data=b"{", timeout=10).status_code == 400
