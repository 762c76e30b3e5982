"""`/api/v1/shopify/{shop}/events`: what came, what came of it, and once more."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.service import Service
from connectors.shared.clock import DAY, now_ms
from tests.shopify.connected import Connected, add_tenant
from tests.shopify.payloads import payload
from tests.shopify.signing import DOMAIN, post
from tests.shopify.webhooks.buyers import enable, steps_kept, tell
from tests.shopify.webhooks.events_kept import work

EVENTS = f"/api/v1/shopify/{DOMAIN}/events"


def listed(client: FlaskClient, connected: Connected, **query: Any) -> dict[str, Any]:
    answer = client.get(EVENTS, headers=connected.headers, query_string=query)
    assert answer.status_code == 200, answer.data
    found: dict[str, Any] = answer.get_json()
    return found


def test_events_with_what_came_of_them(service: Service, client: FlaskClient, connected: Connected) -> None:
    enable(service, connected, "order_placed")
    at = now_ms()
    post(client, "orders/create", payload("orders_create"), triggered_at=at)
    before = listed(client, connected)["items"][0]
    assert (before["state"], before["outcomes"]) == ("pending", [])
    work(service)
    (item,) = listed(client, connected)["items"]
    assert item == client.get(f"{EVENTS}/{item['id']}", headers=connected.headers).get_json()
    assert (item["topic"], item["state"], item["test"], item["replayable"]) == ("orders/create", "done", False, True)
    placed = next(outcome for outcome in item["outcomes"] if outcome["trigger"] == "order_placed")
    assert placed | {"due_at": None} == {
        "trigger": "order_placed",
        "status": "waiting",
        "reason": None,
        "detail": None,
        "due_at": None,
        "message_id": None,
    }
    assert placed["due_at"] is not None


def test_newest_first_a_page_at_a_time_and_by_topic(
    service: Service, client: FlaskClient, connected: Connected
) -> None:
    tell(client, connected, "orders_create", "orders_paid", "checkouts_create", "orders_updated", "orders_paid")
    seen, cursor = [], None
    while True:
        page = listed(client, connected, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["topic"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["orders/paid", "orders/updated", "checkouts/create", "orders/paid", "orders/create"]
    only = listed(client, connected, topic="orders/paid", limit=1)
    assert [item["topic"] for item in only["items"]] == ["orders/paid"]
    assert len(listed(client, connected, topic="orders/paid", cursor=only["next"])["items"]) == 1
    assert listed(client, connected, topic="none/such")["items"] == []
    assert client.get(f"{EVENTS}?cursor=made-up", headers=connected.headers).status_code == 422


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/replay"])
def test_only_the_account_of_the_shop_sees_them(
    service: Service, client: FlaskClient, connected: Connected, path: str
) -> None:
    _, stranger = add_tenant(service, "C-TWO")
    tell(client, connected, "orders_create")
    (item,) = listed(client, connected)["items"]
    where = path.format(id=item["id"])
    ask = client.post if "replay" in path else client.get
    assert ask(EVENTS + where, headers=connected.headers).status_code == 200
    assert ask(EVENTS + where, headers=stranger).status_code == 404
    assert ask(EVENTS + where).status_code == 401
    for shop in ("other.myshopify.com", "no domain", "%00"):
        assert ask(f"/api/v1/shopify/{shop}/events{where}", headers=connected.headers).status_code == 404
    if path:
        for nowhere in ("0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50", "x", "%00"):
            assert ask(EVENTS + path.format(id=nowhere), headers=connected.headers).status_code == 404


def test_a_replay_sends_what_was_skipped_and_nothing_twice(
    service: Service, client: FlaskClient, connected: Connected
) -> None:
    """Shipped is on from the start, placed is switched on only once the order had come, long ago."""
    enable(service, connected, "order_cancelled")
    stale = now_ms() - 3 * DAY
    post(client, "orders/create", payload("orders_create"), triggered_at=stale)
    work(service)
    assert steps_kept(service)["order_placed"] == "skipped"
    enable(service, connected, "order_placed")
    (item,) = listed(client, connected)["items"]
    before = now_ms()
    for _ in range(2):
        answer = client.post(f"{EVENTS}/{item['id']}/replay", headers=connected.headers)
        assert answer.status_code == 200
        assert (answer.get_json()["state"], answer.get_json()["id"]) == ("pending", item["id"])
        assert answer.get_json()["replayed_at"] is not None
        work(service)
    (item,) = listed(client, connected)["items"]
    placed = [outcome for outcome in item["outcomes"] if outcome["trigger"] == "order_placed"]
    assert [(each["status"], each["reason"]) for each in placed] == [
        ("skipped", "disabled"),
        ("waiting", None),
        ("skipped", "duplicate"),
    ]
    with service.database.read() as connection:
        due = connection.exec_driver_sql("SELECT due_at FROM automation_steps WHERE status = 'waiting'").scalar_one()
    assert due >= before, "it counts from the replay, and is not too late"


def test_what_was_erased_cannot_be_replayed(service: Service, client: FlaskClient, connected: Connected) -> None:
    tell(client, connected, "orders_create", "customers_redact")
    work(service)
    for item in listed(client, connected)["items"]:
        assert item["replayable"] is False
        answer = client.post(f"{EVENTS}/{item['id']}/replay", headers=connected.headers)
        assert answer.status_code == 409
        assert "erased" in answer.get_json()["detail"]
