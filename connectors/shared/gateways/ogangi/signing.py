"""How Ogangi wants its URLs: parameters as segments of the path, some in Base64, and the signature over them.

The recipe is that of https://messangi.com/documentation/doku.php?id=restapi:appx_call_json_ex: HMAC-SHA256 under the
private key over what stands between the call's name and the public key, exactly as it stands in the URL.
"""

import base64
import hmac
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import quote


class Base64(StrEnum):
    """Which of the two the vendor's installation reads; its documents say "Base64" alone.

    The usual one has "/" and "+", which a path cannot hold as they are: there they are percent-encoded.
    """

    URL_SAFE = "url-safe"
    STANDARD = "standard"


class NotSendable(ValueError):
    """A parameter that no path can hold. Says which, in words for a person."""


def segment(name: str, value: str, plain: str = "") -> str:
    """Return a parameter as a segment of the path. Raises NotSendable for an empty one, and for one of dots alone.

    `plain` are marks that stay as they are beside letters and digits.
    """
    # "." and ".." mean folders: what is on the way removes them, and the signature is then one of another path.
    if not value.strip("."):
        raise NotSendable(f"Ogangi cannot take this {name}: it is empty, or has nothing but dots.")
    return quote(value, safe=plain, errors="replace")


def encoded(name: str, value: str, variant: Base64) -> str:
    """Return a parameter as the segment that holds its UTF-8 in Base64. Raises NotSendable for an empty one."""
    octets = value.encode("utf-8", "replace")
    if variant is Base64.URL_SAFE:
        return segment(name, base64.urlsafe_b64encode(octets).decode("ascii").rstrip("="))
    return segment(name, base64.b64encode(octets).decode("ascii"))


def signature(private_key: str, segments: Sequence[str]) -> str:
    """Return the signature of a path's parameters: 64 hexadecimal digits."""
    return hmac.digest(private_key.encode("utf-8", "replace"), "/".join(segments).encode("ascii"), "sha256").hex()
