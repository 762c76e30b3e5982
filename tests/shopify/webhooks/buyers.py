"""A buyer of whom much is kept: events, records, steps, a message that was sent, one that waits, an opt-out."""

from typing import Any

from sqlalchemy import func, select, update

from connectors.service import Service
from connectors.shared.accounts.tables import connections
from connectors.shared.automations.states import StepStatus
from connectors.shared.automations.store import put_automation
from connectors.shared.automations.tables import automation_steps
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.tables import messages
from connectors.shared.opt_outs import store as opt_outs
from connectors.shared.opt_outs.store import Scope
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.segments import count_segments
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.tables import shopify_numbers, shopify_records
from tests.shopify.connected import Connected
from tests.shopify.payloads import payload, topic_of
from tests.shopify.signing import SIGNING_KEY, post
from tests.shopify.webhooks.events_kept import work

TEXT = "Thanks, Meera! We have your order #1042."
BUYER = ("checkouts_create", "customers_create__subscribed", "orders_create", "fulfillments_create", "refunds_create")


def enable(service: Service, connected: Connected, *triggers: str) -> None:
    with service.database.write() as connection:
        for trigger in triggers:
            put_automation(connection, connected.owner, TRIGGERS[trigger], {"enabled": True})


def tell(client: Any, connected: Connected, *names: str, key: str = SIGNING_KEY, **changes: Any) -> None:
    """Post payloads of these names as this shop's."""
    for name in names:
        body = payload(name, **changes)
        if "shop_domain" in body:
            body["shop_domain"] = connected.shop.domain
        answer = post(client, topic_of(name), body, shop=connected.shop.domain, key=key)
        assert answer.status_code == 200, (name, answer.data)


def buy(service: Service, client: Any, connected: Connected, number: str) -> None:
    """Have a buyer buy and be texted, and opt out."""
    enable(service, connected, "order_placed", "order_shipped", "review_request")
    tell(client, connected, *BUYER)
    work(service)
    with service.database.read() as connection:
        of_account = connections.c.account_id == connected.account_id
        connection_id = connection.scalars(select(connections.c.id).where(of_account)).one()
    new = NewMessage(
        account_id=connected.account_id,
        connection_id=connection_id,
        recipient=PhoneNumber(number[:2], number[2:]),
        text=TEXT,
        segments=count_segments(TEXT),
        sender_id="UTOMOB",
        source="shopify",
    )
    (accepted,) = service.acceptor.accept([new])
    with service.database.write() as connection:
        placed = automation_steps.c.trigger == "order_placed"
        sent = {"status": StepStatus.SENT.value, "message_id": accepted.id}
        assert connection.execute(update(automation_steps).where(placed).values(sent)).rowcount == 1
        opt_outs.add(connection, service.secrets, connected.account_id, number, Scope.PROMOTIONAL, "api")


def messages_kept(service: Service) -> list[tuple[str, str | None, str | None]]:
    with service.database.read() as connection:
        found = connection.execute(select(messages.c.status, messages.c.recipient, messages.c.text))
        return [tuple(row) for row in found]


def records_kept(service: Service) -> int:
    """How many records and numbers are kept."""
    with service.database.read() as connection:
        counted = [
            connection.scalar(select(func.count()).select_from(table)) for table in (shopify_records, shopify_numbers)
        ]
    return sum(each or 0 for each in counted)


def steps_kept(service: Service) -> dict[str, str]:
    """The status of each trigger's step."""
    with service.database.read() as connection:
        found = connection.execute(select(automation_steps.c.trigger, automation_steps.c.status))
        return {row.trigger: row.status for row in found}
