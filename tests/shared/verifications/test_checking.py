"""Codes are checked by the vendor, and five wrong ones are the end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.shared.errors import NotFound
from connectors.shared.verifications.errors import InvalidCode, VendorUnavailable
from tests.shared.verifications.desk import ON_SQLITE, Desk, open_desk
from tests.shared.verifications.vendor import COMPLETED, NO_ANSWER, RIGHT, WRONG, Reply, VerifyVendor


def test_the_right_code_approves(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(language="en")
    checked = desk.check(made["id"], RIGHT)
    assert vendor.checks == [{"verificationId": "1", "code": RIGHT, "langId": "en"}]
    assert checked.present() == {
        "id": made["id"],
        "status": "approved",
        "vendor": {"code": "200", "message": "CODE_200"},
        "tries_left": 5,
        "detail": "The number is verified.",
    }
    shown = desk.show(made["id"])
    assert (shown["status"], shown["finished_at"] is not None) == ("approved", True)


@ON_SQLITE
@pytest.mark.parametrize(
    ("reply", "status", "left", "code"),
    [
        (Reply(702, http=400), "pending", 4, "702"),
        (Reply(702), "pending", 4, "702"),
        (Reply(700, http=400), "pending", 4, "700"),
        (Reply(703, http=400), "pending", 4, "703"),  # verified before, and not by us
        (Reply(400, http=400), "pending", 4, "400"),
        (Reply(999, http=400), "pending", 4, "999"),
        (Reply(200, {"verificationStatus": "VERIFICATION_PENDING"}), "pending", 4, "200"),
        (Reply(200), "pending", 4, "200"),
        (Reply(200, {"responseCode": "702"}), "pending", 4, "702"),
        (Reply(705, http=400), "expired", 0, "705"),
        (Reply(800, http=400), "locked", 0, "800"),
    ],
)
def test_every_other_verdict(desk: Desk, vendor: VerifyVendor, reply: Reply, status: str, left: int, code: str) -> None:
    made = desk.start()
    vendor.on_check = lambda _: reply
    checked = desk.check(made["id"], RIGHT).present()
    assert (checked["status"], checked["tries_left"], checked["vendor"]["code"]) == (status, left, code)
    assert desk.show(made["id"])["status"] == status
    if status != "pending":
        vendor.on_check = lambda _: COMPLETED
        assert desk.check(made["id"], RIGHT).status == status
        assert len(vendor.checks) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, http=503),
        Reply(500, http=500),
        Reply(429, http=429),
        Reply(501),
        Reply(508),
        Reply(401, http=401),
        Reply(http=404, body=b"<html>"),
        Reply(http=502, body=b"<html>"),
        NO_ANSWER,
    ],
)
def test_without_a_verdict_no_try_is_lost(desk: Desk, vendor: VerifyVendor, reply: Reply) -> None:
    made = desk.start()
    vendor.on_check = lambda _: reply
    for _ in range(6):
        with pytest.raises(VendorUnavailable):
            desk.check(made["id"], RIGHT)
    vendor.on_check = lambda _: None
    assert desk.check(made["id"], RIGHT).status == "approved"


@ON_SQLITE
def test_what_the_vendor_does_not_know_is_not_found(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    vendor.on_check = lambda _: Reply(505, http=400)
    with pytest.raises(NotFound):
        desk.check(made["id"], RIGHT)


def test_verified_before_is_approved_only_where_we_approved_it(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    desk.check(made["id"], RIGHT)
    vendor.on_check = lambda _: Reply(703, http=400)
    assert desk.check(made["id"], RIGHT).status == "approved"
    assert len(vendor.checks) == 2  # asked again, not remembered


@ON_SQLITE
def test_an_approved_one_does_not_approve_a_wrong_code(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    desk.check(made["id"], RIGHT)
    assert [desk.check(made["id"], WRONG).status.value for _ in range(6)] == ["pending"] * 4 + ["locked"] * 2
    assert len(vendor.checks) == 6
    assert desk.show(made["id"])["status"] == "approved"


@ON_SQLITE
def test_a_code_that_was_replaced_meanwhile_ends_nothing(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()

    def replaced(_: object) -> Reply:
        vendor.on_check = lambda _: None
        desk.resend(made["id"])
        return Reply(705, http=400)

    vendor.on_check = replaced
    checked = desk.check(made["id"], RIGHT)
    assert (checked.status, checked.tries_left) == ("pending", 5)
    assert desk.check(made["id"], RIGHT).status == "approved"
    assert [asked["verificationId"] for asked in vendor.checks] == ["1", "2"]


@ON_SQLITE
def test_an_approval_is_no_proof_for_ever(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    desk.check(made["id"], RIGHT)
    desk.change(made["id"], expires_at=1)
    assert desk.check(made["id"], RIGHT).status == "expired"
    assert len(vendor.checks) == 1


def test_five_wrong_codes_lock(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    checked = [desk.check(made["id"], WRONG) for _ in range(5)]
    assert [one.status.value for one in checked] == ["pending"] * 4 + ["locked"]
    assert [one.tries_left for one in checked] == [4, 3, 2, 1, 0]
    after = desk.check(made["id"], RIGHT)
    assert (after.status, after.vendor) == ("locked", None)
    assert len(vendor.checks) == 5
    shown = desk.show(made["id"])
    assert (shown["status"], shown["error"]["code"]) == ("locked", "wrong_codes")


def test_guesses_at_once_are_five_at_most(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    all_are_here = threading.Barrier(5)

    def wait(_: dict[str, str]) -> None:
        all_are_here.wait(10)

    vendor.on_check = wait
    with ThreadPoolExecutor(20) as pool:
        statuses = [one.status.value for one in pool.map(lambda _: desk.check(made["id"], WRONG), range(20))]
    assert len(vendor.checks) == 5
    assert set(statuses) == {"pending", "locked"}
    assert desk.show(made["id"])["status"] == "locked"


def test_among_five_at_once_the_right_one_approves(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    all_are_here = threading.Barrier(5)

    def wait(_: dict[str, str]) -> None:
        all_are_here.wait(10)

    vendor.on_check = wait
    with ThreadPoolExecutor(5) as pool:
        checked = list(pool.map(lambda code: desk.check(made["id"], code), [WRONG, WRONG, RIGHT, WRONG, WRONG]))
    assert [one.status.value for one in checked] == ["pending", "pending", "approved", "pending", "pending"]
    assert desk.show(made["id"])["status"] == "approved"


def test_past_our_time_the_vendor_is_not_asked(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(ttl_seconds=30)
    desk.change(made["id"], expires_at=1)
    checked = desk.check(made["id"], RIGHT)
    assert (checked.status, checked.vendor, vendor.checks) == ("expired", None, [])
    shown = desk.show(made["id"])
    assert (shown["status"], shown["finished_at"]) == ("expired", "1970-01-01T00:00:00Z")


@ON_SQLITE
@pytest.mark.parametrize("code", ["", "123", "123456789", "12 34", "12a4", "1234\n", "-1234", "٤٨٢٩", "12\x0034"])
def test_what_can_be_no_code_is_refused_without_repeating_it(desk: Desk, vendor: VerifyVendor, code: str) -> None:
    made = desk.start()
    with pytest.raises(InvalidCode) as raised:
        desk.check(made["id"], code)
    assert not code or code not in str(raised.value)
    assert desk.row(made["id"])["tries"] == 0
    assert vendor.checks == []


def test_anothers_is_not_found(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    stranger = open_desk(desk.service, "C-TWO")
    for asks in (stranger.show, stranger.resend, lambda id_: stranger.check(id_, RIGHT)):
        with pytest.raises(NotFound):
            asks(made["id"])
    assert vendor.checks == []
    assert len(vendor.sends) == 1
