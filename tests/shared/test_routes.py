"""Which connection carries a message, and whose name it bears; the table of routes."""

import pytest

from connectors.service import Service
from connectors.shared.errors import NotFound, NotUnderstood
from connectors.shared.routes.routing import Path, Router
from connectors.shared.routes.store import add_route, list_routes, remove_route
from tests.shared.messages.tenants import Tenant, add_tenant
from tests.shared.messages.two_gateways import FIRST, OTHER, connect_other, route

NAMELESS = "nameless"
INDIA, MUMBAI, ENGLAND = "919816111111", "912212345678", "447700900123"


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


def path(tenant: Tenant, number: str, sender_id: str = "UTOMOB", came_on: Tenant | None = None) -> Path:
    router = Router(tenant.service.database, [NAMELESS])
    return router.path(tenant.account_id, (came_on or tenant).connection_id, number, sender_id)


def test_the_longest_prefix_decides(tenant: Tenant) -> None:
    other = connect_other(tenant)
    assert path(tenant, INDIA) == Path(tenant.connection_id)
    route(tenant, "91", OTHER, None)
    route(tenant, "9122", FIRST, OTHER)
    assert path(tenant, INDIA) == Path(other.connection_id, None, "OTHERS", OTHER)
    assert path(tenant, MUMBAI) == Path(tenant.connection_id, other.connection_id, None, FIRST)
    assert path(tenant, ENGLAND) == Path(tenant.connection_id)
    route(tenant, "", OTHER, FIRST)
    assert path(tenant, ENGLAND) == Path(other.connection_id, tenant.connection_id, "OTHERS", OTHER)


def test_another_s_routes_are_none_of_it(tenant: Tenant) -> None:
    stranger = add_tenant(tenant.service, "C-TWO")
    connect_other(stranger)
    route(stranger, "", OTHER, None)
    assert path(tenant, INDIA) == Path(tenant.connection_id)


@pytest.mark.parametrize(
    ("gateway", "own", "asked", "borne"),
    [
        (OTHER, "OTHERS", "UTOMOB", "OTHERS"),  # the account's default gives way
        (OTHER, "OTHERS", "BRAND", None),  # one that was asked for does not
        (OTHER, "OTHERS", "", "OTHERS"),
        (OTHER, None, "UTOMOB", None),
        (NAMELESS, None, "UTOMOB", ""),  # the vendor has one of its own
        (NAMELESS, None, "BRAND", None),
        (NAMELESS, "KNOWN", "UTOMOB", "KNOWN"),
    ],
)
def test_whose_name_a_routed_message_bears(
    tenant: Tenant, gateway: str, own: str | None, asked: str, borne: str | None
) -> None:
    connect_other(tenant, gateway, own)
    route(tenant, "", gateway, None)
    assert path(tenant, INDIA, asked).sender_id == borne


def test_what_came_on_the_carrier_itself_keeps_its_name(tenant: Tenant) -> None:
    other = connect_other(tenant)
    route(tenant, "", OTHER, None)
    assert path(tenant, INDIA, "MINE", came_on=other).sender_id is None


def test_routes_are_replaced_listed_and_removed(tenant: Tenant) -> None:
    connect_other(tenant)
    route(tenant, "91", FIRST, OTHER)
    route(tenant, "91", OTHER, None)
    with tenant.service.database.write() as connection:
        (only,) = list_routes(connection, tenant.account_id)
        assert (only["prefix"], only["gateway"], only["fallback"]) == ("91", OTHER, None)
        remove_route(connection, tenant.account_id, "91")
        assert list_routes(connection, tenant.account_id) == []
        with pytest.raises(NotFound):
            remove_route(connection, tenant.account_id, "91")


@pytest.mark.parametrize(("gateway", "fallback"), [("smsc", None), (FIRST, "smsc"), (FIRST, FIRST)])
def test_a_route_leads_to_gateways_that_the_account_has(tenant: Tenant, gateway: str, fallback: str | None) -> None:
    with tenant.service.database.write() as connection, pytest.raises(NotUnderstood):
        add_route(connection, tenant.account_id, "91", gateway, fallback)
