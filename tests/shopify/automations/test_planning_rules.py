"""When something is told, and when not: by the rules of each trigger."""

from itertools import permutations
from typing import Any

import pytest

from connectors.shared.automations import steps
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.clock import DAY, HOUR, MINUTE
from connectors.shopify.tables import RecordKind
from tests.shopify.automations.planned import PLACED_AT, SHIPPED_AT, Planner, Told, after, outcomes
from tests.shopify.automations.told import (
    ABANDONED_AT,
    CANCELLED,
    CREATED,
    CREATED_PAID,
    DELIVERED,
    DELIVERED_AT,
    FULFILLED,
    LEFT,
    LINKED,
    NO,
    OF_CHECKOUT,
    OF_ORDER,
    OF_PARCEL,
    OF_SECOND,
    OUT,
    OUT_BY_PARCEL,
    PAID_AT_ONCE,
    PAID_LATER,
    REFUNDED,
    SHIPPED,
    SHIPPED_SECOND,
    SHIPPED_UNTRACKED,
    TYPED,
    UPDATED,
    YES,
)
from tests.shopify.payloads import CHECKOUT, CUSTOMER, ORDER, PARCEL, REFUND


def test_paid_is_told_where_placed_is_not(quiet: Planner) -> None:
    quiet.turn_on("order_paid")
    assert outcomes(quiet.tell(CREATED_PAID)) == ["order_placed skipped/disabled"]
    assert outcomes(quiet.tell(PAID_AT_ONCE)) == ["order_paid waiting"]


@pytest.mark.parametrize(
    ("seconds", "paid_at", "is_one_moment"),
    [(600, 600, True), (600, 601, False), (60, 61, False), (0, 0, True), (0, 1, False), (7200, 7200, True)],
)
def test_how_soon_after_is_one_moment(seconds: int, paid_at: int, is_one_moment: bool, shop: Planner) -> None:
    shop.paid_window_ms = seconds * 1_000
    came = shop.tell(CREATED, Told("orders_paid", PLACED_AT + paid_at * 1_000))
    assert outcomes(came) == ["order_paid skipped/duplicate" if is_one_moment else "order_paid waiting"]


def test_what_was_paid_as_it_was_placed_is_one_moment_however_late_that_is_told(shop: Planner) -> None:
    assert outcomes(shop.tell(CREATED_PAID, PAID_LATER)) == ["order_paid skipped/duplicate"]


def test_an_order_of_which_nobody_could_be_told_is_tried_again_when_it_is_paid(shop: Planner) -> None:
    shop.tell(CREATED)
    shop.end("order_placed", StepStatus.SKIPPED, Reason.NO_NUMBER)
    assert outcomes(shop.tell(PAID_AT_ONCE)) == ["order_placed waiting", "order_paid skipped/duplicate"]


def test_a_cancelled_order_stops_what_waits_and_not_what_was_sent(shop: Planner) -> None:
    shop.tell(CREATED)
    shop.end("order_placed", StepStatus.SENT)
    shop.tell(PAID_LATER, SHIPPED, DELIVERED, REFUNDED, CANCELLED)
    assert {trigger for trigger, _ in shop.waiting()} == {"order_cancelled", "order_refunded"}
    assert shop.kept()["order_placed sent"] == 1
    stopped = [step for step in shop.steps() if step.status is StepStatus.STOPPED]
    assert {step.words for step in stopped} == {"The order was cancelled."}


def test_a_failed_parcel_stops_its_own_text_alone(shop: Planner) -> None:
    shop.tell(SHIPPED_UNTRACKED, SHIPPED_SECOND)
    shop.tell(Told("fulfillments_update__cancelled", after(SHIPPED_AT, minutes=9)))
    assert shop.kept()["order_shipped stopped/canceled"] == 1
    assert ("order_shipped", OF_SECOND) in shop.waiting()


class TestTrackingLink:
    def due(self, shop: Planner) -> int:
        return shop.waiting()[("order_shipped", OF_PARCEL)]

    def test_it_is_waited_for(self, shop: Planner) -> None:
        shop.tell(SHIPPED_UNTRACKED)
        assert self.due(shop) == SHIPPED_AT + 15 * MINUTE

    def test_with_it_nothing_is_waited_for(self, shop: Planner) -> None:
        shop.tell(SHIPPED)
        assert self.due(shop) == SHIPPED_AT

    @pytest.mark.parametrize("told", [LINKED, FULFILLED])
    def test_when_it_comes_the_text_goes(self, told: Told, shop: Planner) -> None:
        shop.now = told.at
        shop.tell(SHIPPED_UNTRACKED, told)
        assert self.due(shop) == told.at

    def test_what_is_old_by_then_becomes_no_younger(self, shop: Planner) -> None:
        shop.now = after(SHIPPED_AT, days=3)
        shop.tell(SHIPPED_UNTRACKED, LINKED)
        assert self.due(shop) == SHIPPED_AT + 15 * MINUTE

    @pytest.mark.parametrize("seconds", [0, 3600])
    def test_the_owners_own_wait_is_kept(self, seconds: int, shop: Planner) -> None:
        shop.turn_on("order_shipped", delay_seconds=seconds)
        shop.now = LINKED.at
        shop.tell(SHIPPED_UNTRACKED, LINKED)
        assert self.due(shop) == SHIPPED_AT + seconds * 1_000


class TestParcelsOfAnOldOrder:
    """A shop connects, and something is changed about what it shipped before."""

    def test_no_news_is_told(self, shop: Planner) -> None:
        shop.now = after(SHIPPED_AT, days=30)
        assert shop.tell(Told("orders_fulfilled", after(SHIPPED_AT, days=30), topic="orders/updated")) == []

    def test_it_stays_untold_when_more_is_changed(self, shop: Planner) -> None:
        shop.now = after(SHIPPED_AT, days=30)
        told = Told("orders_fulfilled", after(SHIPPED_AT, days=30), topic="orders/updated")
        assert shop.tell(told, told, Told("fulfillments_update", after(SHIPPED_AT, days=30))) == []

    def test_what_was_shipped_today_is(self, shop: Planner) -> None:
        came = shop.tell(Told("orders_fulfilled", after(SHIPPED_AT, hours=2), topic="orders/updated"))
        assert outcomes(came) == ["order_shipped waiting", "review_request waiting"]
        assert shop.waiting()[("order_shipped", OF_PARCEL)] == SHIPPED_AT


class TestReview:
    def due(self, shop: Planner) -> int | None:
        return shop.waiting().get(("review_request", OF_ORDER))

    @pytest.mark.parametrize(
        ("asked_after", "since"),
        [("order_placed", PLACED_AT), ("order_shipped", SHIPPED_SECOND.at), (None, DELIVERED_AT)],
    )
    def test_it_counts_from_what_the_owner_says(self, asked_after: str | None, since: int, shop: Planner) -> None:
        shop.turn_on("review_request", after=asked_after)
        for order in permutations([SHIPPED, SHIPPED_SECOND, DELIVERED]):
            with shop.undone():
                shop.tell(CREATED, *order)
                assert self.due(shop) == since + 7 * DAY

    def test_where_delivery_is_asked_for_shipping_means_nothing(self, shop: Planner) -> None:
        shop.turn_on("review_request", after="order_delivered", delay_seconds=60)
        shop.tell(CREATED, SHIPPED)
        assert self.due(shop) is None
        shop.tell(DELIVERED)
        assert self.due(shop) == DELIVERED_AT + MINUTE

    def test_what_was_put_off_day_by_day_counts_from_the_delivery_after_all(self, shop: Planner) -> None:
        shop.tell(CREATED, SHIPPED, Told("fulfillment_events_create__in_transit", after(SHIPPED_AT, hours=1)))
        steps.move(shop.connection, shop.owner, "review_request", OF_ORDER, DELIVERED_AT + 30 * DAY)
        shop.tell(DELIVERED)
        assert self.due(shop) == DELIVERED_AT + 7 * DAY

    def test_a_further_parcel_puts_it_off_until_it_was_sent(self, shop: Planner) -> None:
        shop.tell(SHIPPED)
        shop.end("review_request", StepStatus.SENT)
        shop.tell(SHIPPED_SECOND, DELIVERED)
        assert self.due(shop) is None
        assert shop.kept()["review_request sent"] == 1

    @pytest.mark.parametrize(
        ("asked_after", "is_left"), [(None, False), ("order_shipped", False), ("order_placed", True)]
    )
    def test_it_ends_with_the_last_parcel_that_is_called_off(
        self, asked_after: str | None, is_left: bool, shop: Planner
    ) -> None:
        shop.turn_on("review_request", after=asked_after)
        called_off = Told("fulfillments_update__cancelled", after(SHIPPED_AT, minutes=9))
        with shop.undone():
            shop.tell(CREATED, SHIPPED, SHIPPED_SECOND, called_off)
            assert self.due(shop) is not None, "the second is on its way"
        shop.tell(CREATED, SHIPPED, called_off)
        assert (self.due(shop) is not None) is is_left
        shop.tell(SHIPPED_SECOND)
        assert self.due(shop) is not None, "it was sent anew"

    def test_collected_is_delivered(self, shop: Planner) -> None:
        collected = Told("fulfillment_events_create__delivered", DELIVERED_AT, {"status": "picked_up"})
        assert shop.tell(SHIPPED, collected) == []
        assert self.due(shop) == DELIVERED_AT + 7 * DAY


class TestCheckout:
    def due(self, shop: Planner) -> int | None:
        return shop.waiting().get(("checkout_abandoned", OF_CHECKOUT))

    def test_typing_on_puts_it_off_and_late_news_does_not_bring_it_forward(self, shop: Planner) -> None:
        shop.tell(TYPED, LEFT)
        assert self.due(shop) == TYPED.at + HOUR

    def test_the_owners_own_wait_counts_from_each_change(self, shop: Planner) -> None:
        shop.turn_on("checkout_abandoned", delay_seconds=60)
        shop.tell(LEFT, TYPED)
        assert self.due(shop) == TYPED.at + MINUTE

    def test_what_was_told_is_not_told_again(self, shop: Planner) -> None:
        shop.tell(LEFT)
        shop.end("checkout_abandoned", StepStatus.SENT)
        assert shop.tell(Told("checkouts_update", after(ABANDONED_AT, hours=5))) == []

    def test_while_it_is_off_that_is_kept_once(self, quiet: Planner) -> None:
        quiet.tell(LEFT, TYPED, TYPED, TYPED)
        assert dict(quiet.kept()) == {"checkout_abandoned skipped/disabled": 1}

    def test_whoever_said_yes_meanwhile_is_asked_then(self, shop: Planner) -> None:
        shop.tell(LEFT)
        shop.end("checkout_abandoned", StepStatus.SKIPPED, Reason.NO_CONSENT)
        assert outcomes(shop.tell(TYPED)) == ["checkout_abandoned waiting"]

    @pytest.mark.parametrize("changes", [{"checkout_token": None, "token": None}, {"cart_token": None}])
    def test_either_token_says_that_it_was_bought(self, changes: dict[str, Any], shop: Planner) -> None:
        shop.tell(LEFT, Told("orders_create", PLACED_AT, changes))
        assert self.due(shop) is None
        assert shop.kept()["checkout_abandoned stopped/canceled"] == 1

    def test_a_deletion_that_names_the_cart_alone_is_enough(self, shop: Planner) -> None:
        shop.tell(LEFT, Told("checkouts_delete", PLACED_AT, {"token": None}))
        assert self.due(shop) is None

    def test_another_order_stops_nothing(self, shop: Planner) -> None:
        shop.tell(LEFT, Told("orders_create__german", PLACED_AT))
        assert self.due(shop) == ABANDONED_AT + HOUR


def test_a_welcome_is_once_however_often_somebody_changes_their_mind(shop: Planner) -> None:
    shop.tell(YES)
    shop.end("welcome", StepStatus.SENT)
    shop.tell(NO)
    again = Told(YES.name, NO.at + DAY, {"sms_marketing_consent__consent_updated_at": "2026-11-23T00:00:00Z"})
    assert outcomes(shop.tell(again)) == ["welcome skipped/duplicate"]


def test_a_yes_within_an_order_takes_nothing_from_the_yes_itself(shop: Planner) -> None:
    subscribed = {"customer__sms_marketing_consent": {"state": "subscribed", "consent_updated_at": None}}
    assert outcomes(shop.tell(Told("orders_create", PLACED_AT, subscribed), YES)) == ["welcome waiting"]


def test_a_customer_who_is_deleted_is_forgotten(shop: Planner) -> None:
    shop.tell(YES, Told("customers_delete", PLACED_AT))
    assert shop.waiting() == {}
    assert shop.record(RecordKind.CUSTOMER, CUSTOMER) is None


class TestByHand:
    """Replayed by hand: as if it happened now, to whoever was not told."""

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            (CREATED, ["order_placed waiting"]),
            (SHIPPED, ["order_shipped waiting", "review_request waiting"]),
            (FULFILLED, ["order_shipped waiting", "review_request waiting"]),
            (DELIVERED, ["order_delivered waiting", "review_request waiting"]),
            (OUT_BY_PARCEL, ["out_for_delivery waiting"]),
            (REFUNDED, ["order_refunded waiting"]),
            (YES, ["welcome waiting"]),
            (LEFT, ["checkout_abandoned waiting"]),
        ],
    )
    def test_what_was_off_then_is_sent_now(self, told: Told, expected: list[str], quiet: Planner) -> None:
        quiet.tell(told)
        quiet.turn_on()
        quiet.now = after(told.at, days=5)
        came = quiet.tell(Told(told.name, told.at, fresh_at=quiet.now))
        assert outcomes(came)[-len(expected) :] == expected
        assert {step.happened_at for step in came} == {quiet.now}

    @pytest.mark.parametrize("told", [CREATED, SHIPPED, DELIVERED, REFUNDED, YES])
    def test_what_was_sent_is_not_sent_again(self, told: Told, shop: Planner) -> None:
        for step in shop.tell(told):
            shop.end(step.trigger, StepStatus.SENT)
        came = shop.tell(Told(told.name, told.at, fresh_at=after(told.at, days=5)))
        assert {step.reason for step in came} == {Reason.DUPLICATE}


def test_a_flood_of_changes_leaves_no_trace(shop: Planner) -> None:
    shop.tell(CREATED, SHIPPED, FULFILLED)
    before = shop.kept()
    floods = [
        Told("orders_fulfilled", after(SHIPPED_AT, minutes=each), {"updated_at": f"2026-11-21T12:{each:02}:00Z"}, topic)
        for each in range(20)
        for topic in ("orders/updated", "orders/fulfilled")
    ]
    shop.tell(*floods)
    assert shop.kept() == before


def test_a_test_notification_is_not_remembered(shop: Planner) -> None:
    shop.tell(Told("orders_create", PLACED_AT, is_test=True), Told("orders_cancelled", PLACED_AT, is_test=True))
    assert shop.record(RecordKind.ORDER, ORDER) is None
    assert shop.record(RecordKind.CUSTOMER, CUSTOMER) is None


def test_a_stale_version_changes_no_record_and_still_plans_its_own_text(shop: Planner) -> None:
    changed = {"customer__first_name": "Mira", "updated_at": "2026-11-20T19:00:00+05:30"}
    came = shop.tell(Told("orders_updated", after(PLACED_AT, hours=1), changed), CREATED)
    assert outcomes(came) == ["order_placed waiting"]
    order = shop.record(RecordKind.ORDER, ORDER)
    assert order is not None
    assert order.facts["first_name"] == "Mira"


def test_what_waits_for_its_order_is_looked_at_when_that_comes(shop: Planner) -> None:
    shop.now = DELIVERED_AT + MINUTE
    waiting = shop.tell(DELIVERED)[0]
    later = shop.now + 10 * MINUTE
    shop.connection.exec_driver_sql("update automation_steps set look_at = ? where id = ?", (later, waiting.id))
    shop.tell(UPDATED)
    assert next(step for step in shop.steps() if step.id == waiting.id).look_at == shop.now


def test_steps_name_what_they_are_about_and_nobody(shop: Planner) -> None:
    shop.tell(CREATED, SHIPPED, OUT, REFUNDED, LEFT, YES)
    refs = {step.trigger: step.refs for step in shop.steps()}
    assert refs["order_placed"] == {"order": ORDER}
    assert refs["order_shipped"] == refs["out_for_delivery"] == {"order": ORDER, "fulfillment": PARCEL}
    assert refs["order_refunded"] == {"order": ORDER, "refund": REFUND}
    assert refs["checkout_abandoned"] == {"checkout": CHECKOUT}
    assert refs["welcome"] == {"customer": CUSTOMER}
