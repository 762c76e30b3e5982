"""The vendor's words, made fit for logs and screens."""

import re
from urllib.parse import quote

MAX_LENGTH = 200
MASK = "***"
# Shorter ones occur in any sentence: masking them would tell more than it hides.
MIN_SECRET_LENGTH = 3

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufeff]")
_NUMBER = re.compile(r"\+?\d[\d\s()-]{5,}\d")


def spoken(words: str, secrets: tuple[str, ...] = ()) -> str:
    """Words of the vendor on one line, at most 200 characters, without `secrets` and phone numbers."""
    # An error page may quote the URL, and so the secrets as they stand there. Longest first: a secret that
    # holds another would leave its rest behind.
    spellings = {*secrets, *(quote(secret, safe="", errors="replace") for secret in secrets)}
    for secret in sorted(spellings, key=len, reverse=True):
        if len(secret) >= MIN_SECRET_LENGTH:
            words = words.replace(secret, MASK)
    return _NUMBER.sub(MASK, " ".join(_CONTROLS.sub(" ", words).split()))[:MAX_LENGTH]
