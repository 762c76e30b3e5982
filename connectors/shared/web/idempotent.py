"""`Idempotency-Key`: the same request twice is done once, and answered twice.

    with idempotent(database, secrets, account_id, own_path()) as once:
        if once.replay is not None:
            return once.replay
        with database.write() as connection:
            ...
            return once.complete(connection, ThingSchema().dump(thing), thing["id"])

What is raised on the way, or a view that completes nothing, frees the key: only what succeeded is kept.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any, Final

import orjson
from flask import Response, request
from sqlalchemy import Connection

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.idempotency import store
from connectors.shared.secrets import SecretBox
from connectors.shared.web.bodies import InvalidFields

HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 255
REPLAYED: Final = "Idempotency-Replayed"
_IS_KEY = re.compile(rf"[ -~]{{1,{LONGEST_KEY}}}").fullmatch
_CHUNK: Final = 1 << 16


class Once:
    """One request: with a key it is claimed, without one it is just answered."""

    def __init__(self, claim: store.Claim | None = None, replay: Response | None = None) -> None:
        self._claim = claim
        self.completed = False
        self.replay = replay
        """The first answer, where there was one: return it and do nothing."""

    @property
    def keyed(self) -> bool:
        """Whether the answer must be committed together with what is made."""
        return self._claim is not None

    def complete(
        self, connection: Connection, body: Mapping[str, Any], subject_id: str, *, status: int = 201
    ) -> Response:
        """Return the answer, recorded under its key in the transaction of what was made.

        `body` is the answer as dumped; it is found at `subject_id` below the path of the request.
        """
        answer = store.Answer(status, orjson.dumps(body).decode(), subject_id)
        if self._claim is not None:
            store.complete(connection, self._claim, answer)
        self.completed = True
        return _response(answer)


@contextmanager
def idempotent(
    database: Database, secrets: SecretBox, account_id: int, scope: str, longest_ms: int = store.LONGEST_REQUEST_MS
) -> Iterator[Once]:
    """Claim the key of this request, if it has one. Raises InvalidFields, KeyReused, KeyInFlight.

    `scope`: within which a key means one thing, at most 200 characters. `longest_ms`: after so long without an answer
    the request is taken for killed, and its key is free.
    """
    key = request.headers.get(HEADER)
    if key is None:
        yield Once()
        return
    if not _IS_KEY(key):
        raise InvalidFields({HEADER: [f"Send 1 to {LONGEST_KEY} printable ASCII characters."]})
    asked = store.asked(secrets, account_id, scope, key, _fingerprint())
    with database.write() as connection:
        found = store.claim(connection, asked, now_ms(), longest_ms)
    if isinstance(found, store.Answer):
        yield Once(replay=_response(found, replayed=True))
        return
    once, kept = Once(found), False
    try:
        yield once
        kept = once.completed
    finally:
        if not kept:
            _free(database, found)


def _free(database: Database, claim: store.Claim) -> None:
    # Where the database is away the key is free when a killed request's would be.
    with suppress(StoreUnavailable), database.write() as connection:
        store.give_up(connection, claim)


def answer(body: Mapping[str, Any], subject_id: str, *, status: int = 201) -> Response:
    """Return the answer to a request that came without a key, made outside of a transaction of ours."""
    return _response(store.Answer(status, orjson.dumps(body).decode(), subject_id))


def own_path() -> str:
    """Return the path of this request, below which is what it makes."""
    return request.path.rstrip("/")


def _response(given: store.Answer, *, replayed: bool = False) -> Response:
    response = Response(given.body, given.status, mimetype="application/json")
    response.headers["Location"] = f"{own_path()}/{given.subject_id}"
    if replayed:
        response.headers[REPLAYED] = "true"
    return response


def _fingerprint() -> str:
    """Return what is the same for the same body, however its fields are ordered."""
    digest = hashlib.sha256()
    if request.mimetype == "multipart/form-data":
        for part in _form_parts():
            digest.update(len(part).to_bytes(8, "big") + part)
    else:
        digest.update(_canonical(request.get_data()))
    return digest.hexdigest()


def _canonical(octets: bytes) -> bytes:
    try:
        return orjson.dumps(orjson.loads(octets), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # nested deeper than it writes
        return octets


def _form_parts() -> Iterator[bytes]:
    for name, value in sorted(request.form.items(multi=True)):
        yield from (b"field", _octets(name), _octets(value))
    for name, file in sorted(request.files.items(multi=True), key=lambda item: item[0]):
        yield from (b"file", _octets(name), _octets(file.filename or ""), _content_digest(file.stream))


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _content_digest(stream: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    stream.seek(0)  # whoever read it before left it at its end
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.digest()
