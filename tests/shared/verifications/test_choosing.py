"""Each channel goes by the connection that has it, and who sent the last code checks it."""

from collections.abc import Callable

import pytest

from connectors.service import Service
from connectors.shared.errors import WrongState
from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.message_central.gateway import NAME as MESSAGE_CENTRAL
from connectors.shared.gateways.message_central.kind import MESSAGE_CENTRAL as MESSAGE_CENTRAL_KIND
from connectors.shared.routes.store import add_route
from connectors.shared.verifications.errors import ChannelRefused, TooManyCodes
from connectors.shared.verifications.moving import Mover
from tests.shared.verifications.desk import ON_SQLITE, Desk
from tests.shared.verifications.gateways import CALLS, PIN, PINS, REFUSED, TO_CALL, GatewayDouble, kind, own_desk
from tests.shared.verifications.vendor import RIGHT, VerifyVendor

pytestmark = ON_SQLITE

ALL = (MESSAGE_CENTRAL, CALLS, PINS)


@pytest.fixture
def calls() -> GatewayDouble:
    return GatewayDouble(CALLS)


@pytest.fixture
def pins() -> GatewayDouble:
    return GatewayDouble(PINS)


@pytest.fixture
def own(
    monkeypatch: pytest.MonkeyPatch,
    open_service: Callable[..., Service],
    calls: GatewayDouble,
    pins: GatewayDouble,
) -> Service:
    """A service with three gateways."""
    monkeypatch.setattr("connectors.service.GATEWAYS", (MESSAGE_CENTRAL_KIND, kind(calls), kind(pins)))
    return open_service()


def route(desk: Desk, prefix: str, gateway: str) -> None:
    with desk.service.database.write() as connection:
        add_route(connection, desk.account_id, prefix, gateway, None)


def test_each_channel_goes_to_who_has_it(
    own: Service, vendor: VerifyVendor, calls: GatewayDouble, pins: GatewayDouble
) -> None:
    desk = own_desk(own, *ALL)
    made = desk.start(channels=("SMS", "CALL", "PIN"), language="de", ttl_seconds=300)
    assert (made["channel"], made["call"], vendor.channels) == ("SMS", None, ["SMS"])
    assert desk.check(made["id"], "000000").present()["vendor"]["code"] == "702"

    called = desk.resend(made["id"])
    assert (called["channel"], calls.asked) == ("CALL", ["919816111111"])
    assert called["call"] == {"number": f"+{TO_CALL}", "expires_at": called["expires_at"]}
    with pytest.raises(WrongState, match="call"):
        desk.check(made["id"], RIGHT)
    assert desk.row(made["id"])["tries"] == 1

    pinned = desk.resend(made["id"])
    assert (pinned["channel"], pinned["call"]) == ("PIN", None)
    assert pins.pins[0][1] == "Ihr Bestätigungscode. Er gilt 5 Min."
    checked = desk.check(made["id"], PIN).present()
    assert (checked["status"], checked["vendor"], len(vendor.checks)) == ("approved", None, 1)
    assert desk.count() == (1, 3)


def test_messages_go_by_the_route_of_the_number(own: Service, vendor: VerifyVendor, calls: GatewayDouble) -> None:
    desk = own_desk(own, *ALL)
    route(desk, "44", CALLS)
    made = desk.start("+447911123456", code_length=8)
    desk.start()
    assert ([sent[2].digits for sent in calls.sends], len(vendor.sends)) == (["447911123456"], 1)
    assert desk.check(made["id"], calls.code).present()["detail"] == "The number is verified."
    with pytest.raises(ChannelRefused, match="WHATSAPP"):
        desk.start("+447911123457", channels=("WHATSAPP",))


@pytest.mark.parametrize("channel", ["CALL", "PIN"])
def test_without_a_gateway_that_has_it_a_channel_is_refused(own: Service, vendor: VerifyVendor, channel: str) -> None:
    desk = own_desk(own, MESSAGE_CENTRAL)
    with pytest.raises(ChannelRefused, match=f"Message Central verifies no numbers by {channel}. It can by SMS"):
        desk.start(channels=(channel,))
    assert (vendor.sends, desk.count()) == ([], (0, 0))
    assert desk.start(channels=(channel, "SMS"))["channel"] == "SMS"


def test_five_wrong_codes_lock_ours_too(own: Service, calls: GatewayDouble) -> None:
    desk = own_desk(own, CALLS)
    made = desk.start()
    right = calls.code
    guess = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert [desk.check(made["id"], guess).status.value for _ in range(5)] == ["pending"] * 4 + ["locked"]
    assert desk.check(made["id"], right).status == "locked"
    with pytest.raises(TooManyCodes) as raised:  # for what is left of the minute, not of the code
        desk.start()
    assert 50 <= raised.value.retry_after <= 60


def test_asked_again_it_is_the_same_verification_and_its_call(own: Service, calls: GatewayDouble) -> None:
    desk = own_desk(own, CALLS)
    for channels in (("SMS",), ("CALL",)):
        assert desk.start(channels=channels) == desk.start(channels=channels)
    assert (len(calls.sends), len(calls.asked)) == (1, 1)


def test_who_asks_while_a_call_is_being_asked_for_comes_back(own: Service, calls: GatewayDouble) -> None:
    desk = own_desk(own, CALLS)
    made = desk.start(channels=("CALL",))
    desk.change(made["id"], vendor_id="not yet written")
    with pytest.raises(TooManyCodes) as raised:
        desk.start(channels=("CALL",))
    assert raised.value.retry_after == 5


def test_what_may_have_gone_out_can_be_checked(own: Service, calls: GatewayDouble) -> None:
    calls.answer = lambda: SendResult(Verdict.IN_DOUBT, Fault.NETWORK)
    desk = own_desk(own, CALLS)
    made = desk.start()
    assert desk.check(made["id"], calls.code).status == "approved"


def test_a_receipt_moves_it_to_another_gateway(
    own: Service, vendor: VerifyVendor, calls: GatewayDouble, pins: GatewayDouble
) -> None:
    desk = own_desk(own, *ALL)
    route(desk, "", CALLS)
    made = desk.start(channels=("SMS", "PIN", "CALL"))
    assert not desk.receipt("t-1", gateway=MESSAGE_CENTRAL)  # another vendor's id
    assert desk.receipt("t-1", gateway=CALLS)
    mover = Mover(own.database, own.verifications.starter)
    try:
        mover.run()
    finally:
        mover.close()
    assert (desk.show(made["id"])["channel"], len(pins.pins)) == ("PIN", 1)
    assert desk.check(made["id"], calls.code).status == "pending"  # the first is good no more
    assert desk.check(made["id"], PIN).status == "approved"


def test_a_refused_channel_is_followed_by_the_next_gateways(
    own: Service, calls: GatewayDouble, pins: GatewayDouble
) -> None:
    desk = own_desk(own, CALLS, PINS)
    calls.answer = lambda: REFUSED
    made = desk.start(channels=("SMS", "PIN"))
    assert (made["channel"], len(calls.sends), desk.count()) == ("PIN", 1, (1, 1))
