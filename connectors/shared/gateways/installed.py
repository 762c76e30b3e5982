"""The gateways of this installation: one line each."""

from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import GatewayKind
from connectors.shared.gateways.message_central.kind import MESSAGE_CENTRAL
from connectors.shared.gateways.ogangi.kind import OGANGI
from connectors.shared.gateways.smsc.kind import SMSC

# The first is what `connectors accounts add` means where it names none.
GATEWAYS: tuple[GatewayKind, ...] = (MESSAGE_CENTRAL, SMSC, OGANGI)
NAMES: tuple[str, ...] = tuple(kind.name for kind in GATEWAYS)


def kind_of(name: str) -> GatewayKind:
    """Return a kind of gateway by its name. Raises NotUnderstood."""
    for kind in GATEWAYS:
        if kind.name == name:
            return kind
    raise NotUnderstood(f"There is no gateway {name}: choose one of {', '.join(NAMES)}.")


def features_of(name: str) -> Features:
    """Return what a gateway can do; of one that is not installed the least."""
    return next((kind.features for kind in GATEWAYS if kind.name == name), Features())
