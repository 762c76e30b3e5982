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
from connectors.shared.messages.liveness import Liveness

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
    house = House(service)
    return [
        Job("sweep", 1.0, house.sweep),
        Job("rematch", 3.0, house.rematch),
        Job("settle", 3.0, house.settle),
        Job("prove", 0.5, house.prove, house.close),
        Job("purge", 600.0, house.purge),
    ]


class House:
    """The dispatcher's own jobs: what is late is moved, what is unproven is tried, what is old goes."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._database = service.database
        self._sweeper = sweep.Sweeper(service.endings, service.settings.receipt_deadline_ms)
        self._liveness = Liveness(service.database)
        self._pool = ThreadPoolExecutor(MOST_PROOFS_AT_ONCE, thread_name_prefix="proof")

    def sweep(self) -> None:
        """Move every row whose deadline has passed, and those of dispatchers that died."""
        dead = self._liveness.dead()
        if dead:
            with self._database.write() as connection:
                sweep.record_ended(connection, dead)
            self._liveness.forget(dead)
        busy = True
        while busy:
            with self._database.write() as connection:
                busy = self._sweeper.sweep(connection, now_ms())

    def rematch(self) -> None:
        """Try the receipts that fitted no message."""
        last = 0
        while True:
            with self._database.write() as connection:
                last = sweep.rematch(connection, self._service.endings, now_ms(), last)
            if not last:
                return

    def settle(self) -> None:
        """Move or fail what was accepted on credentials that were merged or refused."""
        with self._database.write() as connection:
            proving.settle_leftovers(connection, self._service.endings, now_ms())

    def prove(self) -> None:
        """Try credentials that the vendor could not be asked about."""
        with self._database.read() as connection:
            due = proving.due_for_proof(connection, now_ms(), MOST_PROOFS_AT_ONCE)
        list(self._pool.map(self._prove_one, due))

    def purge(self) -> None:
        """Remove numbers and texts past their days."""
        retention.purge(self._database, self._service.forgetting, now_ms() - self._service.settings.retention_ms)

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _prove_one(self, connection_id: int) -> None:
        if take_attempt(self._database, connection_id):
            result = self._service.message_central.prove(connection_id)
            record_proof(self._database, self._service.endings, connection_id, result)
