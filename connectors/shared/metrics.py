"""Counters for the operator's probes (https://prometheus.io/docs/practices/naming/); nothing private in them."""

import os
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CALLS = Counter("connectors_gateway_calls_total", "Calls to a vendor by their verdict.", ["gateway", "verdict"])


def process_metrics() -> bytes:
    """Return what was counted, as Prometheus reads it: by every process where they share a folder, else by this one.

    https://prometheus.github.io/client_python/multiprocess/
    """
    shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not shared or not Path(shared).is_dir():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, shared)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
