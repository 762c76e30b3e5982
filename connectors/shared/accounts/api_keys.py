"""Keys for the REST API: shown once, kept as a hash."""

import hashlib
import secrets
from typing import Final, NamedTuple, TypedDict

from sqlalchemy import Connection, func, insert, select, update

from connectors.shared.accounts.tables import api_keys
from connectors.shared.clock import now_ms, to_rfc3339
from connectors.shared.errors import NotFound

# A prefix tells people, and scanners of leaked secrets, whose key this is; the rest goes unquoted in shells and headers
# (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
PREFIX: Final = "mck_"
_RANDOM_OCTETS: Final = 32
_HINT_LENGTH: Final = len(PREFIX) + 6


class Holder(NamedTuple):
    """Whose key it is, and which of theirs."""

    account_id: int
    key_id: int


class ApiKey(TypedDict):
    """A key as it may be shown: never the key. Moments are RFC 3339."""

    id: int
    hint: str
    created_at: str
    revoked_at: str | None


def digest(key: str) -> bytes:
    """Return the 32 octets that a key is kept and found by.

    A plain SHA-256: slow hashes and salts protect what people choose, and nobody guesses 256 random bits
    (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html is about the former).
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def create(connection: Connection, account_id: int) -> str:
    """Make a key for an account and return it: `mck_` and 43 URL-safe characters. It cannot be shown again."""
    key = PREFIX + secrets.token_urlsafe(_RANDOM_OCTETS)
    connection.execute(
        insert(api_keys).values(account_id=account_id, digest=digest(key), hint=key[:_HINT_LENGTH], created_at=now_ms())
    )
    return key


def list_keys(connection: Connection, account_id: int) -> list[ApiKey]:
    """Return an account's keys, oldest first, the revoked ones too."""
    columns = api_keys.c
    statement = select(columns.id, columns.hint, columns.created_at, columns.revoked_at)
    rows = connection.execute(statement.where(columns.account_id == account_id).order_by(columns.id))
    return [
        ApiKey(
            id=row.id,
            hint=row.hint,
            created_at=to_rfc3339(row.created_at) or "",
            revoked_at=to_rfc3339(row.revoked_at),
        )
        for row in rows
    ]


def revoke(connection: Connection, account_id: int, key_id: int) -> None:
    """Make a key useless; doing so twice changes nothing. Raises NotFound where the account has no such key."""
    columns = api_keys.c
    revoked = connection.execute(
        update(api_keys)
        .where(columns.id == key_id, columns.account_id == account_id)
        .values(revoked_at=func.coalesce(columns.revoked_at, now_ms()))
    )
    if revoked.rowcount == 0:
        raise NotFound(f"There is no key {key_id}. See `connectors api-keys list`.")


def find_holder(connection: Connection, key: str) -> Holder | None:
    """Return whose key this is, None where it is nobody's or revoked.

    Looked up by its digest: how long that takes tells nothing about the key, since a guess cannot steer its digest.
    """
    columns = api_keys.c
    row = connection.execute(
        select(columns.account_id, columns.id).where(columns.digest == digest(key), columns.revoked_at.is_(None))
    ).one_or_none()
    return Holder(*row) if row else None
