"""Codes of our own: made, sent as a message, checked, used once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import RowMapping, select, update

from connectors.service import Service
from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.errors import NotFound
from connectors.shared.gateways.base import Fault, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.verifier import (
    CallToConfirm,
    CheckVerdict,
    CodeRequest,
    SentPin,
    StartResult,
    StartVerdict,
)
from connectors.shared.secrets import SecretBox
from connectors.shared.verifications.errors import TooManyCodes
from connectors.shared.verifications.own_codes import OwnCodes
from connectors.shared.verifications.own_starts import of_call, of_pin, of_send
from connectors.shared.verifications.tables import verification_codes
from tests.shared.verifications.desk import ON_SQLITE
from tests.shared.verifications.gateways import ACCEPTED, CALLS, PIN, REFUSED, TO_CALL, GatewayDouble, kind, own_desk

TAKEN = StartVerdict.TAKEN


class Bench:
    """Our own codes over a gateway, and the connection that sends them."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.gateway = GatewayDouble()
        self.connection_id = _connection_id(service)
        self.codes = self.with_keys("a key for tests")

    def with_keys(self, *keys: str) -> OwnCodes:
        box = SecretBox(keys)
        return OwnCodes(CALLS, self.service.database, box, self.gateway, calls=self.gateway, pins=self.gateway)

    def start(self, channel: str = "SMS", national: str = "9816111111", **values: Any) -> StartResult:
        request = CodeRequest("91", national, channel, values.pop("code_length", 6), **values)
        return self.codes.start(self.connection_id, request)

    def check(self, started: StartResult, code: str, codes: OwnCodes | None = None) -> CheckVerdict:
        return (codes or self.codes).check(self.connection_id, started.vendor_id or "", code, None).verdict

    def rows(self) -> list[RowMapping]:
        with self.service.database.read() as connection:
            statement = select(verification_codes).order_by(verification_codes.c.created_at)
            return list(connection.execute(statement).mappings())

    def later(self, seconds: int) -> None:
        """Have every code be older."""
        columns = verification_codes.c
        with self.service.database.write() as connection:
            moved = {name: columns[name] - seconds * 1_000 for name in ("created_at", "expires_at")}
            connection.execute(update(verification_codes).values(moved))


def _connection_id(service: Service) -> int:
    desk = own_desk(service, CALLS)
    with service.database.read() as connection:
        return sender_of_account(connection, desk.account_id).connection_id


@pytest.fixture
def bench(service: Service) -> Bench:
    return Bench(service)


def wrong(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def test_a_code_is_sent_as_a_message_and_used_once(bench: Bench, log: list[Any]) -> None:
    started = bench.start()
    code = bench.gateway.code
    text = f"{code} is your verification code. It is valid for 10 min."
    outgoing = Outgoing(text, f"FROM-{CALLS}", "SMS", "OTP", "T", "E", first_try=True)
    assert bench.gateway.sends == [(bench.connection_id, outgoing, Recipient("91", "9816111111"))]
    assert (started.verdict, started.transaction_id, started.timeout_seconds) == (TAKEN, "t-1", 600)
    verdicts = [bench.check(started, each) for each in (wrong(code), code, code, wrong(code))]
    assert verdicts == [CheckVerdict.WRONG, CheckVerdict.RIGHT, CheckVerdict.USED, CheckVerdict.WRONG]
    assert code not in f"{bench.rows()} {started} {outgoing} {log}"


@ON_SQLITE
@pytest.mark.parametrize(("length", "code"), [(4, "0007"), (8, "00000007")])
def test_zeros_at_the_beginning_are_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch, length: int, code: str) -> None:
    monkeypatch.setattr("connectors.shared.verifications.own_codes.randomness.randbelow", lambda _: 7)
    started = bench.start(code_length=length)
    assert bench.gateway.code == code
    assert bench.check(started, "7") is CheckVerdict.WRONG
    assert bench.check(started, code) is CheckVerdict.RIGHT


@ON_SQLITE
def test_two_rows_of_one_code_do_not_look_alike(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.shared.verifications.own_codes.randomness.randbelow", lambda _: 7)
    for national in ("9816111111", "9816111112"):
        bench.start(national=national)
    assert len({row["code_digest"] for row in bench.rows()}) == 2


@ON_SQLITE
def test_a_code_outlives_a_change_of_keys(bench: Bench) -> None:
    started = bench.start()
    rotated = bench.with_keys("another key", "a key for tests")
    assert rotated.start(bench.connection_id, CodeRequest("91", "9816111111", "SMS", 6)).verdict is StartVerdict.EXISTS
    assert bench.check(started, bench.gateway.code, rotated) is CheckVerdict.RIGHT


def test_within_a_minute_no_second_code_goes_out(bench: Bench) -> None:
    first = bench.start()
    bench.later(20)
    again = bench.start()
    assert (again.verdict, again.vendor_id, len(bench.gateway.sends)) == (StartVerdict.EXISTS, first.vendor_id, 1)
    assert 575 < (again.timeout_seconds or 0) <= 580
    assert 35 < (again.retry_after or 0) <= 40
    others = [bench.start(national="9816111112"), bench.start("CALL")]
    assert [each.verdict for each in others] == [TAKEN, TAKEN]


@ON_SQLITE
@pytest.mark.parametrize("end", ["used", "expired", "a minute"])
def test_the_next_takes_the_place_of_what_went_before(bench: Bench, end: str) -> None:
    first = bench.start(ttl_seconds=30 if end == "expired" else None)
    code = bench.gateway.code
    if end == "used":
        bench.check(first, code)
    bench.later({"used": 0, "expired": 31, "a minute": 61}[end])
    second = bench.start()
    assert (second.verdict, len(bench.gateway.sends)) == (TAKEN, 2)
    assert bench.check(first, code) is CheckVerdict.EXPIRED
    assert bench.check(second, bench.gateway.code) is CheckVerdict.RIGHT


@ON_SQLITE
@pytest.mark.parametrize("channel", ["SMS", "CALL", "PIN"])
def test_what_did_not_go_out_changes_nothing(bench: Bench, channel: str) -> None:
    first = bench.start()
    code = bench.gateway.code
    bench.later(61)
    bench.gateway.answer = lambda: REFUSED
    bench.gateway.called = CallToConfirm(None, 0, REFUSED)
    bench.gateway.pin = SentPin(None, REFUSED)
    assert bench.start(channel).verdict is StartVerdict.REFUSED
    assert [row["id"] for row in bench.rows()] == [first.vendor_id]
    assert bench.check(first, code) is CheckVerdict.RIGHT


def test_of_those_who_ask_at_once_one_code_goes_out(bench: Bench) -> None:
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: bench.start(), range(8)))
    assert len(bench.gateway.sends) == 1
    assert sorted(each.verdict.value for each in started) == ["exists"] * 7 + ["taken"]
    assert len({each.vendor_id for each in started}) == 1


@pytest.mark.parametrize("channel", ["SMS", "CALL"])
def test_those_who_ask_at_once_share_one_verification(
    service: Service, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    gateway = GatewayDouble()
    monkeypatch.setattr("connectors.service.GATEWAYS", (kind(gateway),))
    desk = own_desk(service, CALLS)

    def start(_: int) -> str | None:
        try:
            made = desk.start(channels=(channel,))
        except TooManyCodes:  # the number to call is being told to somebody else
            return None
        assert (made["call"] is not None) is (channel == "CALL")
        return str(made["id"])

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(start, range(8)))
    assert len(ids - {None}) == len(gateway.sends) + len(gateway.asked) == desk.count()[0] == 1
    assert channel == "CALL" or None not in ids


def test_of_those_who_give_it_at_once_one_is_right(bench: Bench) -> None:
    started, code = bench.start(), bench.gateway.code
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: bench.check(started, code), range(8)))
    assert sorted(each.value for each in verdicts) == ["right"] + ["used"] * 7


@ON_SQLITE
def test_a_gateways_own_mistake_says_no_code(bench: Bench, log: list[Any]) -> None:
    def break_down() -> SendResult:
        raise ValueError(bench.gateway.sends[-1][1].text)

    bench.gateway.answer = break_down
    started = bench.start()
    assert (started.verdict, log[0]["event"], log[0]["error"]) == (TAKEN, "code_not_sent", "ValueError")
    assert bench.gateway.code not in str(log)
    assert bench.check(started, bench.gateway.code) is CheckVerdict.RIGHT


@ON_SQLITE
def test_a_call_is_asked_for(bench: Bench) -> None:
    started = bench.start("CALL", ttl_seconds=60)
    assert (started.call_number, started.timeout_seconds, bench.gateway.asked) == (TO_CALL, 60, ["919816111111"])
    (row,) = bench.rows()
    assert (row["code_digest"], row["expires_at"] - row["created_at"]) == (None, 60_000)
    assert bench.start("CALL", national="9816111112").timeout_seconds == 900
    assert bench.check(started, "123456") is CheckVerdict.UNAVAILABLE


@ON_SQLITE
def test_a_pin_is_the_vendors_and_checked_by_us(bench: Bench) -> None:
    started = bench.start("PIN", language="de")
    assert bench.gateway.pins == [("919816111111", "Ihr Bestätigungscode. Er gilt 10 Min.", 6)]
    assert PIN not in f"{bench.rows()} {started} {bench.gateway.pin}"
    assert bench.check(started, wrong(PIN)) is CheckVerdict.WRONG
    assert bench.check(started, PIN) is CheckVerdict.RIGHT


@ON_SQLITE
def test_what_the_vendor_lacks_is_refused_in_words(bench: Bench) -> None:
    bench.codes = OwnCodes(CALLS, bench.service.database, bench.service.secrets, bench.gateway, calls=bench.gateway)
    for channel in ("WHATSAPP", "PIN"):
        refused = bench.start(channel)
        assert refused.verdict is StartVerdict.REFUSED
        assert refused.explanation == f"The gateway {CALLS} verifies no numbers by {channel}. It can by SMS, CALL."
    assert (bench.rows(), bench.gateway.pins) == ([], [])


@ON_SQLITE
def test_what_is_gone_is_not_found(bench: Bench) -> None:
    started = bench.start()
    assert bench.codes.check(bench.connection_id + 1, started.vendor_id or "", "1234", None).verdict is (
        CheckVerdict.UNKNOWN
    )
    with pytest.raises(NotFound):
        bench.codes.start(bench.connection_id + 1, CodeRequest("91", "9816111111", "SMS", 6))


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (ACCEPTED, TAKEN),
        (SendResult(Verdict.IN_DOUBT, Fault.NETWORK), TAKEN),
        (SendResult(Verdict.REFUSED, Fault.RECIPIENT), StartVerdict.NUMBER_REFUSED),
        (SendResult(Verdict.REFUSED, Fault.MESSAGE), StartVerdict.REFUSED),
        (SendResult(Verdict.REFUSED, Fault.ACCOUNT), StartVerdict.REFUSED),
        (SendResult(Verdict.TRY_AGAIN, Fault.NETWORK), StartVerdict.UNAVAILABLE),
        (SendResult(Verdict.TRY_AGAIN, Fault.VENDOR, "503", retry_after=9), StartVerdict.UNAVAILABLE),
        (SendResult(Verdict.TRY_AGAIN, Fault.VENDOR, "429"), StartVerdict.TOO_MANY),
        (SendResult(Verdict.TRY_AGAIN, Fault.MESSAGE, "9", retry_after=60), StartVerdict.TOO_MANY),
        (SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT), StartVerdict.ACCOUNT_REFUSED),
    ],
)
def test_every_end_of_a_send(result: SendResult, verdict: StartVerdict) -> None:
    started = of_send(result, "id", 600)
    assert (started.verdict, started.retry_after) == (verdict, result.retry_after)
    assert (started.vendor_id, started.timeout_seconds) == (("id", 600) if verdict is TAKEN else (None, None))


@pytest.mark.parametrize("number", [None, "", "soon", "7" * 16])
def test_without_a_number_to_call_nothing_is_taken(number: str | None) -> None:
    assert of_call(CallToConfirm(number, 900, ACCEPTED), "id", 900).verdict is StartVerdict.UNAVAILABLE


@pytest.mark.parametrize(
    ("pin", "verdict"), [(PIN, TAKEN), (None, StartVerdict.IN_DOUBT), ("a1b2", StartVerdict.IN_DOUBT)]
)
def test_a_pin_that_nobody_could_check_is_in_doubt(pin: str | None, verdict: StartVerdict) -> None:
    for result in (ACCEPTED, SendResult(Verdict.IN_DOUBT, Fault.NETWORK)):
        assert of_pin(SentPin(pin, result), "id", 600).verdict is verdict
