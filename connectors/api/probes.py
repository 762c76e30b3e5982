"""`/healthz`, `/readyz`, `/metrics`: for the operator's probes. Nothing private is in them, so they ask for nothing."""

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from connectors.api.gauges import LedgerGauges
from connectors.api.readiness import Readiness
from connectors.service import Service
from connectors.shared.access import Access, access
from connectors.shared.metrics import process_metrics
from connectors.shared.problems import problem

RETRY_SECONDS = 5


class Probes:
    """The probes of one service."""

    def __init__(self, service: Service) -> None:
        self._readiness = Readiness(service.database)
        self._ledger = CollectorRegistry()
        self._ledger.register(LedgerGauges(service.database))

    @access(Access.PUBLIC)
    def healthz(self) -> Response:
        """Say that the process is up."""
        return jsonify(status="ok")

    @access(Access.PUBLIC)
    def readyz(self) -> Response:
        """Say whether requests may be sent here."""
        obstacle = self._readiness.obstacle()
        if obstacle is None:
            return jsonify(status="ready")
        return problem(503, obstacle, retry_after=RETRY_SECONDS)

    @access(Access.PUBLIC)
    def metrics(self) -> Response:
        """Return the ledger's figures and the processes' counters as Prometheus reads them."""
        body = generate_latest(self._ledger) + process_metrics()
        return Response(body, content_type=CONTENT_TYPE_LATEST)


def register(app: Flask, service: Service) -> None:
    """Add the probes to the app."""
    probes = Probes(service)
    for view in (probes.healthz, probes.readyz, probes.metrics):
        name = view.__name__
        app.add_url_rule(f"/{name}", f"probes.{name}", view, methods=["GET"], provide_automatic_options=False)
