"""`connectors shopify events`: what Shopify told us, what came of it, and once more."""

from typing import Any

import pytest
import uuid_utils
from sqlalchemy import insert, select, update

from connectors.service import Service
from connectors.shared.automations import steps
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Occasion
from connectors.shared.clock import now_ms
from connectors.shopify.tables import shopify_events
from tests.shopify.commands.running import run, told
from tests.shopify.connected import Connected, connect_shop
from tests.shopify.signing import DOMAIN

OTHER = "other.myshopify.com"


class Events:
    """What Shopify told of a shop."""

    def __init__(self, service: Service, connected: Connected) -> None:
        self.service = service
        self.connected = connected

    def add(self, topic: str, state: str = "done") -> str:
        values = {
            "id": str(uuid_utils.uuid7()),
            "shop_id": self.connected.shop.id,
            "topic": topic,
            "webhook_id": str(uuid_utils.uuid7()),
            "triggered_at": now_ms(),
            "received_at": now_ms(),
            "is_test": False,
            "state": state,
            "body_sealed": self.service.secrets.encrypt("{}"),
        }
        with self.service.database.write() as connection:
            connection.execute(insert(shopify_events).values(values))
        return str(values["id"])

    def skip(self, event_id: str, words: str) -> None:
        """Record that nobody was texted for an event."""
        occasion = Occasion("order_placed", "order:1", "order:1", {"order": "1"}, event_id, now_ms())
        reason = Reason.NO_NUMBER
        with self.service.database.write() as connection:
            steps.record(
                *(connection, self.connected.owner, occasion),
                status=StepStatus.SKIPPED,
                reason=reason,
                words=words,
                now=now_ms(),
            )

    def row(self, event_id: str) -> Any:
        with self.service.database.read() as connection:
            return connection.execute(select(shopify_events).where(shopify_events.c.id == event_id)).one()


@pytest.fixture
def events(service: Service, connected: Connected) -> Events:
    return Events(service, connected)


def test_they_are_shown_newest_first_with_what_came_of_each(events: Events) -> None:
    assert "told us nothing yet" in run("events")
    first = events.add("orders/create")
    events.skip(first, "Shipping address: masked \x1b[2J.")
    second = events.add("orders/paid", state="pending")
    third = events.add("orders/paid", state="failed")
    assert [event["id"] for event in told("events")] == [third, second, first]
    assert [event["id"] for event in told("events", "--limit", "1")] == [third]
    (event,) = told("events", "--topic", "orders/create")
    assert [outcome["reason"] for outcome in event["outcomes"]] == ["no_number"]
    lines = {line.split()[-1]: line for line in run("events").splitlines()}
    assert "orders/create" in lines[first]
    assert "order_placed: skipped. Shipping address: masked �[2J." in lines[first]
    assert "waits" in lines[second]
    assert "could not" in lines[third]
    assert "no such event" in run("events", "--topic", "carts/create")


def test_one_is_worked_off_again_by_hand(events: Events) -> None:
    event_id = events.add("orders/create", state="failed")
    assert "worked off again" in run("events", "replay", event_id)
    assert (events.row(event_id).state, events.row(event_id).replayed_at is None) == ("pending", False)
    assert told("events", "replay", event_id)["state"] == "pending"
    with events.service.database.write() as connection:
        connection.execute(update(shopify_events).values(body_sealed=None))
    assert "erased" in run("events", "replay", event_id, code=1)
    assert "no such event" in run("events", "replay", "nothing", code=1)


def test_only_of_its_own_shop(events: Events) -> None:
    event_id = events.add("orders/create", state="failed")
    connect_shop(events.service, OTHER, customer_id="C-TWO")
    assert DOMAIN in run("events", code=2)
    assert told("events", "--shop", OTHER) == []
    run("events", "--shop", OTHER, "replay", event_id, code=1)
    assert events.row(event_id).state == "failed"
    run("events", "replay", event_id, "--shop", DOMAIN)
    assert events.row(event_id).state == "pending"
