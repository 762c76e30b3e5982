"""Idempotency keys: claimed before the work, completed in the work's own transaction, replayed for a day.

A claim is committed, so that a second request meets it. Whoever claimed completes it together with what was made, or
gives it up; a process that was killed does neither, so a claim that is older than any request lives is taken over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, select, text, tuple_, update

from connectors.shared.clock import DAY, SECOND
from connectors.shared.errors import NotUnderstood, WrongState
from connectors.shared.idempotency.tables import idempotency_keys
from connectors.shared.secrets import SecretBox

KEPT_MS = DAY
LONGEST_REQUEST_MS = 60 * SECOND
"""A claim that nobody completed for so long belongs to a process that was killed."""
PURGE_SLICE = 2_000

_PURPOSE = "idempotency"
_KEY = (idempotency_keys.c.account_id, idempotency_keys.c.path, idempotency_keys.c.key_digest)
_IS_IN_FLIGHT = idempotency_keys.c.status.is_(None)
_insert = text(
    """
    INSERT INTO idempotency_keys (account_id, path, key_digest, request_digest, created_at)
    VALUES (:account_id, :path, :key_digest, :request_digest, :created_at)
    ON CONFLICT (account_id, path, key_digest) DO NOTHING
    """
)


class KeyReused(NotUnderstood):
    """The key came with another request before."""


class KeyInFlight(WrongState):
    """The first request with this key is not answered yet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its key. Digests are keyed, and one for each secret key, newest first."""

    account_id: int
    path: str
    key_digests: tuple[bytes, ...] = field(repr=False)
    request_digests: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """What entitles to complete or to give up; `moment` tells it from a later one of the same key."""

    account_id: int
    path: str
    key_digest: bytes = field(repr=False)
    moment: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The first answer to a key, with what it made; JSON in UTF-8."""

    status: int
    body: str = field(repr=False)
    subject_id: str | None


def asked(secrets: SecretBox, account_id: int, path: str, key: str, fingerprint: str) -> Asked:
    """Return the request of an account; `fingerprint` is the same for the same body."""
    scope = (str(account_id), path)
    return Asked(
        account_id,
        path,
        secrets.digests(_PURPOSE, "key", *scope, key),
        secrets.digests(_PURPOSE, "request", *scope, fingerprint),
    )


def claim(connection: Connection, request: Asked, moment: int, longest_ms: int = LONGEST_REQUEST_MS) -> Claim | Answer:
    """Claim a key, or return the first answer to it; one unanswered for `longest_ms` is taken over.

    Raises KeyReused where it came with another request, KeyInFlight where the first is not answered yet.
    """
    mine = Claim(request.account_id, request.path, request.key_digests[0], moment)
    while True:  # a row that was in the way may be gone when it is looked at
        row = _find(connection, request)
        if row is None:
            if _inserted(connection, request, mine):
                return mine
        elif row.created_at <= moment - (longest_ms if row.status is None else KEPT_MS):
            stale = Claim(row.account_id, row.path, row.key_digest, row.created_at)
            connection.execute(delete(idempotency_keys).where(_is(stale)))
        else:
            return _answer(request, row)


def complete(connection: Connection, mine: Claim, answer: Answer) -> None:
    """Record the answer, in the transaction of what was made. Raises KeyInFlight where another took the claim over."""
    values = {"status": answer.status, "answer": answer.body, "subject_id": answer.subject_id}
    if connection.execute(update(idempotency_keys).where(_is(mine), _IS_IN_FLIGHT).values(values)).rowcount == 0:
        raise KeyInFlight("This took too long, and another request with the same Idempotency-Key went first.")


def give_up(connection: Connection, mine: Claim) -> None:
    """Free the key: nothing was made."""
    connection.execute(delete(idempotency_keys).where(_is(mine), _IS_IN_FLIGHT))


def purge(connection: Connection, moment: int) -> bool:
    """Remove a slice of what is past its day; True when there may be more."""
    old = (
        select(*_KEY)
        .where(idempotency_keys.c.created_at <= moment - KEPT_MS)
        .order_by(idempotency_keys.c.created_at)
        .limit(PURGE_SLICE)
    )
    return connection.execute(delete(idempotency_keys).where(tuple_(*_KEY).in_(old))).rowcount == PURGE_SLICE


def forget(connection: Connection, subject_ids: Sequence[str]) -> None:
    """Remove the answers about these: they hold numbers and texts.

    The keys stay for their day: a late second try must not send again what was sent, and erased.
    """
    of_subject = idempotency_keys.c.subject_id.in_(bindparam("ids", expanding=True))
    connection.execute(update(idempotency_keys).where(of_subject).values(answer=None), {"ids": list(subject_ids)})


def forget_text(connection: Connection, account_id: int, message_id: str) -> None:
    """Remove a message's text from the answer about it."""
    of_message = and_(
        idempotency_keys.c.account_id == account_id,
        idempotency_keys.c.subject_id == message_id,
        idempotency_keys.c.answer.is_not(None),
    )
    body = connection.scalar(select(idempotency_keys.c.answer).where(of_message))
    if body is not None:
        redacted = orjson.dumps(orjson.loads(body) | {"text": None}).decode()
        connection.execute(update(idempotency_keys).where(of_message).values(answer=redacted))


def _find(connection: Connection, request: Asked) -> Row[Any] | None:
    """Return the row of the key, which may have been digested under an older secret key."""
    statement = select(idempotency_keys).where(
        idempotency_keys.c.account_id == request.account_id,
        idempotency_keys.c.path == request.path,
        idempotency_keys.c.key_digest.in_(request.key_digests),
    )
    return connection.execute(statement.order_by(idempotency_keys.c.created_at.desc()).limit(1)).first()


def _inserted(connection: Connection, request: Asked, mine: Claim) -> bool:
    values = {
        "account_id": mine.account_id,
        "path": mine.path,
        "key_digest": mine.key_digest,
        "request_digest": request.request_digests[0],
        "created_at": mine.moment,
    }
    return connection.execute(_insert, values).rowcount == 1


def _answer(request: Asked, row: Row[Any]) -> Answer:
    if row.request_digest not in request.request_digests:
        raise KeyReused("This Idempotency-Key came with another request within the last 24 hours. Use a new one.")
    if row.status is None:
        raise KeyInFlight("The first request with this Idempotency-Key is still being answered. Ask again in a moment.")
    if row.answer is None:
        raise WrongState("This was done before, and what came of it has been erased since. It is not done again.")
    return Answer(row.status, row.answer, row.subject_id)


def _is(claimed: Claim) -> ColumnElement[bool]:
    return and_(
        idempotency_keys.c.account_id == claimed.account_id,
        idempotency_keys.c.path == claimed.path,
        idempotency_keys.c.key_digest == claimed.key_digest,
        idempotency_keys.c.created_at == claimed.moment,
    )
