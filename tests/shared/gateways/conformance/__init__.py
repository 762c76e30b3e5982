"""What every gateway must pass. `docs/adding-a-gateway.md` teaches it; in short:

    class TestOfMyVendor(GatewayConformance):
        @classmethod
        def bench(cls) -> Bench:
            return Bench(kind=MY_VENDOR, vendor=MyVendor, settings=…, login=…)

`MyVendor` is a `ScriptedVendor`: how the vendor reads a request, and how it says yes and no. Which checks there are
follows from `kind.features`: what a gateway does not claim is not asked of it. For a gateway that misbehaves, or for
use without pytest, there is `failures(bench)`, with `Bench.wrap` to put something in place of the gateway.
"""

import pytest

CHECKS = (
    "callbacks",
    "connections",
    "doubts",
    "incoming",
    "many",
    "receipts",
    "refusals",
    "secrecy",
    "silence",
    "singles",
    "verifying",
)
# So that a check that fails shows what it compared.
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in CHECKS))

from tests.shared.gateways.conformance.bench import SENDER_ID, TIMEOUT_SECONDS, Bench, Line, Stand, set_up  # noqa: E402
from tests.shared.gateways.conformance.suite import GatewayConformance, failures  # noqa: E402
from tests.shared.gateways.conformance.vendor import (  # noqa: E402
    Arrived,
    Asked,
    Callback,
    Fate,
    Mood,
    ScriptedVendor,
    Sent,
    Signature,
)
from tests.shared.gateways.conformance.wire import Reply, Request  # noqa: E402

__all__ = [
    "SENDER_ID",
    "TIMEOUT_SECONDS",
    "Arrived",
    "Asked",
    "Bench",
    "Callback",
    "Fate",
    "GatewayConformance",
    "Line",
    "Mood",
    "Reply",
    "Request",
    "ScriptedVendor",
    "Sent",
    "Signature",
    "Stand",
    "failures",
    "set_up",
]
