"""Who is texted for a step that is due, and why nobody is: by what is known at that moment."""

from typing import Any

import pytest

from connectors.service import Service
from connectors.shared.automations.running import Ask, Ended, NotNow, Prospect
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.clock import DAY, HOUR, MINUTE
from connectors.shopify.automations.jobs import jobs
from connectors.shopify.automations.looking import Asked
from connectors.shopify.context import Context
from connectors.shopify.errors import Disconnected, NotAllowed, RateLimited, Refused, Unreachable
from connectors.shopify.orders import records
from connectors.shopify.tables import RecordKind, shopify_events
from tests.shopify.automations.shopping import (
    CHECKOUT_REFS,
    NO_NUMBER,
    ORDER_REFS,
    PARCEL_REFS,
    STOPPED,
    THEN,
    Shopping,
    outcome,
)
from tests.shopify.connected import Connected, connect_shop
from tests.shopify.payloads import CUSTOMER, NUMBER, ORDER, REFUND, payload
from tests.shopify.webhooks.events_kept import keep


@pytest.fixture
def shopping(service: Service, connected: Connected) -> Shopping:
    return Shopping(service, connected)


def test_buyer(shopping: Shopping) -> None:
    shopping.tell("orders_create")
    found = shopping.texted("order_placed", ORDER_REFS)
    assert (found.number.digits, found.locale, found.consented) == (NUMBER, "en-IN", False)
    assert found.values["order"]["name"] == "#1042"


def test_parcels_and_refunds_go_to_whoever_ordered(shopping: Shopping) -> None:
    shopping.tell("orders_create")
    shopping.tell("fulfillments_create__no_phone")
    shopping.tell("refunds_create")
    shipped = shopping.texted("order_shipped", PARCEL_REFS)
    assert (shipped.number.digits, shipped.values["fulfillment"]["name"]) == (NUMBER, "#1042.1")
    refunded = shopping.texted("order_refunded", {"order": ORDER, "refund": REFUND})
    assert (refunded.number.digits, refunded.values["refund"]["amount"]) == (NUMBER, "750.00")


def test_country_of_the_account_where_neither_address_nor_shop_has_one(service: Service) -> None:
    shopping = Shopping(service, connect_shop(service, country_code=None))
    shopping.tell("orders_create__guest", phone="098000 00001")
    assert shopping.texted("order_placed", ORDER_REFS).number.digits == NUMBER


def test_nobody_to_text(shopping: Shopping) -> None:
    shopping.tell("orders_create__masked")
    found = shopping.look("order_placed", ORDER_REFS)
    assert outcome(found) == NO_NUMBER
    assert isinstance(found, Ended)
    assert "shipping address: masked" in found.words


@pytest.mark.parametrize(
    ("told", "trigger", "refs", "expected"),
    [
        (["orders_create__test"], "order_placed", ORDER_REFS, (StepStatus.SKIPPED, Reason.TEST_ORDER)),
        (["orders_create", "orders_cancelled"], "order_placed", ORDER_REFS, STOPPED),
        (["orders_cancelled", "orders_create"], "order_paid", ORDER_REFS, STOPPED),
        (["orders_cancelled", "fulfillments_create"], "order_shipped", PARCEL_REFS, STOPPED),
        (["orders_cancelled"], "review_request", ORDER_REFS, STOPPED),
        (["orders_create", "fulfillments_update__cancelled"], "order_shipped", PARCEL_REFS, STOPPED),
        (["checkouts_update__completed"], "checkout_abandoned", CHECKOUT_REFS, STOPPED),
        (["checkouts_update", "orders_create"], "checkout_abandoned", CHECKOUT_REFS, STOPPED),
        ([], "checkout_abandoned", CHECKOUT_REFS, NO_NUMBER),
        ([], "welcome", {"customer": CUSTOMER}, NO_NUMBER),
    ],
)
def test_nothing_is_sent(
    shopping: Shopping, told: list[str], trigger: str, refs: dict[str, str], expected: tuple[StepStatus, Reason]
) -> None:
    for name in told:
        shopping.tell(name)
    assert outcome(shopping.look(trigger, refs)) == expected


def test_bought_by_the_cart_alone(shopping: Shopping) -> None:
    shopping.tell("checkouts_update")
    shopping.tell("orders_create", checkout_token="other", token="other")
    assert outcome(shopping.look("checkout_abandoned", CHECKOUT_REFS)) == STOPPED


@pytest.mark.parametrize("trigger", ["order_cancelled", "order_refunded"])
def test_cancelled_orders_are_told_of(shopping: Shopping, trigger: str) -> None:
    shopping.tell("orders_cancelled")
    assert shopping.texted(trigger, ORDER_REFS).values["order"]["cancel_reason"] == "customer"


def test_a_parcel_goes_by_itself_where_nobody_told_of_its_order(shopping: Shopping) -> None:
    shopping.tell("fulfillments_create")
    found = shopping.texted("order_shipped", PARCEL_REFS)
    assert (found.number.digits, found.values["order"]["name"]) == (NUMBER, "#1042")


def test_an_order_that_was_not_told_of_is_awaited_for_a_quarter_of_an_hour(shopping: Shopping) -> None:
    shopping.tell("fulfillments_create__no_phone")
    found = shopping.look("order_shipped", PARCEL_REFS)
    assert isinstance(found, NotNow)
    assert THEN < found.until <= THEN + 15 * MINUTE
    assert found.due_at is None
    assert outcome(shopping.look("order_shipped", PARCEL_REFS, later=15 * MINUTE)) == NO_NUMBER
    shopping.tell("orders_create")
    assert shopping.texted("order_shipped", PARCEL_REFS, later=15 * MINUTE).number.digits == NUMBER


def test_an_order_that_was_not_told_of_is_asked_for_and_remembered(shopping: Shopping) -> None:
    step = shopping.step("order_delivered", PARCEL_REFS)
    assert isinstance(shopping.look("order_delivered", PARCEL_REFS), NotNow)
    shopping.change(is_app=True)
    assert isinstance(shopping.look("order_delivered", PARCEL_REFS, later=DAY), Ask)
    shopping.admin.answer = payload("orders_create")
    shopping.keep(step)
    asked = shopping.source.ask(step)
    assert shopping.admin.asked == [(shopping.shop_id, ORDER)]
    assert shopping.texted("order_delivered", PARCEL_REFS, asked=asked).number.digits == NUMBER
    assert shopping.texted("order_delivered", PARCEL_REFS).number.digits == NUMBER
    with shopping.service.database.read() as connection:
        found = records.by_number(connection, shopping.service.secrets, NUMBER)
    assert found == [(shopping.shop_id, RecordKind.ORDER, ORDER)]


def test_an_answer_about_what_was_stopped_meanwhile_is_not_remembered(shopping: Shopping) -> None:
    """It may have been stopped since somebody was erased."""
    shopping.admin.answer = payload("orders_create")
    asked = shopping.source.ask(shopping.step("order_delivered", PARCEL_REFS))
    assert asked.order is not None
    with shopping.service.database.read() as connection:
        assert records.by_number(connection, shopping.service.secrets, NUMBER) == []


@pytest.mark.parametrize(
    ("answer", "is_later"),
    [
        (None, False),
        ({}, False),
        (Disconnected("no"), False),
        (NotAllowed("no"), False),
        (Refused("no"), False),
        (RateLimited("wait", 2.0), True),
        (Unreachable("no"), True),
    ],
)
def test_what_cannot_be_asked_is_waited_for_no_longer_than_makes_sense(
    shopping: Shopping, answer: Any, is_later: bool
) -> None:
    shopping.change(is_app=True)
    shopping.admin.answer = answer
    asked = shopping.source.ask(shopping.step("order_delivered", PARCEL_REFS))
    assert asked == Asked(later=is_later)
    found = shopping.look("order_delivered", PARCEL_REFS, later=HOUR, asked=asked)
    assert isinstance(found, NotNow) if is_later else outcome(found) == NO_NUMBER


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        (["fulfillments_create"], False),
        (["fulfillments_create", "fulfillment_events_create__in_transit"], True),
        (["fulfillments_update__out_for_delivery"], True),
        (
            ["fulfillments_create", "fulfillment_events_create__in_transit", "fulfillment_events_create__delivered"],
            False,
        ),
        (["fulfillments_update__delivered"], False),
        (["fulfillments_update__delivered", "fulfillments_create__second"], False),
        ([], False),
    ],
)
def test_review_is_asked_for_once_the_parcel_came(shopping: Shopping, told: list[str], waits: bool) -> None:
    for name in ("orders_create", *told):
        shopping.tell(name)
    found = shopping.look("review_request", ORDER_REFS, later=7 * DAY)
    if waits:
        assert found == NotNow(THEN + 8 * DAY, due_at=THEN + 8 * DAY)
        late = shopping.look("review_request", ORDER_REFS, later=37 * DAY)
        assert outcome(late) == (StepStatus.SKIPPED, Reason.TOO_LATE)
        assert isinstance(shopping.look("review_request", ORDER_REFS, after="order_shipped"), Prospect)
    else:
        assert isinstance(found, Prospect)


def test_a_parcel_that_was_called_off_is_not_waited_for(shopping: Shopping) -> None:
    shopping.tell("orders_create")
    shopping.tell("fulfillments_update__cancelled", shipment_status="in_transit")
    assert isinstance(shopping.look("review_request", ORDER_REFS), Prospect)


def test_whose_steps_they_are(shopping: Shopping) -> None:
    name = shopping.connected.owner.name

    def owner(of: str) -> object:
        with shopping.service.database.read() as connection:
            return shopping.source.owner(connection, of)

    assert owner(name) == shopping.connected.owner
    assert owner("shopify:999") is None
    shopping.change(uninstalled_at=THEN)
    assert owner(name) is None
    shopping.change(uninstalled_at=None, account_id=None)
    assert owner(name) is None
    assert outcome(shopping.look("order_placed", ORDER_REFS)) == STOPPED


def test_the_job_looks_at_steps(parts: Context) -> None:
    (job,) = jobs(parts)
    assert job.name == "shopify-automations"
    job.run()
    assert job.close is not None
    job.close()


@pytest.mark.parametrize(("came_at", "later", "waits"), [(THEN, 0, True), (THEN, MINUTE, False), (THEN + 1, 0, False)])
def test_what_came_before_it_was_due_is_read_first(shopping: Shopping, came_at: int, later: int, waits: bool) -> None:
    shopping.tell("orders_create")
    keep(shopping.service, shopping.shop_id, "orders/cancelled", b"{}", "w1")
    with shopping.service.database.write() as connection:
        connection.execute(shopify_events.update().values(received_at=came_at))
    assert isinstance(shopping.look("order_placed", ORDER_REFS, later=later), NotNow if waits else Prospect)
