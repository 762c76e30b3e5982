"""The dispatcher's process: sends what is due and keeps house."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from connectors.installed import INSTALLED, listen
from connectors.service import Service
from connectors.shared.accounts import proving
from connectors.shared.accounts.door import record_proof, take_attempt
from connectors.shared.clock import now_ms
from connectors.shared.messages import retention, sweep
from connectors.shared.messages.dispatcher import Dispatcher, Job

MOST_PROOFS_AT_ONCE = 4


def run_worker(service: Service) -> None:
    """Dispatch until SIGTERM or SIGINT, then finish the calls in flight."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    dispatcher = dispatcher_for(service)
    dispatcher.start()
    stop.wait()
    dispatcher.stop()
    service.close()


def dispatcher_for(service: Service) -> Dispatcher:
    """Return a dispatcher with every job of the house and of the connectors."""
    listen(service)
    jobs = list(_house_jobs(service))
    for connector in INSTALLED:
        jobs.extend(connector.jobs(service))
    return Dispatcher(
        service.database,
        service.gateways,
        service.endings,
        service.wakeup,
        threads=service.settings.dispatch_threads,
        receipt_deadline_ms=service.settings.receipt_deadline_ms,
        jobs=jobs,
    )


def _house_jobs(service: Service) -> list[Job]:
    sweeper = sweep.Sweeper(service.endings, service.settings.receipt_deadline_ms)
    pool = ThreadPoolExecutor(MOST_PROOFS_AT_ONCE, thread_name_prefix="proof")

    def sweep_all() -> None:
        busy = True
        while busy:
            with service.database.write() as connection:
                busy = sweeper.sweep(connection, now_ms())

    def rematch_all() -> None:
        last = 0
        while True:
            with service.database.write() as connection:
                last = sweep.rematch(connection, service.endings, now_ms(), last)
            if not last:
                return

    def settle() -> None:
        with service.database.write() as connection:
            proving.settle_leftovers(connection, service.endings, now_ms())

    def prove(connection_id: int) -> None:
        if take_attempt(service.database, connection_id):
            result = service.message_central.prove(connection_id)
            record_proof(service.database, service.endings, connection_id, result)

    def prove_all() -> None:
        with service.database.read() as connection:
            due = proving.due_for_proof(connection, now_ms(), MOST_PROOFS_AT_ONCE)
        list(pool.map(prove, due))

    def purge() -> None:
        retention.purge(service.database, service.forgetting, now_ms() - service.settings.retention_ms)

    return [
        Job("sweep", 1.0, sweep_all),
        Job("rematch", 3.0, rematch_all),
        Job("settle", 3.0, settle),
        Job("prove", 0.5, prove_all),
        Job("purge", 600.0, purge),
    ]
