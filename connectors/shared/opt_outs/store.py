"""Who has opted out of what: asked before each message, and changed by people, files and connectors.

A number is found by itself. Once it is erased only its digest is left, which still keeps that person from being texted.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, delete, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.accounts.tables import accounts
from connectors.shared.clock import now_ms, to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shared.opt_outs.tables import opt_outs
from connectors.shared.secrets import SecretBox

SLICE: Final = 1_000
_PURPOSE: Final = "opt-out"
_numbers: BindParameter[str] = bindparam("numbers", expanding=True)
_digests: BindParameter[bytes] = bindparam("digests", expanding=True)
_of_account = select(opt_outs.c.account_id).where(opt_outs.c.account_id == bindparam("account")).limit(1)
_HAS: Final = {
    True: _of_account.where(opt_outs.c.number.is_(None)),
    False: _of_account.where(opt_outs.c.number.is_not(None)),
}
"""Whether an account has any, by whether they are erased; made once, since it is asked before each message."""


class Scope(StrEnum):
    """What somebody does not want."""

    PROMOTIONAL = "promotional"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OptOut:
    """One number of one account; `number` is the digits of E.164, None once erased. Moments are UTC milliseconds."""

    number: str | None = field(repr=False)
    scope: Scope
    source: str
    created_at: int
    number_digest: bytes = field(repr=False)

    @property
    def position(self) -> tuple[int, bytes]:
        """Where it stands in the list."""
        return self.created_at, self.number_digest

    def shown(self) -> dict[str, Any]:
        """Return it as the API and commands show it."""
        return {
            "number": None if self.number is None else f"+{self.number}",
            "scope": self.scope.value,
            "source": self.source,
            "created_at": to_rfc3339(self.created_at),
        }


def blocks(scope: Scope, message_type: str) -> bool:
    """Whether an opt-out stops a message. None stops one-time codes: whoever gets one has just asked for it."""
    return message_type == "PROMOTIONAL" or (scope is Scope.ALL and message_type != "OTP")


def opted_out(connection: Connection, secrets: SecretBox, account_id: int, numbers: Sequence[str]) -> dict[str, Scope]:
    """Return those of the numbers (digits of E.164) that are opted out; cheap where the account has no opt-outs."""
    wanted = list(dict.fromkeys(numbers))
    found: dict[str, Scope] = {}
    if wanted and _has(connection, account_id, erased=False):
        for start in range(0, len(wanted), SLICE):
            found |= _by_number(connection, account_id, wanted[start : start + SLICE])
    left = [number for number in wanted if number not in found]
    if left and _has(connection, account_id, erased=True):
        for start in range(0, len(left), SLICE):
            found |= _by_digest(connection, secrets, account_id, left[start : start + SLICE])
    return found


def add(
    connection: Connection,
    secrets: SecretBox,
    account_id: int,
    number: str,
    scope: Scope,
    source: str,
) -> OptOut:
    """Opt a number out; where it is already, it gets this scope, wider or not, and keeps its date."""
    gone = connection.execute(
        delete(opt_outs).where(_is_number(secrets, account_id, number)).returning(opt_outs.c.created_at)
    ).all()
    since = min((row.created_at for row in gone), default=now_ms())
    values = _values(secrets, account_id, number, scope, source, since)
    connection.execute(
        _insert(connection)
        .values(values)
        .on_conflict_do_update(
            index_elements=[opt_outs.c.account_id, opt_outs.c.number_digest],
            set_={name: values[name] for name in ("number", "scope", "source")},
        )
    )
    return get(connection, secrets, account_id, number)


def add_all(
    connection: Connection,
    secrets: SecretBox,
    account_id: int,
    numbers: Sequence[str],
    scope: Scope,
    source: str,
) -> int:
    """Opt numbers out, each given once; returns how many were not.

    For lists from elsewhere, which may be old: one that is opted out already may get the wider scope, never the
    narrower, and one that was erased stays so.
    """
    known = opted_out(connection, secrets, account_id, numbers)
    new = [number for number in numbers if number not in known]
    moment = now_ms()
    for start in range(0, len(new), SLICE):
        rows = [_values(secrets, account_id, number, scope, source, moment) for number in new[start : start + SLICE]]
        connection.execute(_insert(connection).on_conflict_do_nothing(), rows)
    if scope is Scope.ALL:
        for number in (number for number, had in known.items() if had is not Scope.ALL):
            _widen(connection, secrets, account_id, number)
    return len(new)


def get(connection: Connection, secrets: SecretBox, account_id: int, number: str) -> OptOut:
    """Return the opt-out of a number. Raises NotFound."""
    row = connection.execute(_select().where(_is_number(secrets, account_id, number)).limit(1)).first()
    if row is None:
        raise NotFound("This number has not opted out.")
    return _opt_out(row)


def remove(connection: Connection, secrets: SecretBox, account_id: int, number: str) -> None:
    """Let a number be texted again. Raises NotFound."""
    if connection.execute(delete(opt_outs).where(_is_number(secrets, account_id, number))).rowcount == 0:
        raise NotFound("This number has not opted out.")


def list_opt_outs(
    connection: Connection, account_id: int, *, before: tuple[int, bytes] | None, limit: int
) -> list[OptOut]:
    """Return opt-outs of an account, newest first, from behind a position."""
    place = tuple_(opt_outs.c.created_at, opt_outs.c.number_digest)
    statement = _select().where(opt_outs.c.account_id == account_id)
    if before is not None:
        statement = statement.where(place < tuple_(*before))
    statement = statement.order_by(opt_outs.c.created_at.desc(), opt_outs.c.number_digest.desc())
    return [_opt_out(row) for row in connection.execute(statement.limit(limit))]


def list_of_source(
    connection: Connection, account_id: int, source: str, *, since_ms: int, after: tuple[int, bytes] | None, limit: int
) -> list[OptOut]:
    """Return opt-outs of an account that came from one source since a moment, oldest first, from behind a position."""
    place = tuple_(opt_outs.c.created_at, opt_outs.c.number_digest)
    wanted = (opt_outs.c.account_id == account_id) & (opt_outs.c.created_at >= since_ms)
    statement = _select().where(wanted, opt_outs.c.source == source)
    if after is not None:
        statement = statement.where(place > tuple_(*after))
    statement = statement.order_by(opt_outs.c.created_at, opt_outs.c.number_digest)
    return [_opt_out(row) for row in connection.execute(statement.limit(limit))]


def forget(secrets: SecretBox, connection: Connection, number: str) -> None:
    """Erase a number from every account's opt-outs. Its digest stays: erased is not willing to be texted."""
    _forget(secrets, connection, opt_outs.c.account_id.in_(select(accounts.c.id)) & (opt_outs.c.number == number))


def forget_of_account(secrets: SecretBox, connection: Connection, account_id: int, numbers: Collection[str]) -> None:
    """Erase numbers from the opt-outs of one account alone, as `forget` does."""
    wanted = sorted(numbers)
    for start in range(0, len(wanted), SLICE):
        of_some = opt_outs.c.number.in_(wanted[start : start + SLICE])
        _forget(secrets, connection, (opt_outs.c.account_id == account_id) & of_some)


def _forget(secrets: SecretBox, connection: Connection, chosen: ColumnElement[bool]) -> None:
    for row in connection.execute(delete(opt_outs).where(chosen).returning(*opt_outs.c)).all():
        # Under the newest key, since nobody can make it anew once the number is gone.
        values = _values(secrets, row.account_id, row.number, Scope(row.scope), row.source, row.created_at)
        connection.execute(_insert(connection).values(values | {"number": None}).on_conflict_do_nothing())


def _has(connection: Connection, account_id: int, *, erased: bool) -> bool:
    return connection.execute(_HAS[erased], {"account": account_id}).first() is not None


def _by_number(connection: Connection, account_id: int, numbers: list[str]) -> dict[str, Scope]:
    statement = select(opt_outs.c.number, opt_outs.c.scope).where(
        opt_outs.c.account_id == account_id, opt_outs.c.number.in_(_numbers)
    )
    return {row.number: Scope(row.scope) for row in connection.execute(statement, {"numbers": numbers})}


def _by_digest(connection: Connection, secrets: SecretBox, account_id: int, numbers: list[str]) -> dict[str, Scope]:
    digests = {digest: number for number in numbers for digest in secrets.digests(_PURPOSE, str(account_id), number)}
    statement = select(opt_outs.c.number_digest, opt_outs.c.scope).where(
        opt_outs.c.account_id == account_id, opt_outs.c.number_digest.in_(_digests)
    )
    rows = connection.execute(statement, {"digests": list(digests)})
    return {digests[row.number_digest]: Scope(row.scope) for row in rows}


def _widen(connection: Connection, secrets: SecretBox, account_id: int, number: str) -> None:
    connection.execute(opt_outs.update().where(_is_number(secrets, account_id, number)).values(scope=Scope.ALL.value))


def _is_number(secrets: SecretBox, account_id: int, number: str) -> ColumnElement[bool]:
    digests = secrets.digests(_PURPOSE, str(account_id), number)
    of_account = opt_outs.c.account_id == account_id
    # Said twice: SQLite uses an index for each half only where the account is within it.
    return or_(of_account & (opt_outs.c.number == number), of_account & opt_outs.c.number_digest.in_(digests))


def _values(
    secrets: SecretBox, account_id: int, number: str, scope: Scope, source: str, created_at: int
) -> dict[str, Any]:
    return {
        "account_id": account_id,
        # The account is in it: whether two tenants' strangers are the same person shows in no table.
        "number_digest": secrets.digest(_PURPOSE, str(account_id), number),
        "number": number,
        "scope": scope.value,
        "source": source,
        "created_at": created_at,
    }


def _select() -> Any:
    return select(
        opt_outs.c.number,
        opt_outs.c.scope,
        opt_outs.c.source,
        opt_outs.c.created_at,
        opt_outs.c.number_digest,
    )


def _opt_out(row: Row[Any]) -> OptOut:
    return OptOut(row.number, Scope(row.scope), row.source, row.created_at, row.number_digest)


def _insert(connection: Connection) -> Any:
    return (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(opt_outs)
