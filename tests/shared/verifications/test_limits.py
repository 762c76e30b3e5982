"""Nobody has codes pumped to a number, to its neighbours or to a country."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from connectors.service import Service
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.errors import ConnectorsError, NotFound
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.verifications import forgetting
from connectors.shared.verifications.errors import TooManyCodes
from connectors.shared.verifications.limits import Limits, reserve
from connectors.shared.verifications.tables import verification_sends
from tests.shared.verifications.desk import NUMBER, ON_SQLITE, Desk, open_desk
from tests.shared.verifications.vendor import Reply, VerifyVendor, exists

OpenDesk = Callable[[Limits], Desk]
NEIGHBOURS = [f"+919816111{last:03}" for last in range(3)]
FAR_APART = ["+919816111111", "+919817222222", "+919818333333"]


@pytest.fixture
def limited(open_service: Callable[..., Service]) -> OpenDesk:
    return lambda limits: open_desk(open_service(verification_limits=limits))


@pytest.mark.parametrize(
    ("limits", "numbers", "words"),
    [
        (Limits(2, 0, 0), [NUMBER] * 3, "this number"),
        (Limits(0, 2, 0), NEIGHBOURS, "next to this one"),
        (Limits(0, 0, 2), FAR_APART, "this country"),
    ],
)
def test_above_a_limit_nothing_is_sent(
    limited: OpenDesk, vendor: VerifyVendor, limits: Limits, numbers: list[str], words: str
) -> None:
    desk = limited(limits)
    for number in numbers[:2]:
        desk.start(number)
    with pytest.raises(TooManyCodes, match=words) as raised:
        desk.start(numbers[2])
    assert 3_590 <= raised.value.retry_after <= 3_600
    assert len(vendor.sends) == 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("limits", "numbers"),
    [(Limits(1, 0, 0), NEIGHBOURS), (Limits(0, 1, 0), FAR_APART), (Limits(0, 0, 1), [NUMBER, "+447911123456"])],
)
def test_others_are_not_held_up(limited: OpenDesk, limits: Limits, numbers: list[str]) -> None:
    desk = limited(limits)
    assert {desk.start(number)["status"] for number in numbers} == {"pending"}


def test_no_code_is_counted_for_an_account_that_is_gone(service: Service) -> None:
    number = PhoneNumber("91", "9816111111")
    with pytest.raises(NotFound), service.database.write() as connection:
        reserve(connection, Limits(0, 0, 0), 10**6, number, now_ms())


def test_each_account_has_its_own(limited: OpenDesk) -> None:
    desk = limited(Limits(1, 1, 1))
    desk.start()
    open_desk(desk.service, "C-TWO").start()


def test_a_resend_counts(limited: OpenDesk) -> None:
    desk = limited(Limits(2, 0, 0))
    made = desk.start(channels=("SMS", "WHATSAPP"))
    desk.resend(made["id"])
    with pytest.raises(TooManyCodes):
        desk.resend(made["id"])


@ON_SQLITE
@pytest.mark.parametrize("reply", [Reply(503, http=503), Reply(400), exists(None)])
def test_what_did_not_go_out_does_not_count(limited: OpenDesk, vendor: VerifyVendor, reply: Reply) -> None:
    desk = limited(Limits(1, 1, 1))
    vendor.on_send = lambda _: reply
    for _ in range(3):
        with pytest.raises(ConnectorsError, match="Message Central"):
            desk.start()
    vendor.on_send = lambda _: None
    assert desk.start()["status"] == "pending"


def test_requests_at_once_do_not_slip_past(limited: OpenDesk, vendor: VerifyVendor) -> None:
    desk = limited(Limits(3, 0, 0))

    def attempt(_: int) -> bool:
        try:
            desk.start()
        except TooManyCodes:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(attempt, range(12))) == 3
    assert len(vendor.sends) == 3


def test_after_an_hour_it_begins_anew(limited: OpenDesk) -> None:
    desk = limited(Limits(1, 0, 0))
    desk.start()
    with desk.service.database.write() as connection:
        connection.execute(update(verification_sends).values(created_at=now_ms() - HOUR))
    desk.start()
    forgetting.purge(desk.service.database, 0)
    assert desk.count() == (2, 1)
