"""Secrets at rest: sealed, compared by keyed digest, and the key they all hang from."""

import base64
import errno
import hmac
import os
import secrets as randomness
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SEALING: Final = b"message-central-connectors/1/seal"
_DIGEST: Final = b"message-central-connectors/1/digest"
_TOKEN: Final = b"message-central-connectors/1/token"

_TOKEN_OCTETS: Final = 20
_GENERATED_OCTETS: Final = 32
_SHORTEST_KEY_FILE: Final = 32
_LONGEST_KEY_FILE: Final = 4096
_NO_HARD_LINKS: Final = frozenset((errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK))


class SecretUnreadable(Exception):
    """What is stored was sealed with another key, or was changed since."""


class KeyFileUnusable(RuntimeError):
    """The key file is there but holds no key, or cannot be made; words for the operator."""


class SecretBox:
    """Seals and compares secrets under the operator's keys: the first seals, all unseal.

    A key is a text of any form. Sealing, digests and tokens each have a key of their own, derived from it.
    Texts that are no valid Unicode (half a surrogate pair out of JSON) are taken too.
    """

    __slots__ = ("_digest_keys", "_fernet", "_token_keys")

    def __init__(self, keys: Sequence[str]) -> None:
        if isinstance(keys, str) or not keys or not all(key.strip() for key in keys):
            raise ValueError("CONNECTORS_SECRET_KEY holds no key, or an empty one between its commas.")
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, _SEALING))) for key in keys])
        self._digest_keys = tuple(_derive(key, _DIGEST) for key in keys)
        self._token_keys = tuple(_derive(key, _TOKEN) for key in keys)

    def encrypt(self, plain: str) -> str:
        return self._fernet.encrypt(_octets(plain)).decode("ascii")

    def decrypt(self, sealed: str) -> str:
        """Raises SecretUnreadable when none of the keys fits."""
        try:
            return self._fernet.decrypt(_octets(sealed)).decode("utf-8", "surrogatepass")
        except InvalidToken:
            raise SecretUnreadable(
                "A stored secret cannot be read: CONNECTORS_SECRET_KEY changed since it was stored. "
                "Give the former key too, after the new one and a comma."
            ) from None

    def digest(self, *parts: str) -> bytes:
        """32 octets by which the same parts are known again; other parts, or other cuts of them, differ."""
        return _authenticate(self._digest_keys[0], parts)

    def digests(self, *parts: str) -> tuple[bytes, ...]:
        """The digest under each key, newest first: one that was stored may be older than the first key."""
        return tuple(_authenticate(key, parts) for key in self._digest_keys)

    def token(self, purpose: str, *parts: str) -> str:
        """40 hexadecimal digits, the same each time, that nobody can guess who lacks the key."""
        return _token(self._token_keys[0], purpose, parts)

    def tokens(self, purpose: str, *parts: str) -> tuple[str, ...]:
        """The token under each key, newest first: who was given one before a rotation still holds it."""
        return tuple(_token(key, purpose, parts) for key in self._token_keys)


def load_or_create_key(path: Path) -> str:
    """The key in a file, made (mode 0600) where there is none; processes that start at once agree on it.

    Raises:
        KeyFileUnusable: the file is empty or damaged. It is never replaced: what was sealed with the key
            that it held would be lost.
    """
    try:
        return _read_key(path)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_key(path)
        return _read_key(path)


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(_octets(key))


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _authenticate(key: bytes, parts: Sequence[str]) -> bytes:
    # Each part behind its length, so that ("ab", "c") and ("a", "bc") differ.
    octets = [_octets(part) for part in parts]
    message = b"".join(len(part).to_bytes(8, "big") + part for part in octets)
    return hmac.digest(key, message, "sha256")


def _token(key: bytes, purpose: str, parts: Sequence[str]) -> str:
    # Hexadecimal: mail programs cut a link before a trailing "-" or "_", and these links travel by mail.
    return _authenticate(key, (purpose, *parts))[:_TOKEN_OCTETS].hex()


def _read_key(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_LONGEST_KEY_FILE + 1).strip()
    if not (
        _SHORTEST_KEY_FILE <= len(content) <= _LONGEST_KEY_FILE and all(0x21 <= octet <= 0x7E for octet in content)
    ):
        raise KeyFileUnusable(
            f"{path} holds no key. Put the file back from a backup, or set CONNECTORS_SECRET_KEY. "
            "Remove it only if nothing was stored yet: what was sealed with its key is lost without it."
        )
    return content.decode("ascii")


def _create_key(path: Path) -> None:
    """Writes a whole key beside the path and links it there, which fails if another process was first."""
    draft = path.with_name(f".{path.name}.{randomness.token_hex(8)}")
    try:
        _write_durably(draft, randomness.token_urlsafe(_GENERATED_OCTETS).encode("ascii") + b"\n")
        os.link(draft, path)
        _sync_folder(path.parent)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        raise KeyFileUnusable(f"A key file cannot be made in {path.parent}. Set CONNECTORS_SECRET_KEY.") from error
    finally:
        draft.unlink(missing_ok=True)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
