"""SMSC keeps what every gateway promises."""

from tests.shared.gateways.conformance import Bench, GatewayConformance
from tests.shared.gateways.conformance.smsc import bench


class TestSmsc(GatewayConformance):
    @classmethod
    def bench(cls) -> Bench:
        return bench()
