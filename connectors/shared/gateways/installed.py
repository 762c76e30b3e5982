"""The gateways of this installation: one line each."""

from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.kinds import GatewayKind
from connectors.shared.gateways.message_central.kind import MESSAGE_CENTRAL

# The first is what `connectors accounts add` means where it names none.
GATEWAYS: tuple[GatewayKind, ...] = (MESSAGE_CENTRAL,)
NAMES: tuple[str, ...] = tuple(kind.name for kind in GATEWAYS)


def kind_of(name: str) -> GatewayKind:
    """Return a kind of gateway by its name. Raises NotUnderstood."""
    for kind in GATEWAYS:
        if kind.name == name:
            return kind
    raise NotUnderstood(f"There is no gateway {name}: choose one of {', '.join(NAMES)}.")
