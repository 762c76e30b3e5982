"""What each gateway can do, side by side: made of what the gateways declare, for people and for programs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import GatewayKind

NO: Final = "–"
NEVER: Final = "never"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix: what is asked, and a cell for each gateway."""

    title: str
    cells: tuple[str, ...]


def _channels(features: Features) -> str:
    return ", ".join(features.channels)


def _many(features: Features) -> str:
    return _yes(features.same_text_to_many)


def _differing(features: Features) -> str:
    return features.differing_texts or NO


def _sender_id(features: Features) -> str:
    return "needed" if features.sender_id_needed else "the vendor's, where none is named"


def _longest(features: Features) -> str:
    return "ten SMS" if features.longest_text is None else f"{features.longest_text:,} characters"


def _ids(features: Features) -> str:
    return _yes(features.own_ids)


def _receipts(features: Features) -> str:
    return NEVER if features.receipts is None else f"by {features.receipts}"


def _signed(features: Features) -> str:
    return _yes(features.signed_callbacks)


def _codes(features: Features) -> str:
    return "the vendor's" if features.vendors_codes else "ours"


def _verified(features: Features) -> str:
    return ", ".join(features.verification_channels) or NO


def _incoming(features: Features) -> str:
    return ", ".join(features.incoming) or NO


def _yes(value: bool) -> str:
    return "yes" if value else NO


_ROWS: Final[tuple[tuple[str, Callable[[Features], str]], ...]] = (
    ("Channels", _channels),
    ("One text to many in one call", _many),
    ("Differing texts in one call", _differing),
    ("Sender id", _sender_id),
    ("Longest text", _longest),
    ("Tells its id of a message", _ids),
    ("Delivery receipts", _receipts),
    ("Signs its callbacks", _signed),
    ("Numbers are verified by", _verified),
    ("One-time codes are", _codes),
    ("Messages from phones", _incoming),
    ("Balance", lambda features: _yes(features.balance)),
    ("Cost before sending", lambda features: _yes(features.cost)),
    ("History", lambda features: _yes(features.history)),
    ("Numbers to rent", lambda features: _yes(features.dedicated_numbers)),
    ("Captcha", lambda features: _yes(features.captcha)),
)


def rows(kinds: Sequence[GatewayKind]) -> list[Row]:
    """Return the matrix, its cells in the order of the gateways."""
    return [Row(title, tuple(say(kind.features) for kind in kinds)) for title, say in _ROWS]


def as_markdown(kinds: Sequence[GatewayKind]) -> str:
    """Return the matrix as a table of Markdown."""
    head = ["", *(kind.title for kind in kinds)]
    lines = [head, ["---"] * len(head), *([row.title, *row.cells] for row in rows(kinds))]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_data(kinds: Sequence[GatewayKind]) -> list[dict[str, Any]]:
    """Return what programs read: `[{"name", "title", "features": {…}}]`."""
    return [{"name": kind.name, "title": kind.title, "features": asdict(kind.features)} for kind in kinds]
