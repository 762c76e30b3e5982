"""A company that uninstalls the app while something is being done for it."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text
from structlog.testing import capture_logs

from connectors.app import app_for
from connectors.pipedrive.campaigns.confirming import confirmed_description
from connectors.pipedrive.context import Context
from connectors.pipedrive.installation.uninstalling import Uninstallation, uninstall
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import pipedrive_companies
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.clock import HOUR, now_ms
from tests.pipedrive.campaigning import Page, add_people, body, refused, selected
from tests.pipedrive.companies import install, parts_of, set_up
from tests.pipedrive.crm_ledger import CrmLedger
from tests.shared.messages.tenants import wait_for


def leave(service: Service, key: GrantKey) -> None:
    with service.database.write() as connection:
        assert uninstall(connection, service.endings, Uninstallation(key, now_ms() + HOUR))


def test_a_campaign_of_a_company_that_left_while_it_was_being_begun(
    both_services: Service, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = install(both_services, outside)
    set_up(both_services)
    people = add_people(outside, 1)
    page = Page(app_for(both_services).test_client(), outside)

    def leave_and_confirm(*given: object) -> str:
        leave(both_services, key)
        return confirmed_description(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("connectors.pipedrive.campaigns.routes.confirmed_description", leave_and_confirm)
    assert refused(page.post("", body(selected(*people))), 404)["detail"] == "This company has not installed the app."


def test_what_is_not_written_is_not_counted(client: FlaskClient, parts: Context, outside: SandboxServer) -> None:
    """Each campaign of the list would have all its messages looked through for nothing."""
    install(parts, outside)
    set_up(parts, log_campaign="none")
    page = Page(client, outside)
    page.begin(selected(*add_people(outside, 1)))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = parts.service.database.engine
    event.listen(engine, "before_cursor_execute", note)
    listed = page.get("").get_json()["items"]
    event.remove(engine, "before_cursor_execute", note)
    assert listed[0]["log"] == {"kind": "none"}
    assert asked
    assert not any("pipedrive_logs" in statement for statement in asked)


@pytest.fixture
def ledger(both_services: Service, outside: SandboxServer) -> Iterator[CrmLedger]:
    ledger = CrmLedger(parts_of(both_services), outside)
    yield ledger
    ledger.close()


def waits_for_a_lock(connection: Connection) -> bool:
    found = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(connection.scalar(text(found)))


# SQLite has one writer at a time.
@pytest.mark.parametrize("both_services", ["postgresql"], indirect=True)
def test_a_writer_that_is_told_to_rest_is_in_nobodys_way(ledger: CrmLedger) -> None:
    """Each would wait for what the other has locked, and the uninstallation, told but once, might be the one to end."""
    ledger.owe()
    ledger.book.misbehave("POST /api/v1/notes", "429")
    own = pipedrive_companies.c.company_id == ledger.company_id
    with capture_logs() as logs:
        with ledger.database.write() as connection:
            connection.execute(pipedrive_companies.select().where(own).with_for_update())
            writer = ledger.writer()
            writer.write_due()
            with ledger.database.read() as other:
                wait_for(lambda: waits_for_a_lock(other))
            connection.execute(pipedrive_companies.delete().where(own))
        writer.close()
    assert [entry for entry in logs if entry["event"] == "database_unavailable"] == []
    assert ledger.entries() == []
