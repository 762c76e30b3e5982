"""What `/metrics` and the account's health ask of the database costs no more with a million messages than with one."""

from pathlib import Path

import pytest
from sqlalchemy import TextClause, func, select, text

from connectors.api.gauges import IS_UNCONFIRMED, OLDEST_WAITING
from connectors.shared.accounts.health import FITS_NO_MESSAGE, IS_SCHEDULED
from connectors.shared.database import Database, metadata
from connectors.shared.messages.tables import IS_QUEUED, IS_SENDING, IS_UNMATCHED, messages, receipts

COUNTED = [
    pytest.param(messages, IS_QUEUED, id="queued"),
    pytest.param(messages, IS_SENDING, id="sending"),
    pytest.param(receipts, IS_UNMATCHED, id="unmatched"),
    pytest.param(messages, IS_SCHEDULED, id="scheduled"),
    pytest.param(messages, IS_UNCONFIRMED, id="unconfirmed"),
    pytest.param(receipts, FITS_NO_MESSAGE, id="fits-no-message"),
]


def plan(folder: Path, statement: str) -> list[str]:
    database = Database(f"sqlite:///{folder / 'plan.sqlite3'}")
    metadata.create_all(database.engine)
    with database.read() as connection:
        found = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    database.dispose()
    return found


@pytest.mark.parametrize(("table", "condition"), COUNTED)
def test_counting_reads_a_partial_index(tmp_path: Path, table: type, condition: TextClause) -> None:
    statement = select(func.count()).select_from(table).where(condition)
    assert all("USING" in step and "INDEX ix_" in step for step in plan(tmp_path, str(statement)))


def test_the_oldest_is_found_by_steps_down_the_queue_s_index(tmp_path: Path) -> None:
    steps = [step for step in plan(tmp_path, str(OLDEST_WAITING)) if "messages" in step]
    assert steps == ["SEARCH messages USING INDEX ix_messages_queue (connection_id=? AND priority=?)"]
