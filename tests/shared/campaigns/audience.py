"""Campaigns as the API would begin them, and what the dispatcher's processes do with them, one step at a time."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping, select, update

from connectors.service import Service
from connectors.shared.campaigns.importing import Importer
from connectors.shared.campaigns.store import NewCampaign, create, get_campaign, list_recipients, list_skips
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.campaigns.upkeep import Upkeep
from tests.shared.messages.tenants import Tenant, number_of

TEXT = "Dear {{ name }}"


def spool(indexes: Iterable[int]) -> bytes:
    """Recipients that differ in number and name."""
    lines = ({"to": number_of(index), "variables": {"name": f"person {index}"}} for index in indexes)
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def add_campaign(tenant: Tenant, content: bytes, **values: Any) -> str:
    """Begin a campaign; nobody has read its file yet."""
    given: dict[str, Any] = {
        "account_id": tenant.account_id,
        "connection_id": tenant.connection_id,
        "name": "Diwali",
        "source": "tests",
        "text": TEXT,
        "sender_id": "UTOMOB",
        "country_code": "91",
        "file_kind": "json",
    }
    with tenant.service.database.write() as connection:
        return create(connection, tenant.service.secrets, NewCampaign(**(given | values)), [content])


def importer_of(service: Service) -> Importer:
    return Importer(service.database, service.secrets, service.acceptor)


def import_all(service: Service) -> None:
    """Read every file that is to be read."""
    importer = importer_of(service)
    try:
        while importer.look():
            pass
    finally:
        importer.close()


def upkeep_of(service: Service) -> Upkeep:
    settings = service.settings
    return Upkeep(
        service.database,
        service.endings,
        service.wakeup,
        validity_ms=settings.validity_ms,
        validity_otp_ms=settings.validity_otp_ms,
    )


def imported(tenant: Tenant, count: int, **values: Any) -> str:
    """A campaign that is read and released."""
    campaign_id = add_campaign(tenant, spool(range(count)), **values)
    import_all(tenant.service)
    upkeep_of(tenant.service).run()
    return campaign_id


def shown(tenant: Tenant, campaign_id: str) -> dict[str, Any]:
    with tenant.service.database.read() as connection:
        return get_campaign(connection, tenant.account_id, campaign_id)


def counts(tenant: Tenant, campaign_id: str) -> dict[str, int]:
    """What became of its messages, without what is none."""
    return {status: n for status, n in shown(tenant, campaign_id)["counts"].items() if n}


def recipients(tenant: Tenant, campaign_id: str) -> list[dict[str, Any]]:
    with tenant.service.database.read() as connection:
        return list_recipients(connection, tenant.account_id, campaign_id, -1, 100_000)


def skips(tenant: Tenant, campaign_id: str) -> list[dict[str, Any]]:
    with tenant.service.database.read() as connection:
        return list_skips(connection, tenant.account_id, campaign_id, -1, 100_000)


def stored(service: Service, campaign_id: str) -> RowMapping:
    with service.database.read() as connection:
        return connection.execute(select(campaigns).where(campaigns.c.id == campaign_id)).mappings().one()


def set_campaign(service: Service, campaign_id: str, **values: Any) -> None:
    """Change a campaign by hand: time passes, or a process died."""
    with service.database.write() as connection:
        connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(values))


def is_settled(campaign: dict[str, Any]) -> bool:
    """Whether every row that was read is accounted for."""
    return bool(campaign["total"] == sum(campaign["counts"].values()) + sum(campaign["skipped"].values()))
