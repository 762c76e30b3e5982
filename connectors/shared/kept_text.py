"""Which characters no text that we keep may hold."""

import re
from typing import Final

# PostgreSQL keeps no NUL, and no encoding has half of a surrogate pair.
UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")


def holds_unkept(text: str) -> bool:
    """Whether a text could not be kept as it is."""
    return UNKEPT.search(text) is not None
