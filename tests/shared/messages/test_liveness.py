import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shared.messages.liveness import Liveness
from connectors.shared.messages.sweep import record_ended, register_dispatcher
from tests.shared.messages.tenants import Tenant, dispatching, number_of, status, wait_for

HOLDER = """
import sys, time
from connectors.shared.database import Database
from connectors.shared.messages.liveness import Liveness
holder = Liveness(Database(sys.argv[1]))
holder.hold(int(sys.argv[2]))
print("held", flush=True)
time.sleep(60)
"""


def register(service: Service) -> int:
    with service.database.write() as connection:
        return register_dispatcher(connection, now_ms())


@pytest.fixture
def embedded(sending: Service) -> Service:
    if not sending.database.embedded:
        pytest.skip("only beside an embedded database is there a file to hold")
    return sending


def test_a_killed_holder_is_dead_at_once(embedded: Service) -> None:
    dispatcher, liveness = register(embedded), Liveness(embedded.database)
    command = [sys.executable, "-c", HOLDER, embedded.database.url, str(dispatcher)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            assert liveness.dead() == []
        finally:
            os.kill(process.pid, signal.SIGKILL)
    assert liveness.dead() == [dispatcher]
    with embedded.database.write() as connection:
        record_ended(connection, [dispatcher])
    liveness.forget([dispatcher])
    assert liveness.dead() == []


def test_one_without_a_file_is_left_to_its_lease(embedded: Service) -> None:
    register(embedded)
    assert Liveness(embedded.database).dead() == []


def test_a_dispatcher_that_ended_leaves_no_file(embedded: Service, tmp_path: Path) -> None:
    def files() -> list[str]:
        return [path.name for path in tmp_path.iterdir() if "dispatcher" in path.name]

    with dispatching(embedded):
        assert len(files()) == 1
        assert Liveness(embedded.database).dead() == []
    assert files() == []


def test_one_that_ended_holds_nothing_even_where_its_number_is_given_anew(sending: Service, tenant: Tenant) -> None:
    """SQLite gives the last number again: what an ended dispatcher left must not pass for its successor's."""
    ids = [tenant.accept(number_of(n), "text", due_at=now_ms() + 60_000) for n in range(2)]
    with dispatching(sending), sending.database.read() as connection:
        ended = connection.exec_driver_sql("SELECT max(id) FROM dispatchers").scalar_one()
    with sending.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE messages SET status = 'sending', claimed_by = {int(ended)}")  # noqa: S608
    with dispatching(sending):
        wait_for(lambda: {status(sending, each) for each in ids} <= {"sent", "queued"})
