"""Message Central keeps what every gateway promises."""

from tests.shared.gateways.conformance import Bench, GatewayConformance
from tests.shared.gateways.conformance.message_central import bench


class TestMessageCentral(GatewayConformance):
    @classmethod
    def bench(cls) -> Bench:
        return bench()
