"""A tenant with a second gateway: another Message Central on a socket of its own, under another name."""

from connectors.service import Service
from connectors.shared.accounts.store import Defaults, connect
from connectors.shared.gateways.base import Gateway
from connectors.shared.gateways.logins import GatewayLogin
from connectors.shared.gateways.message_central.gateway import MessageCentralGateway
from connectors.shared.gateways.message_central.tokens import Tokens
from connectors.shared.message_central import MessageCentral
from connectors.shared.routes.store import add_route
from tests.shared.messages.tenants import Tenant, add_tenant
from tests.shared.messages.vendor import Vendor

FIRST = "message-central"
OTHER = "other"
TIMEOUT_SECONDS = 1.0


class OtherGateway(MessageCentralGateway):
    """Behaves as Message Central does, and is none."""

    name = OTHER


def install(service: Service, gateway: Gateway) -> None:
    """Have a service know a gateway more."""
    service.__dict__["gateways"] = {**service.gateways, gateway.name: gateway}


def install_other(service: Service, vendor: Vendor) -> None:
    client = MessageCentral(vendor.url, timeout=TIMEOUT_SECONDS)
    tokens = Tokens(service.database, service.secrets, client, TIMEOUT_SECONDS)
    install(service, OtherGateway(client, tokens, 100, 1_000))


def connect_other(tenant: Tenant, gateway: str = OTHER, sender_id: str | None = "OTHERS") -> Tenant:
    """Give a tenant a connection to the other gateway; returns the tenant as of that connection."""
    login = GatewayLogin(gateway, tenant.customer_id, {"password": "x"})
    with tenant.service.database.write() as connection:
        made = connect(connection, tenant.service.secrets, tenant.account_id, login, Defaults(sender_id=sender_id))
    return Tenant(tenant.service, tenant.customer_id, tenant.account_id, made)


def route(tenant: Tenant, prefix: str = "", gateway: str = FIRST, fallback: str | None = OTHER) -> None:
    with tenant.service.database.write() as connection:
        add_route(connection, tenant.account_id, prefix, gateway, fallback)


def add_pair(service: Service, customer_id: str = "C-ONE") -> tuple[Tenant, Tenant]:
    """Add an account whose messages fall back to the other gateway; returns it as of both connections."""
    tenant = add_tenant(service, customer_id)
    other = connect_other(tenant)
    route(tenant)
    return tenant, other
