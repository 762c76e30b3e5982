"""Numbers of verifications can be erased, and do not stay for ever."""

from collections.abc import Sequence

from sqlalchemy import select

from connectors.shared.clock import now_ms
from connectors.shared.database import metadata
from connectors.shared.messages import retention
from connectors.shared.messages.states import Status
from connectors.shared.verifications import forgetting
from tests.shared.verifications.desk import DIGITS, Desk
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
