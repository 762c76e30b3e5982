"""What nobody may read in logs, results or reprs: secrets, texts, whole numbers, the vendor's URLs."""

import base64
import hashlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus
from warnings import catch_warnings, simplefilter

import structlog

from connectors.shared.gateways.base import SendResult
from tests.shared.gateways.conformance.bench import TIMEOUT_SECONDS, Line, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.refusals import _sizes
from tests.shared.gateways.conformance.vendor import Mood


@dataclass
class Overheard:
    """Everything that is said: our logs, those of libraries down to DEBUG, warnings, and what a gateway answers."""

    entries: list[str] = field(default_factory=list)
    library: io.StringIO = field(default_factory=io.StringIO)
    printed: io.StringIO = field(default_factory=io.StringIO)

    def hear(self, result: Any) -> None:
        self.entries += [repr(result), str(result)]
        if isinstance(result, SendResult):
            self.entries += [result.explanation or "", result.code or ""]

    @property
    def all(self) -> str:
        return "\n".join([*self.entries, self.library.getvalue(), self.printed.getvalue()])


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Hear all that is logged meanwhile, at every level, or printed, or warned of."""
    heard = Overheard()
    handler = logging.StreamHandler(heard.library)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in ("urllib3", "urllib3.connectionpool", "requests"))]
    levels = [logger.level for logger in loggers]
    config = structlog.get_config()

    def keep(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        heard.entries.append(repr(structlog.processors.format_exc_info(_logger, _method, event)))
        raise structlog.DropEvent

    root.addHandler(handler)
    structlog.configure(processors=[keep], wrapper_class=structlog.BoundLogger, cache_logger_on_first_use=False)
    try:
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        with redirect_stdout(heard.printed), redirect_stderr(heard.printed), catch_warnings(record=True) as warned:
            simplefilter("always")
            yield heard
        heard.entries += [str(each.message) for each in warned]
    finally:
        structlog.configure(**config)
        root.removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@check()
def nothing_secret_is_told(stand: Stand) -> None:
    """Whatever happens, and though the vendor's own words repeat all that it was sent."""
    line = stand.connect()
    secrets = _forms_of(line.secret)
    with overhearing() as heard:
        heard.hear(stand.gateway)
        for mood in sorted(set(Mood) - stand.bench.cannot_say, key=lambda each: each.name):
            for size in _sizes(stand):
                secrets |= _send_in_mood(stand, line, mood, size, heard)
        secrets |= _fail_to_prove(stand, line, heard)
        stand.vendor.leave()
        secrets |= _send_in_mood(stand, line, Mood.TAKES_EVERYTHING, 1, heard)
        heard.hear(stand.gateway.prove(line.connection_id, TIMEOUT_SECONDS))
    for request in stand.vendor.requests:
        secrets |= {request.target, request.path, request.target.partition("?")[2]}
    secrets |= {asked.proof for asked in stand.vendor.asked} | {stand.vendor.url}
    _assert_not_told(secrets, heard)


def _assert_not_told(secrets: set[str], heard: Overheard) -> None:
    said = heard.all
    leaked = sorted(secret for secret in secrets if len(secret) > 3 and secret in said)
    assert not leaked, f"told: {leaked} in {said[:2_000]}"


def _send_in_mood(stand: Stand, line: Line, mood: Mood, size: int, heard: Overheard) -> set[str]:
    """Send; returns what nobody may read of it."""
    text, to = f"Тайна no. {stand.number()}", stand.recipients(size)
    stand.vendor.mood, stand.vendor.bad = mood, frozenset({to[0].digits})
    heard.hear(stand.send(line, text, to))
    whole = {number for each in to for number in (each.digits, each.national)}
    return whole | {text, text.encode("unicode_escape").decode(), quote(text), quote(text, safe=""), quote_plus(text)}


def _fail_to_prove(stand: Stand, line: Line, heard: Overheard) -> set[str]:
    heard.hear(stand.gateway.prove(line.connection_id))
    known = stand.vendor.accounts[line.login.login]
    stand.vendor.accounts[line.login.login] = "quite another secret"
    heard.hear(stand.gateway.prove(line.connection_id))
    told = _send_in_mood(stand, line, Mood.TAKES_EVERYTHING, 1, heard)
    stand.vendor.accounts[line.login.login] = known
    return told


def _forms_of(secret: str) -> set[str]:
    """Return a secret in every form in which it may travel."""
    octets = secret.encode()
    encoded = {base64.b64encode(octets).decode(), base64.urlsafe_b64encode(octets).decode().rstrip("=")}
    hashed = {hashlib.new(name, octets).hexdigest() for name in ("md5", "sha1", "sha256")}
    forms = {secret, secret.encode("unicode_escape").decode(), *encoded, *hashed}
    return forms | {quote(form, safe="") for form in forms} | {quote_plus(form) for form in forms}
