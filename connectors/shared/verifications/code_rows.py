"""Our own codes in the database: keyed digests of them and of the numbers they went to, and when they end."""

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Final

import uuid_utils
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from connectors.shared.clock import HOUR, SECOND
from connectors.shared.secrets import SecretBox
from connectors.shared.verifications.tables import verification_codes

columns = verification_codes.c

AGAIN_MS: Final = 60 * SECOND
"""Within this no second code goes to a number by a channel. Vendors with codes of their own wait as long."""
_KEPT_MS: Final = HOUR


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that is about to be sent; `digest` None where the vendor makes it, or where there is none."""

    id: str
    connection_id: int
    number: str = field(repr=False)
    channel: str
    digest: bytes | None = field(repr=False)
    created_at: int
    expires_at: int


def new_id() -> str:
    """Return the id of a row to come, which its digest includes."""
    return str(uuid_utils.uuid7())


def code_digest(secrets: SecretBox, code_id: str, code: str) -> bytes:
    """Return what a code is known again by. With its row's id in it no two rows of one code are alike."""
    return secrets.digest("verification code", code_id, code)


def is_code(secrets: SecretBox, row: RowMapping, code: str) -> bool:
    """Tell whether this is the row's code, in constant time."""
    known = bytes(row["code_digest"])
    fitting = [compare_digest(known, each) for each in secrets.digests("verification code", row["id"], code)]
    return any(fitting)


def insert_code(connection: Connection, secrets: SecretBox, code: NewCode) -> None:
    """Keep a code that is about to be sent."""
    connection.execute(
        insert(verification_codes).values(
            id=code.id,
            connection_id=code.connection_id,
            number_digest=_number_digests(secrets, code.number)[0],
            channel=code.channel,
            code_digest=code.digest,
            created_at=code.created_at,
            expires_at=code.expires_at,
        )
    )


def find_recent(connection: Connection, secrets: SecretBox, wanted: NewCode) -> RowMapping | None:
    """Return the code that went to this number by this channel within the last minute and is still good."""
    statement = select(verification_codes).where(
        columns.connection_id == wanted.connection_id,
        columns.number_digest.in_(_number_digests(secrets, wanted.number)),
        columns.channel == wanted.channel,
        columns.created_at > wanted.created_at - AGAIN_MS,
        columns.expires_at > wanted.created_at,
        columns.used_at.is_(None),
    )
    return connection.execute(statement.order_by(columns.id.desc()).limit(1)).mappings().first()


def find_code(connection: Connection, connection_id: int, code_id: str) -> RowMapping | None:
    """Return a code of a connection."""
    statement = select(verification_codes).where(columns.id == code_id, columns.connection_id == connection_id)
    return connection.execute(statement).mappings().first()


def supersede(connection: Connection, secrets: SecretBox, code: NewCode) -> None:
    """Have every earlier code of this number end now that another one is out."""
    connection.execute(
        update(verification_codes)
        .where(
            columns.connection_id == code.connection_id,
            columns.number_digest.in_(_number_digests(secrets, code.number)),
            columns.id < code.id,
            columns.expires_at > code.created_at,
        )
        .values(expires_at=code.created_at)
    )


def change(connection: Connection, code_id: str, **values: Any) -> None:
    """Write down what became known of a code."""
    if values:
        connection.execute(update(verification_codes).where(columns.id == code_id).values(values))


def use(connection: Connection, code_id: str, moment: int) -> bool:
    """Use a code; True for one caller alone."""
    used = connection.execute(
        update(verification_codes)
        .where(columns.id == code_id, columns.used_at.is_(None), columns.expires_at > moment)
        .values(used_at=moment)
    )
    return used.rowcount == 1


def remove(connection: Connection, code_id: str) -> None:
    """Forget a code that did not go out."""
    connection.execute(delete(verification_codes).where(columns.id == code_id))


def forget_number(secrets: SecretBox, connection: Connection, number: str) -> None:
    """Remove every code that went to a number (digits of E.164)."""
    digests = _number_digests(secrets, number)
    # Erasures are few: that no index begins with the number is no matter.
    connection.execute(delete(verification_codes).where(columns.number_digest.in_(digests)))


def forget_ended(connection: Connection, moment: int) -> int:
    """Remove what ended long enough ago that nobody asks for it; returns how many."""
    return connection.execute(delete(verification_codes).where(columns.expires_at <= moment - _KEPT_MS)).rowcount


def _number_digests(secrets: SecretBox, number: str) -> tuple[bytes, ...]:
    return secrets.digests("verification number", number)
