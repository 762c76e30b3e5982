"""The control hash of SMSC's status callbacks: H("id:phone:status:<secret>"), sent in the parameter named after H.

The recipe for incoming messages and calls is not in the document that is left, so those go by the URL's token alone:
https://smscentre.com/api/http/miscellaneous/callback/
"""

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import md5, sha1
from hmac import compare_digest
from typing import Final

ALGORITHMS: Final = ("sha1", "md5", "crc32")
"""Best first. A crc32 can be forged by whoever has seen one: an operator may allow fewer."""

_CRC32_DIGITS = 8


def _md5(signed: bytes) -> tuple[str, ...]:
    return (md5(signed, usedforsecurity=False).hexdigest(),)


def _sha1(signed: bytes) -> tuple[str, ...]:
    return (sha1(signed, usedforsecurity=False).hexdigest(),)


def _crc32(signed: bytes) -> tuple[str, ...]:
    # PHP's crc32() is an integer (negative above 2^31 where integers have 32 bits), hash("crc32b") is hexadecimal.
    value = zlib.crc32(signed)
    signed_value = value - (1 << 32) if value >> 31 else value
    return str(value), str(signed_value), f"{value:x}", f"{value:0{_CRC32_DIGITS}x}"


_SPELLINGS: Final[Mapping[str, Callable[[bytes], tuple[str, ...]]]] = {"sha1": _sha1, "md5": _md5, "crc32": _crc32}


def is_signed(values: Mapping[str, str], secrets: Sequence[str], allowed: Collection[str]) -> bool:
    """Tell whether a status brings an allowed hash, and every hash that it brings is right, by one of the secrets.

    `values` are the parameters exactly as they came. Hexadecimal digits may be of either case.
    """
    brought = {name: values[name] for name in ALGORITHMS if name in values}
    if not any(name in allowed for name in brought):
        return False
    return any(_all_right(values, brought, secret) for secret in secrets)


def _all_right(values: Mapping[str, str], brought: Mapping[str, str], secret: str) -> bool:
    signed = ":".join([*(values.get(name, "") for name in ("id", "phone", "status")), secret]).encode()
    return all(_is_one_of(given, _SPELLINGS[name](signed)) for name, given in brought.items())


def _is_one_of(given: str, spellings: tuple[str, ...]) -> bool:
    said = given.strip().lower().encode()
    return any(compare_digest(said, spelling.encode()) for spelling in spellings)
