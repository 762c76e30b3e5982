"""Ogangi keeps what every gateway promises, by each of its two calls."""

from tests.shared.gateways.conformance import Bench, GatewayConformance
from tests.shared.gateways.conformance.ogangi import bench


class TestOgangiBySendMt(GatewayConformance):
    @classmethod
    def bench(cls) -> Bench:
        return bench()


class TestOgangiBySendSms(GatewayConformance):
    @classmethod
    def bench(cls) -> Bench:
        return bench("sendSMS")
