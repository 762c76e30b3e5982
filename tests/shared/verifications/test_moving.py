"""Another code goes by the next channel: when it is asked for, and by itself where a receipt says that one failed."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connectors.serving.worker import House
from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.clock import now_ms
from connectors.shared.errors import WrongState
from connectors.shared.messages.states import Status
from connectors.shared.verifications.errors import RecipientRefused, TooManyCodes, VendorUnavailable
from connectors.shared.verifications.moving import Mover
from tests.shared.messages.tenants import Tenant, change, dispatching, row, wait_for
from tests.shared.verifications.desk import DIGITS, NUMBER, ON_SQLITE, Desk, open_desk
from tests.shared.verifications.vendor import NO_ANSWER, RIGHT, WRONG, Reply, VerifyVendor, exists

ALL = ("SMS", "WHATSAPP", "RCS")


@pytest.fixture
def mover(desk: Desk) -> Iterator[Mover]:
    mover = Mover(desk.service.database, desk.service.verifications.starter)
    yield mover
    mover.close()


def test_a_resend_goes_by_the_next_channel_and_begins_again_after_the_last(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(channels=ALL)
    assert [desk.resend(made["id"])["channel"] for _ in range(3)] == ["WHATSAPP", "RCS", "SMS"]
    assert vendor.channels == ["SMS", "WHATSAPP", "RCS", "SMS"]
    assert desk.check(made["id"], RIGHT).status == "approved"
    assert vendor.checks[0]["verificationId"] == "4"


def test_wrong_codes_stay_counted(desk: Desk) -> None:
    made = desk.start()
    for _ in range(4):
        desk.check(made["id"], WRONG)
    desk.resend(made["id"])
    assert desk.check(made["id"], WRONG).status == "locked"


@ON_SQLITE
def test_a_channel_that_is_refused_is_passed_over(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(channels=ALL)
    vendor.on_send = lambda params: Reply(400) if params["flowType"] == "WHATSAPP" else None
    assert desk.resend(made["id"])["channel"] == "RCS"


@ON_SQLITE
@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (exists(1), TooManyCodes),  # the code that is out already
        (exists(None), TooManyCodes),
        (Reply(503, http=503), VendorUnavailable),
        (NO_ANSWER, VendorUnavailable),
        (Reply(400), RecipientRefused),
    ],
)
def test_where_it_does_not_go_out_everything_stays(
    desk: Desk, vendor: VerifyVendor, reply: Reply, error: type[Exception]
) -> None:
    made = desk.start(channels=ALL)
    vendor.on_send = lambda _: reply
    for _ in range(2):  # the lease is given back
        with pytest.raises(error):
            desk.resend(made["id"])
    assert desk.show(made["id"]) == made


def test_a_code_whose_answer_was_lost_is_found_by_the_next_resend(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(channels=ALL)
    vendor.on_send = lambda _: exists("55")
    assert desk.resend(made["id"])["channel"] == "WHATSAPP"
    assert desk.row(made["id"])["vendor_id"] == "55"


@ON_SQLITE
@pytest.mark.parametrize("values", [{"status": "approved"}, {"status": "locked"}, {"expires_at": 1}])
def test_what_has_ended_is_not_sent_again(desk: Desk, vendor: VerifyVendor, values: dict[str, Any]) -> None:
    made = desk.start()
    desk.change(made["id"], **values)
    with pytest.raises(WrongState):
        desk.resend(made["id"])
    assert len(vendor.sends) == 1


def test_two_who_ask_at_once_get_one_code(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(channels=ALL)
    other_was_refused = threading.Event()

    def wait(_: dict[str, str]) -> None:
        other_was_refused.wait(10)

    vendor.on_send = wait

    def ask(_: int) -> bool:
        try:
            desk.resend(made["id"])
        except WrongState:
            other_was_refused.set()
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [False, True]
    assert vendor.channels == ["SMS", "WHATSAPP"]


@pytest.mark.parametrize("outcome", [Status.UNDELIVERED, Status.EXPIRED, Status.REJECTED])
def test_a_receipt_of_failure_moves_it_once_for_each_channel(
    desk: Desk, vendor: VerifyVendor, mover: Mover, outcome: Status
) -> None:
    made = desk.start(channels=ALL)
    for transaction, channel in (("t-1", "WHATSAPP"), ("t-2", "RCS"), ("t-3", "RCS")):
        assert desk.receipt(transaction, outcome)
        mover.run()
        desk.receipt(transaction, outcome)  # its copy
        mover.run()
        assert desk.show(made["id"])["channel"] == channel
    assert vendor.channels == list(ALL)
    shown = desk.show(made["id"])
    assert (shown["status"], shown["error"]["code"]) == ("pending", "27")


@ON_SQLITE
@pytest.mark.parametrize("outcome", [Status.DELIVERED, None])
def test_other_receipts_move_nothing(desk: Desk, vendor: VerifyVendor, mover: Mover, outcome: Status) -> None:
    desk.start(channels=ALL)
    assert desk.receipt("t-1", outcome)
    mover.run()
    assert vendor.channels == ["SMS"]


def test_a_receipt_of_a_code_is_none_of_a_message_to_the_same_number(desk: Desk) -> None:
    with desk.service.database.read() as connection:
        sender = sender_of_account(connection, desk.account_id)
    tenant = Tenant(desk.service, "C-ONE", desk.account_id, sender.connection_id)
    message_id = tenant.accept(NUMBER, "Your order has been shipped.")
    change(desk.service, message_id, status="sent", begun_at=now_ms(), deadline_at=None)
    desk.start()
    desk.receipt("t-1", Status.UNDELIVERED)
    assert row(desk.service, message_id)["status"] == "sent"


@pytest.mark.parametrize(
    "values",
    [{"recipient": "919816111112"}, {"account_id": 0}],
)
def test_a_receipt_that_does_not_fit_moves_nothing(
    desk: Desk, vendor: VerifyVendor, mover: Mover, values: dict[str, Any]
) -> None:
    desk.start(channels=ALL)
    stranger = open_desk(desk.service, "C-TWO")
    if "account_id" in values:
        values = {"account_id": stranger.account_id}
    assert not desk.receipt("t-1", **values)
    mover.run()
    assert vendor.channels == ["SMS"]


@ON_SQLITE
@pytest.mark.parametrize("values", [{"recipient": None}, {"recipient": DIGITS[2:]}])
def test_a_receipt_may_tell_less_of_the_number(
    desk: Desk, vendor: VerifyVendor, mover: Mover, values: dict[str, Any]
) -> None:
    desk.start(channels=ALL)
    assert desk.receipt("t-1", **values)
    mover.run()
    assert vendor.channels == ["SMS", "WHATSAPP"]


def test_a_receipt_may_come_before_the_answer(desk: Desk, vendor: VerifyVendor, mover: Mover) -> None:
    def early(params: dict[str, str]) -> None:
        if params["flowType"] == "SMS":
            assert not desk.receipt("t-1")

    vendor.on_send = early
    desk.start(channels=ALL)
    mover.run()
    assert vendor.channels == ["SMS", "WHATSAPP"]


def test_a_receipt_may_be_kept_in_the_same_moment(desk: Desk, vendor: VerifyVendor, mover: Mover) -> None:
    """Neither of two transactions sees what the other is about to commit: the receipt is tried again later."""
    made = desk.start(channels=ALL)
    desk.change(made["id"], transaction_id="not yet")
    assert not desk.receipt("t-1")
    desk.change(made["id"], transaction_id="t-1")
    house = House(desk.service)
    house.rematch()
    house.close()
    mover.run()
    assert vendor.channels == ["SMS", "WHATSAPP"]
    assert not desk.unmatched()


@ON_SQLITE
@pytest.mark.parametrize("reply", [Reply(503, http=503), Reply(429), exists(1)])
def test_what_did_not_go_out_is_tried_again(desk: Desk, vendor: VerifyVendor, mover: Mover, reply: Reply) -> None:
    made = desk.start(channels=ALL)
    desk.receipt("t-1")
    vendor.on_send = lambda _: reply
    mover.run()
    vendor.on_send = lambda _: None
    mover.run()  # not at once
    assert vendor.channels == ["SMS", "WHATSAPP"]
    desk.change(made["id"], move_at=1)
    mover.run()
    assert vendor.channels == ["SMS", "WHATSAPP", "WHATSAPP"]


def test_what_may_have_gone_out_is_not(desk: Desk, vendor: VerifyVendor, mover: Mover) -> None:
    made = desk.start(channels=ALL)
    desk.receipt("t-1")
    vendor.on_send = lambda _: NO_ANSWER
    mover.run()
    desk.receipt("t-1")
    mover.run()
    assert vendor.channels == ["SMS", "WHATSAPP"]
    assert desk.row(made["id"])["move_at"] is None


@ON_SQLITE
@pytest.mark.parametrize("values", [{"status": "approved"}, {"expires_at": 1}])
def test_what_has_ended_meanwhile_is_let_be(
    desk: Desk, vendor: VerifyVendor, mover: Mover, values: dict[str, Any]
) -> None:
    made = desk.start(channels=ALL)
    desk.receipt("t-1")
    desk.change(made["id"], **values)
    mover.run()
    assert vendor.channels == ["SMS"]
    assert desk.row(made["id"])["move_at"] is None


def test_the_dispatchers_process_does_it(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start(channels=ALL)
    with dispatching(desk.service):
        desk.receipt("t-1")
        wait_for(lambda: desk.show(made["id"])["channel"] == "WHATSAPP")
