"""Where the next page of a list begins: signed, so that what is inside stays ours to change."""

import base64
import binascii
import hmac
from typing import Final

from connectors.shared.errors import ConnectorsError
from connectors.shared.secrets import SecretBox

_SIGNATURE_OCTETS: Final = 12
_PURPOSE: Final = "cursor"


class InvalidCursor(ConnectorsError):
    """Not a cursor that this list of this account gave out."""


class Cursors:
    """Writes and reads cursors; each is good for one account and one kind of list."""

    def __init__(self, secrets: SecretBox) -> None:
        self._secrets = secrets

    def write(self, kind: str, account_id: int, position: str) -> str:
        """Return the cursor of a position, URL-safe."""
        return _joined(self._secrets.digest(_PURPOSE, kind, str(account_id), position), position)

    def read(self, kind: str, account_id: int, cursor: str) -> str:
        """Return the position again. Raises InvalidCursor."""
        position = _position(cursor)
        # Compared as written: Base64 has several spellings of the same octets.
        for signature in self._secrets.digests(_PURPOSE, kind, str(account_id), position):
            if hmac.compare_digest(_joined(signature, position).encode(), cursor.encode()):
                return position
        raise InvalidCursor("Not a cursor of this list.")


def _joined(signature: bytes, position: str) -> str:
    octets = signature[:_SIGNATURE_OCTETS] + position.encode()
    return base64.urlsafe_b64encode(octets).decode("ascii").rstrip("=")


def _position(cursor: str) -> str:
    try:
        octets = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return octets[_SIGNATURE_OCTETS:].decode()
    except (binascii.Error, ValueError):
        raise InvalidCursor("Not a cursor of this list.") from None
