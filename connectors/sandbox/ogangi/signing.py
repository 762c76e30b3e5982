"""Ogangi's signature and its Base64.

The signature is HMAC-SHA256 in hexadecimal over the parameters between the method and the public key, as they stand
in the path, joined with "/" (https://messangi.com/documentation/doku.php?id=restapi:appx_call_json_ex).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PUBLIC_KEY = "sandbox-public"
PRIVATE_KEY = "sandbox-private"


def fits(parameters: Sequence[str], public_key: str, signature: str) -> bool:
    """Return whether a call is signed with the sandbox's keys; `parameters` are as they stand in the path."""
    expected = hmac.new(PRIVATE_KEY.encode(), "/".join(parameters).encode(), hashlib.sha256).hexdigest()
    return public_key == PUBLIC_KEY and hmac.compare_digest(expected.encode(), signature.encode())


def decoded(text: str) -> str | None:
    """Return the text in Base64 of either alphabet, padded or not; None where it is none, or no UTF-8."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
