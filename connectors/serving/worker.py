"""The dispatcher's process: sends what is due and keeps house."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from connectors.installed import INSTALLED, listen
from connectors.service import Service
from connectors.serving.arenas import bound_arenas
from connectors.serving.importer import ImporterProcess
from connectors.shared import statistics
from connectors.shared.accounts import proving
from connectors.shared.accounts.door import record_proof, take_attempt
from connectors.shared.automations import upkeep as automation_upkeep
from connectors.shared.campaigns import erasing
from connectors.shared.campaigns.store import get_campaign
from connectors.shared.campaigns.upkeep import Upkeep
from connectors.shared.clock import now_ms
from connectors.shared.idempotency import store as idempotency
from connectors.shared.incoming import forgetting as incoming_forgetting
from connectors.shared.incoming.polling import Poller
from connectors.shared.incoming.store import get_incoming
from connectors.shared.messages import retention, sweep
from connectors.shared.messages.dispatcher import Dispatcher, Job
from connectors.shared.messages.liveness import Liveness
from connectors.shared.messages.queries import get_message
from connectors.shared.verifications import forgetting as verification_forgetting
from connectors.shared.verifications.moving import Mover
from connectors.shared.verifications.receipts import take_receipts
from connectors.shared.webhooks.events import MESSAGE_RECEIVED
from connectors.shared.webhooks.posting import Poster

MOST_PROOFS_AT_ONCE = 4
WEBHOOK_READERS = {MESSAGE_RECEIVED: get_incoming, "message": get_message, "campaign": get_campaign}


def run_worker(service: Service) -> None:
    """Dispatch until SIGTERM or SIGINT, then finish the calls in flight."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    bound_arenas()
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
        service.screening,
        threads=service.settings.dispatch_threads,
        receipt_deadline_ms=service.settings.receipt_deadline_ms,
        jobs=jobs,
    )


def _house_jobs(service: Service) -> list[Job]:
    house = House(service)
    mover = Mover(service.database, service.verifications.starter)
    settings = service.settings
    upkeep = Upkeep(
        service.database,
        service.endings,
        service.wakeup,
        validity_ms=settings.validity_ms,
        validity_otp_ms=settings.validity_otp_ms,
    )
    imports = ImporterProcess(service)
    poster = Poster(service.database, service.secrets, service.settings.webhook_hosts, WEBHOOK_READERS)
    sources = {name: built.incoming for name, built in service.built.items() if built.incoming is not None}
    poller = Poller(service.database, service.incoming, sources, settings.incoming_poll_seconds)
    return [
        Job("sweep", 1.0, house.sweep),
        Job("rematch", 3.0, house.rematch),
        Job("settle", 3.0, house.settle),
        Job("prove", 0.5, house.prove, house.close),
        Job("purge", 600.0, house.purge),
        Job("statistics", 2.0, house.refresh_statistics),
        Job("verifications", 0.5, mover.run, mover.close),
        Job("campaigns", 0.25, upkeep.run, upkeep.close),
        Job("imports", 0.25, imports.look, imports.close),
        Job("webhooks", 0.5, poster.post_due, poster.close),
        Job("webhooks-clear", 60.0, poster.clear),
        Job("incoming", min(1.0, settings.incoming_poll_seconds), poller.look, poller.close),
    ]


class House:
    """The dispatcher's own jobs: what is late is moved, what is unproven is tried, what is old goes."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._database = service.database
        lease_ms = sweep.EMBEDDED_LEASE_MS if service.settings.embedded else sweep.LEASE_MS
        self._sweeper = sweep.Sweeper(service.endings, service.settings.receipt_deadline_ms, lease_ms)
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
                last = sweep.rematch(connection, self._service.endings, take_receipts, now_ms(), last)
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
        """Remove numbers, texts and steps of automations past their days, and idempotency keys past theirs."""
        moment = now_ms()
        before = moment - self._service.settings.retention_ms
        retention.purge(self._database, self._service.forgetting, before)
        if erasing.purge(self._database, before, moment):
            retention.truncate_log(self._database)
        verification_forgetting.purge(self._database, now_ms() - self._service.settings.retention_ms)
        automation_upkeep.purge(self._database, before)
        incoming_forgetting.purge(self._database, self._service.arrivals, before)
        self._purge_idempotency_keys()

    def refresh_statistics(self) -> None:
        """Have PostgreSQL look at what has grown."""
        statistics.refresh(self._database)

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _purge_idempotency_keys(self) -> None:
        more = True
        while more:
            with self._database.write() as connection:
                more = idempotency.purge(connection, now_ms())

    def _prove_one(self, connection_id: int) -> None:
        if take_attempt(self._database, connection_id):
            result = self._service.message_central.prove(connection_id)
            record_proof(self._database, self._service.endings, connection_id, result)
