"""A campaign whose file is written while it is asked for: nobody reads it before it is whole."""

import pytest

from connectors.service import Service
from connectors.shared.campaigns import control, files
from connectors.shared.campaigns.importing import fail
from connectors.shared.campaigns.store import NewCampaign, create, end_gathering, get_campaigns
from connectors.shared.clock import now_ms
from tests.shared.campaigns.audience import TEXT, import_all, importer_of, recipients, shown, spool, upkeep_of
from tests.shared.messages.tenants import Tenant, add_tenant, number_of


def gathering(tenant: Tenant) -> str:
    """A campaign that has no file yet."""
    new = NewCampaign(
        account_id=tenant.account_id,
        connection_id=tenant.connection_id,
        name="Diwali",
        source="tests",
        text=TEXT,
        sender_id="UTOMOB",
        file_kind="json",
    )
    with tenant.service.database.write() as connection:
        return create(connection, tenant.service.secrets, new, gathering=True)


def write(tenant: Tenant, campaign_id: str, part: int, indexes: range) -> None:
    service = tenant.service
    with service.database.write() as connection:
        files.write_part(connection, service.secrets, tenant.account_id, campaign_id, part, spool(indexes))


def end(tenant: Tenant, campaign_id: str, rows: int) -> bool:
    with tenant.service.database.write() as connection:
        return end_gathering(connection, campaign_id, rows)


def test_it_is_read_once_it_is_whole(sending: Service, tenant: Tenant) -> None:
    campaign_id = gathering(tenant)
    # Parts are in the order of their numbers, and one may be left out.
    for part, indexes in ((0, range(3)), (3, range(5, 6)), (1, range(3, 5))):
        write(tenant, campaign_id, part, indexes)
        importer = importer_of(sending)
        assert not importer.look()
        importer.close()
        assert shown(tenant, campaign_id)["state"] == "importing"
    assert end(tenant, campaign_id, 6)
    assert shown(tenant, campaign_id)["rows_expected"] == 6
    import_all(sending)
    upkeep_of(sending).run()
    found = recipients(tenant, campaign_id)
    assert [each["to"] for each in found] == [number_of(index) for index in range(6)]
    assert [each["row"] for each in found] == [1, 2, 3, 4, 5, 6]
    assert shown(tenant, campaign_id)["state"] == "running"


def test_it_ends_once(sending: Service, tenant: Tenant) -> None:
    campaign_id = gathering(tenant)
    write(tenant, campaign_id, 0, range(1))
    assert end(tenant, campaign_id, 1)
    assert not end(tenant, campaign_id, 1)


@pytest.mark.parametrize("why", ["canceled", "failed"])
def test_one_that_is_over_is_not_read(sending: Service, tenant: Tenant, why: str) -> None:
    campaign_id = gathering(tenant)
    write(tenant, campaign_id, 0, range(1))
    with sending.database.write() as connection:
        if why == "canceled":
            control.cancel(connection, tenant.account_id, campaign_id, now_ms())
        else:
            fail(connection, campaign_id, "gone", "The list is not there any more.", now_ms())
    assert not end(tenant, campaign_id, 1)
    import_all(sending)
    assert (shown(tenant, campaign_id)["state"], shown(tenant, campaign_id)["total"]) == (why, 0)


def test_one_that_is_paused_goes_on_being_gathered(sending: Service, tenant: Tenant) -> None:
    campaign_id = gathering(tenant)
    with sending.database.write() as connection:
        control.pause(connection, tenant.account_id, campaign_id, now_ms())
    write(tenant, campaign_id, 0, range(2))
    assert end(tenant, campaign_id, 2)
    import_all(sending)
    upkeep_of(sending).run()
    assert (shown(tenant, campaign_id)["state"], shown(tenant, campaign_id)["total"]) == ("paused", 2)


def test_several_are_shown_of_ones_own_account_alone(sending: Service, tenant: Tenant) -> None:
    mine, theirs = gathering(tenant), gathering(add_tenant(sending, "C-TWO"))
    with sending.database.read() as connection:
        found = get_campaigns(connection, tenant.account_id, [mine, theirs])
    assert [each["id"] for each in found] == [mine]
    assert found == [shown(tenant, mine)]
