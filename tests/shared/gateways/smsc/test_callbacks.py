"""SMSC's callbacks through their route: whose they are, by what proof, and what becomes of the messages."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import RowMapping, Select, select

from connectors.app import app_for
from connectors.service import Service
from connectors.shared.accounts.store import Defaults, connect
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.gateways.logins import PASSWORD, GatewayLogin
from connectors.shared.gateways.smsc import callbacks
from connectors.shared.gateways.smsc.callbacks import LARGEST_BODY
from connectors.shared.gateways.smsc.gateway import NAME
from connectors.shared.incoming.tables import incoming_messages
from connectors.shared.messages.tables import receipts
from connectors.shared.opt_outs.tables import opt_outs
from tests.shared.gateways.smsc.posted import FORMATS, SECRET, STATUS, Values, form, hashed, json_of, xml
from tests.shared.messages.tenants import Tenant, add_tenant, change, row, status
from tests.shared.verifications.desk import ON_SQLITE

pytestmark = ON_SQLITE

PHONE = "79991234567"
ALGORITHMS = ("sha1", "md5", "crc32")


class Handler:
    """Posts what SMSC posts."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.client: FlaskClient = app_for(service).test_client()
        self.token = service.callback_tokens.of_operator()

    def post(self, body: bytes, token: str | None = None, query: str = "", **options: Any) -> tuple[int, Any]:
        path = f"/smsc/callbacks/{token or self.token}{query}"
        response = self.client.post(path, data=body, **options)
        assert response.status_code < 500
        return response.status_code, response.get_json()

    def say(self, values: Values, token: str | None = None) -> Any:
        code, answer = self.post(form(values), token)
        assert code == 200, answer
        return answer

    def rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        with self.service.database.read() as connection:
            return connection.execute(statement).mappings().all()

    def texts(self) -> list[str]:
        return [found["text"] for found in self.rows(select(incoming_messages).order_by(incoming_messages.c.id))]


@pytest.fixture
def handler(service: Service) -> Handler:
    return Handler(service)


@pytest.fixture
def signed(service: Service, monkeypatch: pytest.MonkeyPatch) -> Handler:
    """With a secret, and one from before."""
    monkeypatch.setenv("CONNECTORS_SMSC_CALLBACK_SECRET", f"{SECRET},the-old-one")
    return Handler(service)


def connected(service: Service, customer_id: str) -> Tenant:
    """Add an account that is connected to SMSC; the tenant's connection is that one."""
    tenant = add_tenant(service, customer_id)
    login = GatewayLogin(NAME, customer_id, {PASSWORD: "p"})
    with service.database.write() as connection:
        connection_id = connect(connection, service.secrets, tenant.account_id, login, Defaults())
    return replace(tenant, connection_id=connection_id)


def sent(tenant: Tenant, number: str, transaction_id: str, begun_at: int | None = None) -> str:
    """Put a message where SMSC has taken it; returns its id."""
    message_id = tenant.accept(f"+{number}", f"text {transaction_id}")
    at = begun_at or now_ms()
    change(tenant.service, message_id, status="sent", transaction_id=transaction_id, begun_at=at, sent_at=at)
    return message_id


def test_formats_by_hashes_right_wrong_and_missing(signed: Handler) -> None:
    tenant = connected(signed.service, "C-1")
    numbers = itertools.count(1)
    for written, name in itertools.product(FORMATS, ALGORITHMS):
        message_id = sent(tenant, PHONE, own_id := f"id-{next(numbers)}")
        values = STATUS | {"id": own_id}
        wrong = hashed(name, values, "a-wrong-one")
        for refused in (values, values | {name: wrong}, values | {name: SECRET}, values | {name: ""}):
            code, answer = signed.post(FORMATS[written](refused, "utf-8"))
            assert (code, status(signed.service, message_id)) == (403, "sent"), (written, name, answer)
        right = values | {name: hashed(name, values), "charset": "utf-8", "fmt": "3"}
        code, answer = signed.post(FORMATS[written](right, "utf-8"))
        assert (code, answer) == (200, {"received": 1, "matched": 1, "ignored": 0}), (written, name)
        assert status(signed.service, message_id) == "delivered"
        old = values | {name: hashed(name, values, "the-old-one")}
        assert signed.post(FORMATS[written](old, "utf-8"))[0] == 200


def test_the_operator_says_which_hashes_count(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_SMSC_CALLBACK_SECRET", SECRET)
    monkeypatch.setenv("CONNECTORS_SMSC_CALLBACK_HASHES", "md5")
    handler = Handler(service)
    codes = {name: handler.post(form(STATUS | {name: hashed(name)}))[0] for name in ALGORITHMS}
    assert codes == {"sha1": 403, "md5": 200, "crc32": 403}
    url = callbacks.callback_url(service, "the-token")
    assert url.endswith(f"/smsc/callbacks/the-token?charset=utf-8&fmt=3&md5={SECRET}")


def test_the_url_for_smsc(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callbacks.callback_url(service, "t").endswith("/smsc/callbacks/t?charset=utf-8&fmt=3")
    monkeypatch.setenv("CONNECTORS_SMSC_CALLBACK_SECRET", f"{SECRET},old")
    assert callbacks.callback_url(service, "t").endswith(f"/smsc/callbacks/t?charset=utf-8&fmt=3&sha1={SECRET}")


def test_by_get_and_by_post(signed: Handler) -> None:
    message_id = sent(connected(signed.service, "C-1"), PHONE, STATUS["id"])
    query = f"?{form({name: STATUS[name] for name in ('id', 'phone')}).decode()}&status=20&fmt=2"
    body = {"status": "1", "sha1": hashed("sha1")}
    assert signed.post(xml(body), query=query)[0] == 200
    assert status(signed.service, message_id) == "delivered"
    # "https://host/smsc/callbacks/<token>/!fmt=3" leaves a slash before what goes by GET.
    assert signed.post(json_of(STATUS | {"sha1": hashed("sha1")}), f"{signed.token}/", "?fmt=3")[0] == 200


FATES: list[tuple[list[tuple[str, str]], str, str | None, str | None]] = [
    ([("-1", "0"), ("0", "0"), ("-2", "0"), ("99", "7")], "sent", None, None),
    ([("1", "0")], "delivered", None, None),
    ([("2", "")], "delivered", None, None),
    ([("4", "0")], "delivered", None, None),
    ([("3", "6")], "expired", "6", "The phone is switched off or out of reach."),
    ([("20", "1")], "undelivered", "1", "The number does not exist."),
    ([("25", "0")], "undelivered", "25", "The number cannot be reached, or no operator carries messages to it."),
    ([("22", "0")], "rejected", "22", "SMSC says that this is no number it can send to."),
    ([("23", "253")], "rejected", "253", "SMSC's spam filter stopped it."),
    ([("24", "0")], "rejected", "24", "The SMSC account has no funds left. Top it up."),
    ([("20", "1"), ("1", "0")], "delivered", None, None),
    ([("1", "0"), ("0", "0"), ("20", "1"), ("-1", "0")], "delivered", None, None),
    (
        [("20", "220"), ("0", "0")],
        "undelivered",
        "220",
        "The operator's queue is full; SMSC tries again by itself.",
    ),
]


def test_what_statuses_make_of_messages(handler: Handler) -> None:
    tenant = connected(handler.service, "C-1")
    for place, (said, ends, code, words) in enumerate(FATES):
        message_id = sent(tenant, PHONE, own_id := f"id-{place}")
        for number, err in said:
            assert handler.say(STATUS | {"id": own_id, "status": number, "err": err})["matched"] == 1
        found = row(handler.service, message_id)
        assert (found["status"], found["error_code"], found["error_message"]) == (ends, code, words), said


def test_one_id_covers_many_numbers_and_what_fits_nothing_is_kept(handler: Handler) -> None:
    tenant = connected(handler.service, "C-1")
    ours, other = sent(tenant, PHONE, "one"), sent(tenant, "79990000002", "one")
    assert handler.say({"id": "one", "phone": "79990000002", "status": "1"})["matched"] == 1
    assert (status(handler.service, ours), status(handler.service, other)) == ("sent", "delivered")
    assert handler.say({"id": "unknown", "phone": "79990000003", "status": "1", "sha1": "x"})["matched"] == 0
    assert handler.say({"id": "one", "phone": PHONE, "status": "-3"}) == {"received": 1, "matched": 0, "ignored": 1}
    kept = handler.rows(select(receipts).order_by(receipts.c.id))
    assert [(found["gateway"], found["vendor_id"], found["status"]) for found in kept] == [
        (NAME, "one", "1"),
        (NAME, "unknown", "1"),
    ]
    assert '"x"' not in kept[1]["raw"]


def test_an_accounts_token_touches_its_own_alone(handler: Handler) -> None:
    one, two = connected(handler.service, "C-1"), connected(handler.service, "C-2")
    message_id = sent(one, PHONE, STATUS["id"])
    tokens = handler.service.callback_tokens
    assert handler.say(STATUS, tokens.of_account(two.account_id))["matched"] == 0
    assert status(handler.service, message_id) == "sent"
    assert handler.say(STATUS, tokens.of_account(one.account_id))["matched"] == 1
    for wrong in ("wrong", tokens.of_account(one.account_id)[:-1], f"{one.account_id}-"):
        assert handler.post(form(STATUS), wrong)[0] == 404


MES = "Ёлки, 100% да & <нет>; а+б=в «№1»"


def test_a_message_from_a_phone_in_each_format_and_charset(signed: Handler) -> None:
    tenant = connected(signed.service, "C-1")
    expected = []
    for number, (written, charset) in enumerate(
        itertools.product(FORMATS, ("utf-8", "windows-1251", "koi8-r")), start=1
    ):
        text = f"{MES if charset != 'koi8-r' else 'стоп не стоп'} {number}" + (" 👍🏽" if charset == "utf-8" else "")
        values = {
            "id": str(number),
            "sms_id": "0",
            "phone": PHONE,
            "mes": text,
            "to": "79990000000",
            "charset": charset,
        }
        # The recipe of its hash is lost, so whatever hash comes along, none is asked for.
        assert signed.post(FORMATS[written](values | {"md5": "whatever"}, charset)) == (
            200,
            {"received": 1, "matched": 1, "ignored": 0},
        )
        expected.append(text)
    assert signed.texts() == expected
    first = signed.rows(select(incoming_messages))[0]
    assert (first["account_id"], first["gateway"], first["way"]) == (tenant.account_id, NAME, "callback")
    assert (first["sender"], first["recipient"], first["vendor_id"]) == (PHONE, "79990000000", "1")
    assert signed.say({"id": "1", "phone": PHONE, "mes": expected[0], "to": "79990000000"})["matched"] == 1
    assert signed.texts() == expected


def test_whose_a_message_is(handler: Handler) -> None:
    tokens = handler.service.callback_tokens
    handler.say({"id": "1", "phone": PHONE, "mes": "to nobody"})
    one = connected(handler.service, "C-1")
    handler.say({"id": "2", "phone": PHONE, "mes": "to the only one"})
    two = connected(handler.service, "C-2")
    handler.say({"id": "3", "phone": PHONE, "mes": "to nobody"})
    sent(one, PHONE, "a", now_ms() - HOUR)
    sent(two, PHONE, "b", now_ms() - 2 * HOUR)
    handler.say({"id": "4", "phone": PHONE, "mes": "to who wrote last"})
    handler.say({"id": "5", "phone": PHONE, "mes": "to whose token it is"}, tokens.of_account(two.account_id))
    bystander = add_tenant(handler.service, "C-3")
    handler.say({"id": "6", "phone": PHONE, "mes": "to nobody"}, tokens.of_account(bystander.account_id))
    kept = handler.rows(select(incoming_messages).order_by(incoming_messages.c.id))
    assert [(found["text"], found["account_id"]) for found in kept] == [
        ("to the only one", one.account_id),
        ("to who wrote last", one.account_id),
        ("to whose token it is", two.account_id),
    ]


def test_a_stop_that_may_be_to_anybody_is_one_to_all(handler: Handler) -> None:
    accounts = [connected(handler.service, name).account_id for name in ("C-1", "C-2")]
    add_tenant(handler.service, "C-3")
    handler.say({"id": "1", "phone": f"+{PHONE}", "mes": " Стоп! ", "to": "79990000000"})
    found = handler.rows(select(opt_outs).order_by(opt_outs.c.account_id))
    assert [(each["account_id"], each["number"], each["scope"]) for each in found] == [
        (account_id, PHONE, "all") for account_id in accounts
    ]
    assert handler.texts() == []


CALLS: list[tuple[dict[str, str], str | None]] = [
    ({"waitcall": "79165550100"}, "79165550100"),
    ({"waitcall": "+7 916 555-01-00", "mes": "[waitcall] "}, "79165550100"),
    ({"waitcall": "1", "to": "79165550100"}, "79165550100"),
    ({"waitcall": PHONE, "to": "79165550100"}, "79165550100"),
    ({"waitcall": "1"}, None),
    ({"waitcall": ""}, None),
    ({"mes": "[waitcall] ", "to": "79165550100"}, "79165550100"),
]


def test_confirming_calls(signed: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = connected(signed.service, "C-1"), connected(signed.service, "C-2")
    of_two = signed.service.callback_tokens.of_account(two.account_id)
    heard: list[tuple[Any, ...]] = []

    def confirm_call(_connection: Any, **said: Any) -> bool:
        heard.append((said["connection_ids"], said["number"], said["called"]))
        return True

    monkeypatch.setattr(callbacks, "confirm_call", confirm_call)
    for values, _ in CALLS:
        assert signed.say({"phone": f"+{PHONE}"} | values)["matched"] == 1
        signed.say({"phone": PHONE} | values, of_two)
    expected = [
        (owners, called)
        for _, called in CALLS
        for owners in ([one.connection_id, two.connection_id], [two.connection_id])
    ]
    assert heard == [(owners, PHONE, called) for owners, called in expected]
    assert signed.texts() == []


BODIES = [
    (b"", 422),
    (b"id=1", 422),
    (b"status=1", 422),
    (b"status=1&phone=nobody", 422),
    (b"id=%00&status=%00&phone=%00", 422),
    (b"mes=hello", 422),
    (b"waitcall=1&phone=abc", 422),
    (b"<!DOCTYPE r><r><id>1</id></r>", 400),
    (b"{", 400),
    (b"[" * 40_000, 400),
    (b"x" * (LARGEST_BODY + 1), 413),
    (form({"id": "1" * 65, "phone": PHONE, "status": "1", "err": "\x00"}), 200),
    (form({"id": "x", "phone": "9" * 5_000, "status": "1", "ts": "9" * 400, "time": "31.02.2026"}), 200),
    (json_of({"phone": PHONE, "mes": "\x00 stop \x00", "to": "x" * 900, "id": "\x00", "time": "\x00"}), 200),
    (b'{"phone": "\\ud800", "mes": "\\ud83d", "to": "\\udfff"}', 200),
    (form({"phone": "SMSC.RU", "mes": "x" * 9_000}), 200),
]


def test_whatever_comes_there_is_an_answer(handler: Handler) -> None:
    connected(handler.service, "C-1")
    for body, code in BODIES:
        said, answer = handler.post(body, content_type="application/x-www-form-urlencoded; charset=\x80")
        assert (said, "matched" in answer or bool(answer["detail"])) == (code, True), body[:60]


def test_it_is_posted_to(handler: Handler) -> None:
    assert handler.client.get(f"/smsc/callbacks/{handler.token}?{form(STATUS).decode()}").status_code == 405
