"""Names of people go with their numbers and with their messages."""

import pytest
from sqlalchemy import select, update

from connectors.app import app_for
from connectors.pipedrive.forgetting import number_digest
from connectors.pipedrive.forgetting import purge as purge_names
from connectors.pipedrive.tables import pipedrive_people
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.database import Database
from connectors.shared.messages.retention import erase_number, purge
from connectors.shared.messages.tables import messages
from connectors.shared.secrets import SecretBox
from tests.pipedrive.companies import install, set_up
from tests.pipedrive.test_messages_history import send_campaign


def names(service: Service) -> list[str | None]:
    with service.database.read() as connection:
        return list(connection.scalars(select(pipedrive_people.c.name).order_by(pipedrive_people.c.row)))


def test_an_erased_number_takes_its_names_along(both_services: Service, outside: SandboxServer) -> None:
    service = both_services
    app_for(service)
    install(service, outside)
    set_up(service)
    send_campaign(service, [1, 2, 3, 4])
    older = SecretBox(["the key before"])
    with service.database.write() as connection:
        for row, digest in (
            (3, number_digest(service.secrets, "919816000009")),
            (4, number_digest(older, "919816000009")),
        ):
            connection.execute(
                update(pipedrive_people).where(pipedrive_people.c.row == row).values(number_digest=digest)
            )
    erase_number(service.database, service.endings, service.forgetting, "919816000001")
    assert names(service) == [None, "Person 2", "Person 3", "Person 4"]
    erase_number(service.database, service.endings, service.forgetting, "919816000009")
    assert names(service) == [None, "Person 2", None, "Person 4"]


def test_purged_messages_take_their_names_along(both_services: Service, outside: SandboxServer) -> None:
    service = both_services
    app_for(service)
    install(service, outside)
    set_up(service)
    send_campaign(service, [1, 2])
    with service.database.write() as connection:
        connection.execute(update(messages).where(messages.c.campaign_row == 1).values(status="delivered"))
    purge(service.database, service.forgetting, now_ms() + HOUR)
    assert names(service) == [None, "Person 2"]


def test_who_was_left_out_is_forgotten_with_the_campaign(both_services: Service, outside: SandboxServer) -> None:
    service = both_services
    install(service, outside)
    set_up(service)
    send_campaign(service, [1, 2])
    purge_names(service.database)
    assert names(service) == ["Person 1", "Person 2"]
    with service.database.write() as connection:
        connection.execute(update(campaigns).values(purged_at=now_ms()))
    purge_names(service.database)
    assert names(service) == [None, None]


def test_looking_for_names_to_forget_keeps_nobody_from_writing(
    service: Service, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(service, outside)
    set_up(service)
    send_campaign(service, [1, 2])
    monkeypatch.setattr(Database, "write", None)
    purge_names(service.database)
    assert names(service) == ["Person 1", "Person 2"]
