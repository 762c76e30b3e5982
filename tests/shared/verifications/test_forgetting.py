"""Numbers of verifications can be erased, and do not stay for ever."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select, update

from connectors.service import Service
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.database import metadata
from connectors.shared.messages import retention
from connectors.shared.messages.states import Status
from connectors.shared.verifications import forgetting
from connectors.shared.verifications.tables import verification_codes
from tests.shared.verifications.desk import DIGITS, Desk
from tests.shared.verifications.gateways import CALLS, GatewayDouble, kind, own_desk
from tests.shared.verifications.vendor import RIGHT, VerifyVendor


def everything(desk: Desk) -> Sequence[object]:
    """Return all rows of all tables."""
    with desk.service.database.read() as connection:
        return [row for table in metadata.sorted_tables for row in connection.execute(select(table))]


def test_an_erased_number_is_nowhere(desk: Desk, vendor: VerifyVendor) -> None:
    made = desk.start()
    desk.receipt("t-1", Status.DELIVERED, raw=DIGITS)
    assert DIGITS in str(everything(desk))
    retention.erase_number(desk.service.database, desk.service.endings, desk.service.forgetting, DIGITS)
    assert DIGITS not in str(everything(desk))
    shown = desk.show(made["id"])
    assert (shown["to"], shown["status"], shown["error"]["code"]) == (None, "expired", "erased")
    assert desk.check(made["id"], RIGHT).status == "expired"
    assert vendor.checks == []


def test_what_is_past_its_days_is_removed(desk: Desk) -> None:
    old = desk.start()
    new = desk.start("+919816111112")
    desk.change(old["id"], created_at=1)
    forgetting.purge(desk.service.database, now_ms() - 1_000_000)
    assert desk.count()[0] == 1
    assert desk.show(new["id"])["status"] == "pending"


def test_an_account_takes_its_verifications_along(desk: Desk) -> None:
    desk.start()
    retention.remove_account(desk.service.database, desk.service.forgetting, desk.account_id)
    assert desk.count() == (0, 0)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, open_service: Callable[..., Service]) -> Desk:
    """An account whose codes are ours; one of two numbers has one."""
    monkeypatch.setattr("connectors.service.GATEWAYS", (kind(GatewayDouble(CALLS)),))
    desk = own_desk(open_service(), CALLS)
    desk.start()
    desk.start("+919816111112")
    return desk


def codes(desk: Desk) -> int:
    with desk.service.database.read() as connection:
        return len(connection.execute(select(verification_codes)).all())


def test_an_erased_numbers_codes_go_with_it(own: Desk) -> None:
    retention.erase_number(own.service.database, own.service.endings, own.service.forgetting, DIGITS)
    assert codes(own) == 1


def test_an_accounts_codes_go_with_it(own: Desk) -> None:
    retention.remove_account(own.service.database, own.service.forgetting, own.account_id)
    assert codes(own) == 0


def test_codes_that_ended_are_removed(own: Desk) -> None:
    columns = verification_codes.c
    with own.service.database.write() as connection:
        first = connection.scalar(select(columns.id).order_by(columns.id).limit(1))
        ended = update(verification_codes).where(columns.id == first).values(expires_at=now_ms() - HOUR)
        connection.execute(ended)
    forgetting.purge(own.service.database, 0)
    assert codes(own) == 1
