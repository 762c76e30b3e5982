"""SMSC on the bench: https://smscentre.com/api/http, as its documents show it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from connectors.shared.gateways.logins import PASSWORD, GatewayLogin
from connectors.shared.gateways.smsc.kind import SMSC
from tests.shared.gateways.conformance.bench import TIMEOUT_SECONDS, Bench
from tests.shared.gateways.conformance.vendor import (
    Arrived,
    Asked,
    Callback,
    Fate,
    Mood,
    ScriptedVendor,
    Sent,
    Signature,
)
from tests.shared.gateways.conformance.wire import Reply, Request

CALLBACK_SECRET = "callback-secret"
CODES = {Mood.REFUSES_NUMBERS: 8, Mood.REFUSES_MESSAGE: 6, Mood.REFUSES_ACCOUNT: 3, Mood.THROTTLES: 9}
STATUSES = {Fate.SENT: "0", Fate.DELIVERED: "1", Fate.UNDELIVERED: "20"}
ERRORS = {Fate.SENT: "0", Fate.DELIVERED: "0", Fate.UNDELIVERED: "6"}
MOSCOW = timezone(timedelta(hours=3))
FORM = "application/x-www-form-urlencoded"


class SmscVendor(ScriptedVendor):
    """One id covers every number of a call; with `op=1` a bad number is told apart and the others go."""

    refuses_singly = True
    seconds_to_wait = 60.0

    def read(self, request: Request) -> Asked | None:
        said = request.form
        if request.path != "/sys/send.php":
            return None
        assert (said["fmt"], said["charset"]) == ("3", "utf-8")
        login = self._login_of(request)
        sent = tuple(Sent(to, text, said.get("sender", ""), login) for to, text in _phones(said))
        self._own_id, self._tells_each = said.get("id", ""), said.get("op") == "1"
        return Asked(login, said["psw"], sent)

    def accept(self, asked: Asked, vendor_id: str, refused: Sequence[Sent]) -> Reply:
        rows = [
            {"phone": sent.digits, "mccmnc": "25099", "cost": "0", "status": "20", "error": "8"}
            if sent in refused
            else {"phone": sent.digits, "mccmnc": "25099", "cost": "1.20", "status": "0"}
            for sent in asked.messages
        ]
        known = vendor_id if self.long_ids else self._own_id or vendor_id
        answer: dict[str, Any] = {"id": known, "cnt": len(rows) - len(refused)}
        return _json(answer | ({"phones": rows} if self._tells_each else {}))

    def refuse(self, mood: Mood, asked: Asked, words: str) -> Reply:
        return _json({"error": words, "error_code": 2 if asked.login is None else CODES[mood]})

    def other(self, request: Request) -> Reply:
        if self._login_of(request) is None:
            return _json({"error": "authorise error", "error_code": 2})
        if request.path == "/sys/balance.php":
            return _json({"balance": "83.60", "currency": "RUR"})
        after = int(request.form.get("after_id", 0))
        rows = [_row(each) for each in self.inbox if int(each.vendor_id) > after]
        return _json(rows or {"error": "no messages", "error_code": 3})

    def receipt(
        self, sent: Sent, vendor_id: str | None, fate: Fate, signature: Signature = Signature.RIGHT
    ) -> Callback:
        told = {"id": vendor_id or "", "phone": sent.digits, "status": STATUSES[fate], "err": ERRORS[fate]}
        signed = f"{told['id']}:{told['phone']}:{told['status']}:{CALLBACK_SECRET}"
        if signature is Signature.RIGHT:
            told["sha1"] = hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 - the vendor's
        if signature is Signature.WRONG:
            told["sha1"] = "0" * 40
        return Callback(urlencode(told).encode(), FORM)

    def incoming(self, arrived: Arrived) -> Callback:
        told = {
            "id": arrived.vendor_id,
            "phone": arrived.sender,
            "mes": arrived.text,
            "to": arrived.recipient,
            "ts": str(arrived.at_ms // 1000),
            "charset": "utf-8",
        }
        return Callback(urlencode(told).encode(), FORM)

    def _login_of(self, request: Request) -> str | None:
        said = request.form
        return said["login"] if self.accounts.get(said["login"]) == said["psw"] else None


def _phones(said: dict[str, str]) -> list[tuple[str, str]]:
    """Return whole numbers and what each reads."""
    if "list" in said:
        lines = [line.partition(":") for line in said["list"].split("\n")]
        return [(phone.removeprefix("+"), text) for phone, _, text in lines]
    return [(phone.removeprefix("+"), said["mes"]) for phone in said["phones"].split(",")]


def _row(arrived: Arrived) -> dict[str, Any]:
    received = datetime.fromtimestamp(arrived.at_ms / 1000, UTC).astimezone(MOSCOW)
    return {
        "id": int(arrived.vendor_id),
        "received": received.strftime("%d.%m.%Y %H:%M:%S"),
        "phone": arrived.sender,
        "message": arrived.text,
        "to_phone": arrived.recipient,
    }


def _json(body: Any) -> Reply:
    return Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})


def bench() -> Bench:
    """SMSC with a short timeout, its callbacks signed."""
    return Bench(
        kind=SMSC,
        vendor=SmscVendor,
        settings=lambda url: {
            "CONNECTORS_SMSC_URL": url,
            "CONNECTORS_SMSC_TIMEOUT": str(TIMEOUT_SECONDS),
            "CONNECTORS_SMSC_CALLBACK_SECRET": CALLBACK_SECRET,
        },
        login=lambda number, secret: GatewayLogin(SMSC.name, f"shop-{number:04}", {PASSWORD: secret}),
        cannot_say=frozenset({Mood.HAS_IT_ALREADY, Mood.ERRS}),
    )
