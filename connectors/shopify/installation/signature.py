"""The `hmac` of an address by which Shopify sends a browser to us: hexadecimal, over its other parameters in order.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from connectors.shared.clock import DAY, SECOND, now_ms
from connectors.shared.errors import ConnectorsError

OLDEST_MS: Final = DAY
MOST_PARAMETERS: Final = 40
LONGEST_QUERY: Final = 8_000
_SIGNATURE: Final = "hmac"


class BadSignature(ConnectorsError):
    """This address was not made by Shopify for this app, or not lately."""


def verified(query: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """Return the parameters of a query that is signed with any of the secrets. Raises BadSignature."""
    raw, pairs = _read(query)
    given = dict(pairs).get(_SIGNATURE, "").lower()
    signed = [pair for pair in pairs if pair[0] != _SIGNATURE]
    messages = (_as_read(signed), _as_sent(raw))
    expected = [hmac.digest(secret.encode(), text, "sha256").hex() for secret in secrets for text in messages]
    # All are compared: how long it takes says nothing of which one it was.
    fits = [hmac.compare_digest(each.encode(), given.encode("utf-8", "surrogatepass")) for each in expected]
    if not any(fits):
        raise BadSignature("The address does not carry Shopify's signature for this app.")
    return dict(signed)


def check_age(parameters: Mapping[str, str]) -> None:
    """Raises BadSignature where an address was signed more than a day ago, or does not say when."""
    timestamp = parameters.get("timestamp", "")
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        raise BadSignature("The address does not say when it was made.")
    if int(timestamp) * SECOND < now_ms() - OLDEST_MS:
        raise BadSignature("The address was made more than a day ago.")


def _read(query: bytes) -> tuple[str, list[tuple[str, str]]]:
    if len(query) > LONGEST_QUERY:
        raise BadSignature("The address is too long.")
    try:
        raw = query.decode("ascii")
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise BadSignature("The address cannot be read.") from None
    # Of a parameter that is there twice others may see the other one.
    if len({name for name, _ in pairs}) != len(pairs):
        raise BadSignature("The address says something twice.")
    return raw, pairs


def _as_read(pairs: Iterable[tuple[str, str]]) -> bytes:
    # As Shopify's library for Python: what could join two parameters, or cut one, is escaped.
    ordered = sorted(pairs, key=lambda pair: pair[0])
    return "&".join(f"{_escaped(name).replace('=', '%3D')}={_escaped(value)}" for name, value in ordered).encode()


def _as_sent(raw: str) -> bytes:
    # As Shopify's libraries for other languages, which sign what is in the address as it is written there.
    pieces = [piece for piece in raw.split("&") if piece and _name(piece) != _SIGNATURE]
    return "&".join(sorted(pieces, key=_name)).encode()


def _name(piece: str) -> str:
    return unquote_plus(piece.partition("=")[0])


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26")
