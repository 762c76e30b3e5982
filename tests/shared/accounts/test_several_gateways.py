"""Accounts with several connections: what is theirs goes with them, and who proves to be the customer finds them."""

import uuid_utils
from sqlalchemy import func, insert, select

from connectors.clevertap.tables import clevertap_replies
from connectors.service import Service
from connectors.shared.accounts.senders import senders
from connectors.shared.accounts.store import Defaults, add_gateway_account, connections_of, find_account
from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.database import metadata
from connectors.shared.gateways.call_tables import bounded_calls
from connectors.shared.gateways.logins import GatewayLogin
from connectors.shared.incoming.tables import incoming_messages, incoming_polls
from connectors.shared.messages import retention
from connectors.shared.verifications.tables import verification_codes
from tests.clevertap.customer import accepted, customer_of, vendor_of
from tests.shared.messages.tenants import add_tenant, number_of
from tests.shared.messages.two_gateways import add_pair

NEW_TABLES = (
    "routes",
    "incoming_messages",
    "incoming_polls",
    "bounded_calls",
    "verification_codes",
    "clevertap_replies",
)


def count(service: Service, *names: str) -> dict[str, int]:
    with service.database.read() as connection:
        tables = [metadata.tables[name] for name in names]
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_removed_account_leaves_nothing_in_any_table_of_its_connections(service: Service) -> None:
    stays = add_tenant(service, "C-STAYS")
    tenant, other = add_pair(service)
    tenant.accept(number_of(1), "sale")
    own = {"connection_id": other.connection_id}
    moment = {"happened_at": 1, "received_at": 1}
    incoming = {"id": str(uuid_utils.uuid7()), "account_id": tenant.account_id, "gateway": "other", "way": "polled"}
    code = {"id": "1", "number_digest": b"d", "channel": "SMS", "created_at": 1, "expires_at": 2}
    reply = {"account_id": tenant.account_id, "clevertap_account": "A", "ts": 1, "state": "pending"}
    with service.database.write() as connection:
        connection.execute(
            insert(incoming_messages).values(incoming | own | moment | {"digest": b"d", "content_digest": b"d"})
        )
        connection.execute(insert(incoming_polls).values(own))
        connection.execute(insert(bounded_calls).values(own | {"digest": b"d", "called_at": 1}))
        connection.execute(insert(verification_codes).values(code | own))
        late = {"incoming_id": incoming["id"], "attempts": 0, "next_attempt_at": 1, "created_at": 1}
        connection.execute(insert(clevertap_replies).values(reply | late))
    assert count(service, *NEW_TABLES) == dict.fromkeys(NEW_TABLES, 1)
    retention.remove_account(service.database, service.forgetting, tenant.account_id)
    assert count(service, *NEW_TABLES) == dict.fromkeys(NEW_TABLES, 0)
    with service.database.read() as connection:
        assert list(connection.scalars(select(accounts.c.id))) == [stays.account_id]
        assert list(connection.scalars(select(connections.c.account_id))) == [stays.account_id]


def test_whoever_proves_to_be_the_customer_sends_by_the_account_that_is_there(service: Service) -> None:
    with service.database.write() as connection:
        login = GatewayLogin("smsc", "shop", {"password": "x"})
        account_id = add_gateway_account(connection, service.secrets, "C-1", login, Defaults())
    with vendor_of(service):
        accepted(customer_of(service).send())
    with service.database.read() as connection:
        assert find_account(connection, "C-1") == account_id
        assert list(connection.scalars(select(accounts.c.id))) == [account_id]
        owned = connections_of(connection, account_id)
        assert [(row["gateway"], row["state"]) for row in owned] == [("smsc", "active"), ("message-central", "active")]
        assert [sender.account_id for sender in senders(connection, "C-1")] == [account_id]
