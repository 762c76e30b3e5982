"""What compliance webhooks and uninstallation promise, searched for in the file and in the log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from connectors.app import app_for
from connectors.service import Service
from connectors.shared.automations.tables import automation_steps, automations
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.opt_outs.store import opted_out
from connectors.shared.opt_outs.tables import opt_outs
from connectors.shopify.shops import connect, find_shop
from connectors.shopify.tables import shopify_events, shopify_opt_outs, shopify_shops
from tests.shopify.connected import Connected, connect_shop
from tests.shopify.payloads import CUSTOMER, NUMBER
from tests.shopify.signing import DOMAIN, SIGNING_KEY, post
from tests.shopify.webhooks.buyers import (
    BUYER,
    TEXT,
    buy,
    messages_kept,
    records_kept,
    steps_kept,
    tell,
)
from tests.shopify.webhooks.events_kept import rows, states, work

APP_SECRET = "the app's"
ERASED = [("canceled", None, None)]


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[structlog.typing.EventDict]]:
    """No log of any test here holds who it is about."""
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_ID", "an app")
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_SECRET", APP_SECRET)
    with structlog.testing.capture_logs() as logs:
        yield logs
    for secret in (NUMBER[2:], "Meera", "meera@", SIGNING_KEY):
        assert secret not in str(logs)


def file_holds(service: Service, *words: str) -> list[str]:
    """Those of these words that stand anywhere in SQLite's files."""
    folder = Path(service.settings.data_dir)
    octets = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return [word for word in words if word.encode() in octets]


def numbers_opted_out(service: Service) -> list[str | None]:
    with service.database.read() as connection:
        return list(connection.scalars(select(opt_outs.c.number)))


def test_a_customer_is_erased_from_file_log_and_ledger(both_services: Service) -> None:
    service = both_services
    connected = connect_shop(service)
    client = app_for(service).test_client()
    buy(service, client, connected, NUMBER)
    stranger = connect_shop(service, "other.myshopify.com", customer_id="C-TWO")
    tell(client, stranger, "orders_create__german")
    with service.database.write() as connection:
        connection.execute(
            shopify_opt_outs.insert().values(
                shop_id=connected.shop.id, customer_ref=CUSTOMER, opted_out_at=1, next_attempt_at=1
            )
        )
    work(service)
    if service.settings.embedded:
        assert file_holds(service, NUMBER[3:], "Meera") == [NUMBER[3:], "Meera"], "the search finds what is there"
    tell(client, connected, "orders_updated")  # still on its way when they ask
    tell(client, connected, "customers_redact")
    work(service)
    assert messages_kept(service) == ERASED
    assert steps_kept(service)["order_shipped"] == "stopped"
    bodies = {row["topic"]: row["body_sealed"] is None for row in rows(service)}
    assert bodies.pop("orders/create") is False, "another shop's"
    assert set(bodies.values()) == {True}
    assert all(row["customer_ref"] != CUSTOMER and row["order_ref"] is None for row in rows(service)[:-3])
    assert numbers_opted_out(service) == [None]
    with service.database.read() as connection:
        assert opted_out(connection, service.secrets, connected.account_id, [NUMBER]), "still not to be texted"
        assert connection.scalar(select(func.count()).select_from(shopify_opt_outs)) == 0
    if service.settings.embedded:
        assert file_holds(service, NUMBER, NUMBER[3:], "Meera", "meera@example.com", TEXT) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": {"email": "meera@example.com", "phone": "098000 00001"}, "orders_to_redact": []},
        {"customer": {"id": int(CUSTOMER)}, "orders_to_redact": []},
        {"customer": {}, "orders_to_redact": [6012345678901]},
        {"customer": None, "orders_to_redact": [None, "6012345678901", {}]},
    ],
)
def test_whoever_is_named_by_number_id_or_order_alone_is_found(
    service: Service, client: FlaskClient, connected: Connected, changes: dict[str, Any]
) -> None:
    buy(service, client, connected, NUMBER)
    tell(client, connected, "customers_redact", **changes)
    work(service)
    assert messages_kept(service) == ERASED
    assert {row["body_sealed"] for row in rows(service) if row["topic"] == "orders/create"} == {None}
    assert steps_kept(service)["order_shipped"] == "stopped"
    assert not records_kept(service)


@pytest.mark.parametrize("body", [{}, {"customer": "x", "orders_to_redact": "y"}, {"customer": {"id": [], "phone": 5}}])
def test_a_redaction_of_nobody_erases_nobody(
    service: Service, client: FlaskClient, connected: Connected, body: dict[str, object]
) -> None:
    buy(service, client, connected, NUMBER)
    before = records_kept(service)
    assert post(client, "customers/redact", body | {"shop_domain": DOMAIN}).status_code == 200
    work(service)
    assert records_kept(service) == before
    assert messages_kept(service) == [("queued", NUMBER, TEXT)]
    assert "failed" not in states(service)


def test_a_test_notification_erases_nothing(service: Service, client: FlaskClient, connected: Connected) -> None:
    tell(client, connected, *BUYER)
    for topic in ("customers/redact", "shop/redact", "app/uninstalled"):
        body = {"shop_domain": DOMAIN, "customer": {"id": int(CUSTOMER)}}
        assert post(client, topic, body, is_test=True).status_code == 200
    work(service)
    assert set(states(service)) == {"done"}
    with service.database.read() as connection:
        shop = find_shop(connection, DOMAIN)
    assert shop is not None
    assert shop.uninstalled_at is None


def test_a_data_request_is_answered_by_a_file_for_the_operator_alone(
    service: Service, client: FlaskClient, connected: Connected
) -> None:
    buy(service, client, connected, NUMBER)
    tell(client, connected, "customers_data_request")
    work(service)
    (path,) = (service.settings.data_dir / "shopify" / "data-requests").iterdir()
    assert path.name == f"{DOMAIN}-9999.json"
    assert path.stat().st_mode & 0o777 == 0o600
    told = orjson.loads(path.read_bytes())
    assert {record["kind"] for record in told["records"]} == {"order", "fulfillment", "checkout", "customer", "refund"}
    assert [(message["to"], message["text"]) for message in told["messages"]] == [(f"+{NUMBER}", TEXT)]
    assert {event["topic"] for event in told["events"]} > {"orders/create", "checkouts/create"}
    assert rows(service)[-1]["body_sealed"] is None
    tell(client, connected, "customers_redact")
    work(service)
    assert not path.exists()


def test_uninstalled_stops_texts_and_keeps_the_key_for_what_follows(
    service: Service, client: FlaskClient, connected: Connected
) -> None:
    buy(service, client, connected, NUMBER)
    with service.database.write() as connection:
        sealed = service.secrets.encrypt("a token")
        tokens = {"is_app": True, "access_sealed": sealed, "refresh_sealed": sealed}
        connection.execute(update(shopify_shops).values(**tokens))
    tell(client, connected, "app_uninstalled", "orders_paid")
    work(service)
    assert steps_kept(service)["order_shipped"] == "stopped"
    assert states(service)[-2:] == ["done", "ignored"]
    with service.database.read() as connection:
        row = connection.execute(select(shopify_shops)).mappings().one()
    assert (row["is_app"], row["access_sealed"], row["refresh_sealed"]) == (False, None, None)
    assert row["uninstalled_at"] is not None
    tell(client, connected, "customers_redact")
    work(service)
    assert messages_kept(service) == ERASED


def test_uninstalled_of_before_the_shop_came_back_is_ignored(service: Service, connected: Connected) -> None:
    client = app_for(service).test_client()
    tell(client, connected, "app_uninstalled")
    work(service)
    with service.database.write() as connection:
        back = connect(connection, DOMAIN, connected.account_id)
    assert back.uninstalled_at is None
    long_ago = back.installed_at - HOUR
    for topic in ("app/uninstalled", "shop/redact"):
        body = {"shop_domain": DOMAIN, "myshopify_domain": None}
        assert post(client, topic, body, triggered_at=long_ago).status_code == 200
    work(service)
    assert states(service) == ["done", "ignored", "ignored"]
    with service.database.read() as connection:
        assert find_shop(connection, DOMAIN) == back


def test_what_is_owed_to_an_installation_before_leaves_the_one_of_now_alone(
    service: Service, connected: Connected
) -> None:
    client = app_for(service).test_client()
    tell(client, connected, "app_uninstalled")
    work(service)
    with service.database.write() as connection:
        back = connect(connection, DOMAIN, connected.account_id)
    assert post(client, "shop/redact", {"shop_domain": DOMAIN}).status_code == 200  # two days after the app had left
    work(service)
    with service.database.read() as connection:
        assert find_shop(connection, DOMAIN) == back
    tell(client, connected, "app_uninstalled")
    assert post(client, "shop/redact", {"shop_domain": DOMAIN}, webhook_id="another").status_code == 200
    work(service)
    with service.database.read() as connection:
        assert find_shop(connection, DOMAIN) is None


def test_uninstalled_within_the_second_of_the_installation_counts(service: Service, connected: Connected) -> None:
    """Whoever leaves out fractions tells of a moment that is up to a second older."""
    client = app_for(service).test_client()
    post(client, "app/uninstalled", {}, triggered_at=connected.shop.installed_at // 1_000 * 1_000)
    work(service)
    assert states(service) == ["done"]


def test_a_shop_is_erased_with_its_key_once_it_is_gone_for_good(both_services: Service) -> None:
    service = both_services
    connected = connect_shop(service)
    client = app_for(service).test_client()
    buy(service, client, connected, NUMBER)
    tell(client, connected, "customers_data_request", "app_uninstalled", "shop_redact", "orders_updated")
    work(service)
    assert messages_kept(service) == ERASED
    assert numbers_opted_out(service) == [None]
    with service.database.read() as connection:
        for table in (shopify_shops, shopify_events, automation_steps, automations):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
    assert records_kept(service) == 0
    if service.settings.embedded:
        assert file_holds(service, NUMBER[3:], "Meera", TEXT, DOMAIN) == []
    body = {"shop_domain": DOMAIN}
    client = app_for(service).test_client()
    assert post(client, "shop/redact", body).status_code == 401, "the key is gone"
    assert post(client, "shop/redact", body, key=APP_SECRET).status_code == 200
    assert rows(service) == []


def test_other_rights_have_the_subscriptions_looked_at(service: Service, connected: Connected) -> None:
    client = app_for(service).test_client()
    before = now_ms()
    tell(client, connected, "app_scopes_update")
    post(client, "app/scopes_update", {"current": "x"})
    work(service)
    with service.database.read() as connection:
        row = connection.execute(select(shopify_shops.c.scope, shopify_shops.c.subscribe_at)).one()
    assert "read_orders" in row.scope.split(",")
    assert row.subscribe_at >= before


def test_an_erasure_that_was_interrupted_is_done_again(
    service: Service, client: FlaskClient, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    buy(service, client, connected, NUMBER)
    tell(client, connected, "customers_redact")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("connectors.shopify.webhooks.privacy.wipe", killed)
        with pytest.raises(KeyboardInterrupt):
            work(service)
    assert states(service)[-1] == "pending"
    work(service)
    assert states(service)[-1] == "done"
    assert file_holds(service, NUMBER[3:], "Meera") == []


def test_an_answer_that_cannot_be_written_can_be_asked_for_again(
    service: Service, client: FlaskClient, connected: Connected
) -> None:
    folder = service.settings.data_dir / "shopify"
    folder.write_text("in the way")
    tell(client, connected, "customers_data_request")
    work(service)
    assert states(service) == ["failed"]
    folder.unlink()
    path = f"/api/v1/shopify/{DOMAIN}/events/{rows(service)[0]['id']}/replay"
    assert client.post(path, headers=connected.headers).status_code == 200
    work(service)
    assert states(service) == ["done"]
