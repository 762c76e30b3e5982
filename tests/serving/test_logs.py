"""Through faults of every kind, the log of a real service holds nothing that is private or secret."""

import base64
import json
from urllib.parse import quote

import requests

from tests.serving.conftest import Install
from tests.serving.processes import PASSWORD, SEND
from tests.serving.test_kills import rows, settled
from tests.shared.messages.tenants import number_of, wait_for
from tests.shared.messages.vendor import HTML, OK, Reply, Vendor

TEXT = "Your appointment with Dr. Müller"
FAULTS = [
    Reply(503, 503),
    Reply(500, 500, HTML),
    Reply(400, 400),
    Reply(hang_up=True),
    Reply(200, 200, b"{"),
    Reply(429, 429),
    Reply(302, 302, b"", (("Location", "/elsewhere"),)),
    Reply(508),
    OK,
]


def test_the_log_holds_nothing_private(install: Install, vendor: Vendor) -> None:
    installation = install(
        CONNECTORS_ACCESS_LOG="1", CONNECTORS_CALLBACK_TOKEN="the-operators-secret", CONNECTORS_DISPATCH_THREADS="4"
    )
    installation.add_account()
    vendor.script = lambda _: FAULTS[len(vendor.calls) % len(FAULTS)]
    service = installation.serve()
    installation.send([{"mobileNumber": number_of(n), "messageText": f"{TEXT} {n}"} for n in range(30)])
    callbacks = f"{installation.url}/message-central/callbacks"
    for path in ("the-operators-secret", "the-operators-secret-but-wrong"):
        for body in (b"{", json.dumps({"status": "DELIVRD", "messageId": "t-1", "mobile": number_of(1)}).encode()):
            requests.post(f"{callbacks}/{path}?mobile={number_of(1)[1:]}", data=body, timeout=10)
    for headers, entry in (({"password": "wrong horse"}, {}), ({}, {"mobileNumber": number_of(2)}), ({}, "nonsense")):
        given = {"customerId": "C-SERVED", "password": PASSWORD, **headers}
        requests.post(f"{installation.url}{SEND}?text={quote(TEXT)}", json=entry, headers=given, timeout=10)
    requests.get(
        f"{installation.url}/api/v1/messages/{number_of(3)}", headers={"Authorization": "Bearer k"}, timeout=10
    )
    wait_for(lambda: len(vendor.calls) > 12, 30.0)
    vendor.script = lambda _: OK
    vendor.mint = lambda _: Reply(500, 500, HTML)
    service.terminate()
    service.wait(timeout=30)
    installation.serve()
    wait_for(lambda: settled(installation) or len(vendor.calls) > 30 or bool(vendor.mints), 30.0)
    log = installation.log.read_text()
    assert rows(installation)
    assert "POST" in log  # the access log is on, so that there is something to look into
    secrets = [PASSWORD, "wrong horse", "the-operators-secret", base64.b64encode(PASSWORD.encode()).decode()]
    secrets += [TEXT, quote(TEXT), "Müller", "M\\u00fcller", *(number_of(n)[3:] for n in range(30)), "token-1"]
    assert [secret for secret in secrets if secret in log] == []
