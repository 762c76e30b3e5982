"""The vendor's words, made fit for logs and screens."""

import re
from urllib.parse import quote

MAX_LENGTH = 200
MASK = "***"
# Shorter ones occur in any sentence: masking them would tell more than it hides.
MIN_SECRET_LENGTH = 3
# A shorter text may be part of a word: "err" is of "error".
MIN_TEXT_LENGTH_WITHIN_WORDS = 8

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufeff]")
_NUMBER = re.compile(r"\+?\d[\d\s()-]{5,}\d")


class SaidText(str):
    """What a message says, among secrets: a short one is masked only where it stands as whole words."""

    __slots__ = ()


def spoken(words: str, secrets: tuple[str, ...] = ()) -> str:
    """Words of the vendor on one line, at most 200 characters, without `secrets` and phone numbers."""
    # An error page may quote the URL, and so the secrets as they stand there. Longest first: a secret that
    # holds another would leave its rest behind.
    spellings = [(secret, secret) for secret in secrets]
    spellings += [(secret, quote(secret, safe="", errors="replace")) for secret in secrets]
    for secret, spelling in sorted(spellings, key=lambda pair: len(pair[1]), reverse=True):
        if len(spelling) >= MIN_SECRET_LENGTH:
            is_whole = isinstance(secret, SaidText) and len(secret) < MIN_TEXT_LENGTH_WITHIN_WORDS
            words = re.sub(_as_whole_words(spelling) if is_whole else re.escape(spelling), MASK, words)
    return _NUMBER.sub(MASK, " ".join(_CONTROLS.sub(" ", words).split()))[:MAX_LENGTH]


def _as_whole_words(text: str) -> str:
    return rf"(?<!\w){re.escape(text)}(?!\w)"
