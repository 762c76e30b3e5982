"""A verification begins once the vendor has taken it, and not otherwise."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from connectors.service import Service
from connectors.shared.errors import ConnectorsError
from connectors.shared.gateways.verifier import StartResult, StartVerdict
from connectors.shared.verifications.countries import read_countries
from connectors.shared.verifications.errors import RecipientRefused, TooManyCodes, VendorUnavailable, refuse
from tests.shared.verifications.desk import NUMBER, ON_SQLITE, Desk, open_desk
from tests.shared.verifications.vendor import NO_ANSWER, WRONG, Reply, VerifyVendor, exists, taken

BOTH = ("SMS", "WHATSAPP")


def lifetime(made: dict[str, Any]) -> float:
    """How long a code is good, in seconds."""
    sent, expires = (datetime.fromisoformat(made[name]) for name in ("sent_at", "expires_at"))
    return (expires - sent).total_seconds()


def test_it_is_kept_once_the_vendor_has_taken_it(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(channels=BOTH, language="en")
    assert vendor.sends == [
        {"countryCode": "91", "flowType": "SMS", "mobileNumber": "9816111111", "otpLength": "6", "type": "OTP"}
    ]
    assert made == desk.show(made["id"])
    assert (made["status"], made["to"], made["channel"], made["channels"]) == ("pending", NUMBER, "SMS", list(BOTH))
    assert (made["code_length"], made["language"], made["error"], made["finished_at"]) == (6, "en", None, None)
    assert desk.count() == (1, 1)


@ON_SQLITE
@pytest.mark.parametrize(
    ("ttl_seconds", "vendors", "seconds"),
    [(None, "60", 60), (30, "60.0", 30), (600, "60", 60), (None, "300", 300), (None, None, 60), (None, "1e9", 86_400)],
)
def test_a_code_is_never_good_for_longer_than_the_vendor_has_it(
    desk: Desk, vendor: VerifyVendor, ttl_seconds: int | None, vendors: str | None, seconds: float
) -> None:
    vendor.on_send = lambda _: taken(1, timeout=vendors)
    assert abs(lifetime(desk.start(ttl_seconds=ttl_seconds)) - seconds) <= 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("reply", "error", "counted", "words"),
    [
        (Reply(400, http=400), RecipientRefused, 0, "refused"),
        (Reply(511, http=400), RecipientRefused, 0, "country"),
        (Reply(800, http=400), TooManyCodes, 0, "limit"),
        (Reply(429, http=429), TooManyCodes, 0, "slow down"),
        (exists(None), TooManyCodes, 0, "second code"),
        (Reply(409), TooManyCodes, 0, "already"),
        (Reply(503, http=503), VendorUnavailable, 0, "not available"),
        (Reply(500, http=500), VendorUnavailable, 0, "error of its own"),
        (Reply(http=404, body=b"<html>"), VendorUnavailable, 0, "refused"),
        (Reply(501), VendorUnavailable, 0, "credentials"),
        (Reply(508), VendorUnavailable, 0, "credits"),
        (Reply(401, http=401), VendorUnavailable, 0, "credentials"),
        # What may have gone out is counted.
        (NO_ANSWER, VendorUnavailable, 1, "may or may not"),
        (Reply(http=502, body=b"<html>"), VendorUnavailable, 1, "may or may not"),
        (Reply(200, {"transactionId": "t"}), VendorUnavailable, 1, "by which id"),
    ],
)
def test_nothing_begins_where_the_vendor_did_not_take_it(
    desk: Desk, vendor: VerifyVendor, reply: Reply, error: type[ConnectorsError], counted: int, words: str
) -> None:
    vendor.on_send = lambda _: reply
    with pytest.raises(error, match=words):
        desk.start()
    assert desk.count() == (0, counted)


@pytest.mark.parametrize(
    ("result", "seconds"),
    [
        (StartResult(StartVerdict.EXISTS, timeout_seconds=42.2), 43),
        (StartResult(StartVerdict.EXISTS), 60),
        (StartResult(StartVerdict.TOO_MANY, "800"), 300),
        (StartResult(StartVerdict.TOO_MANY, "throttled", retry_after=0), 5),
        (StartResult(StartVerdict.UNAVAILABLE, retry_after=1e12), 3_600),
        (StartResult(StartVerdict.ACCOUNT_REFUSED), 60),
    ],
)
def test_it_says_when_to_come_back(result: StartResult, seconds: int) -> None:
    with pytest.raises(ConnectorsError) as raised:
        refuse(result)
    assert isinstance(raised.value, TooManyCodes | VendorUnavailable)
    assert raised.value.retry_after == seconds


@ON_SQLITE
def test_the_next_channel_is_tried_where_one_is_refused(desk: Desk, vendor: VerifyVendor) -> None:
    vendor.on_send = lambda params: Reply(400, http=400) if params["flowType"] == "SMS" else None
    made = desk.start(channels=BOTH)
    assert (made["channel"], vendor.channels) == ("WHATSAPP", ["SMS", "WHATSAPP"])
    assert desk.count() == (1, 1)


@ON_SQLITE
@pytest.mark.parametrize("reply", [Reply(503, http=503), Reply(511), Reply(800), NO_ANSWER])
def test_it_is_not_where_that_would_not_help_or_send_twice(desk: Desk, vendor: VerifyVendor, reply: Reply) -> None:
    vendor.on_send = lambda _: reply
    with pytest.raises(ConnectorsError):
        desk.start(channels=BOTH)
    assert vendor.channels == ["SMS"]


def test_while_a_code_is_out_its_verification_is_the_answer(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    vendor.on_send = lambda _: exists(1)
    assert desk.start(channels=BOTH, code_length=8) == made
    assert desk.count() == (1, 1)


def test_a_code_whose_answer_was_lost_is_found_again(desk: Desk, vendor: VerifyVendor) -> None:
    vendor.on_send = lambda _: NO_ANSWER
    with pytest.raises(VendorUnavailable):
        desk.start()
    vendor.on_send = lambda _: exists("77")
    made = desk.start()
    assert desk.row(made["id"])["vendor_id"] == "77"
    assert desk.check(made["id"], "482913").status == "approved"


def test_a_locked_one_is_not_opened_by_asking_again(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    for _ in range(5):
        desk.check(made["id"], WRONG)
    vendor.on_send = lambda _: exists(1)
    with pytest.raises(TooManyCodes) as raised:
        desk.start()
    assert 50 <= raised.value.retry_after <= 60


def test_a_strangers_code_is_not_handed_out(desk: Desk, vendor: VerifyVendor) -> None:
    desk.start()
    stranger = open_desk(desk.service, "C-TWO")
    vendor.on_send = lambda _: exists(1)
    with pytest.raises(TooManyCodes):
        stranger.start()
    assert desk.count()[0] == 1


def test_those_who_ask_at_once_share_one_verification(desk: Desk, vendor: VerifyVendor) -> None:
    vendor.on_send = lambda _: exists("9")
    with ThreadPoolExecutor(8) as pool:
        ids = {made["id"] for made in pool.map(lambda _: desk.start(), range(8))}
    assert len(ids) == 1
    assert desk.count()[0] == 1


@ON_SQLITE
@pytest.mark.parametrize("to", ["", "9" * 39, "+91 98161 1111x", "12", "+9198161111110000"])
def test_what_is_no_number_is_refused(desk: Desk, vendor: VerifyVendor, to: str) -> None:
    with pytest.raises(RecipientRefused):
        desk.start(to)
    assert vendor.sends == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("listed", "to", "allowed"),
    [
        ((), "+14155550123", True),
        (("91", "44"), "+919816111111", True),
        (("91",), "+447911123456", False),
        (("in", "US"), "+14155552671", True),
        (("US",), "+16135550123", False),  # Canada shares the code
        (("+1",), "+16135550123", True),
    ],
)
def test_countries_may_be_listed(
    open_service: Callable[..., Service], vendor: VerifyVendor, listed: tuple[str, ...], to: str, allowed: bool
) -> None:
    desk = open_desk(open_service(verification_countries=read_countries(listed)))
    if allowed:
        assert desk.start(to)["to"] == to
    else:
        with pytest.raises(RecipientRefused, match="country"):
            desk.start(to)
    assert len(vendor.sends) == allowed


@pytest.mark.parametrize("word", ["999", "XX", "India", "0"])
def test_what_is_no_country_is_named(word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read_countries([word])


@ON_SQLITE
def test_where_numbers_are_on_trial_no_other_is_sent_a_code(
    open_service: Callable[..., Service], vendor: VerifyVendor
) -> None:
    desk = open_desk(open_service(trial_numbers=frozenset({"919816111112"})))
    with pytest.raises(RecipientRefused, match="TRIAL"):
        desk.start()
    assert desk.start("+919816111112")["status"] == "pending"
    assert len(vendor.sends) == 1
