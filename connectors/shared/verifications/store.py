"""Verifications in the database, always within one account. Changes are guarded statements: states never go back."""

import json
from dataclasses import dataclass, field
from typing import Any

import uuid_utils
from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from connectors.shared.accounts.tables import connections
from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.verifications.states import VerificationStatus
from connectors.shared.verifications.tables import verifications

columns = verifications.c
PENDING = columns.status == VerificationStatus.PENDING.value


@dataclass(frozen=True, slots=True)
class Wish:
    """A number to be verified, and how. `ttl_ms` None: for as long as the vendor has it.

    By which connection is decided channel by channel: see `choosing`.
    """

    account_id: int
    number: PhoneNumber = field(repr=False)
    channels: tuple[str, ...]
    code_length: int
    ttl_ms: int | None
    language: str | None


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code that the vendor has out: by which connection and channel, until when it is good for us and the vendor.

    `fresh` False: the vendor sent nothing now, it named the one that is out already; `retry_after` (seconds) then says
    when it would. `call_number` (digits): what the person has to call, instead of a code.
    """

    fresh: bool
    connection_id: int
    channel_index: int
    vendor_id: str
    transaction_id: str | None
    sent_at: int
    expires_at: int
    vendor_expires_at: int
    call_number: str | None = None
    retry_after: float | None = None

    def values(self) -> dict[str, Any]:
        """Return the columns that tell of it."""
        return {
            "connection_id": self.connection_id,
            "channel_index": self.channel_index,
            "vendor_id": self.vendor_id,
            "transaction_id": self.transaction_id,
            "sent_at": self.sent_at,
            "expires_at": self.expires_at,
            "vendor_expires_at": self.vendor_expires_at,
            "call_number": self.call_number,
        }


def insert_verification(connection: Connection, wish: Wish, sent: SentCode, created_at: int) -> str:
    """Keep a verification whose code is out; returns its id."""
    verification_id = str(uuid_utils.uuid7())
    connection.execute(
        insert(verifications).values(
            id=verification_id,
            account_id=wish.account_id,
            country_code=wish.number.country_code,
            recipient=wish.number.digits,
            channels=json.dumps(wish.channels),
            code_length=wish.code_length,
            language=wish.language,
            ttl_ms=wish.ttl_ms,
            status=VerificationStatus.PENDING.value,
            sends=1,
            created_at=created_at,
            **sent.values(),
        )
    )
    return verification_id


def find(connection: Connection, account_id: int, verification_id: str) -> RowMapping:
    """Return a verification's row. Raises NotFound where it is not there or another's."""
    statement = select(verifications).where(columns.id == verification_id, columns.account_id == account_id)
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no such verification.")
    return row


def find_by_vendor_id(connection: Connection, number: PhoneNumber, vendor_id: str, moment: int) -> RowMapping | None:
    """Return the newest verification, of whichever account, whose code this still is for the vendor."""
    statement = select(verifications).where(
        # An erased one has lost its number: it is not to be begun anew by the code that is still out.
        or_(columns.recipient == number.digits, columns.recipient.is_(None)),
        columns.vendor_id == vendor_id,
        columns.vendor_expires_at > moment,
    )
    return connection.execute(statement.order_by(columns.id.desc()).limit(1)).mappings().first()


def gateway_of(connection: Connection, connection_id: int) -> str:
    """Return the vendor of a connection. Raises NotFound where it is gone."""
    name: str | None = connection.scalar(select(connections.c.gateway).where(connections.c.id == connection_id))
    if name is None:
        raise NotFound("This connection has been removed.")
    return name


def lease(connection: Connection, row: RowMapping, moment: int, until: int, **values: Any) -> bool:
    """Win the right to send another code for a pending verification; one caller wins at a time."""
    won = connection.execute(
        update(verifications)
        .where(columns.id == row["id"], PENDING, columns.expires_at > moment, columns.leased_until <= moment)
        .values(leased_until=until, **values)
    )
    return won.rowcount == 1


def end_lease(connection: Connection, verification_id: str, **values: Any) -> None:
    """Let others send again."""
    connection.execute(update(verifications).where(columns.id == verification_id).values({"leased_until": 0} | values))


def note_sent(connection: Connection, verification_id: str, sent: SentCode) -> None:
    """Another code is out, by another channel perhaps; wrong tries stay counted. What has ended stays so."""
    connection.execute(
        update(verifications)
        .where(columns.id == verification_id, PENDING)
        .values(
            **sent.values(), sends=columns.sends + 1, move_at=None, leased_until=0, error_code=None, error_message=None
        )
    )


def channels_of(row: RowMapping) -> list[str]:
    """Return the channels in the order to try."""
    found: list[str] = json.loads(row["channels"])
    return found


def channel_of(row: RowMapping) -> str:
    """Return the channel of the last code."""
    index: int = row["channel_index"]
    return channels_of(row)[index]


def status_of(row: RowMapping, moment: int) -> VerificationStatus:
    """Return where a verification stands; nobody has to write that time has passed."""
    status = VerificationStatus(row["status"])
    if status is VerificationStatus.PENDING and row["expires_at"] <= moment:
        return VerificationStatus.EXPIRED
    return status


def present(row: RowMapping, moment: int) -> dict[str, Any]:
    """Return a row in the shape that the REST API shows."""
    status = status_of(row, moment)
    ended = row["finished_at"] or (row["expires_at"] if status is VerificationStatus.EXPIRED else None)
    return {
        "id": row["id"],
        "status": status.value,
        "to": f"+{row['recipient']}" if row["recipient"] else None,
        "channel": channel_of(row),
        "channels": channels_of(row),
        "code_length": row["code_length"],
        "language": row["language"],
        "call": _call(row),
        "error": {"code": row["error_code"], "message": row["error_message"]} if row["error_code"] else None,
        "created_at": to_rfc3339(row["created_at"]),
        "sent_at": to_rfc3339(row["sent_at"]),
        "expires_at": to_rfc3339(row["expires_at"]),
        "finished_at": to_rfc3339(ended),
    }


def _call(row: RowMapping) -> dict[str, Any] | None:
    if row["call_number"] is None:
        return None
    return {"number": f"+{row['call_number']}", "expires_at": to_rfc3339(row["expires_at"])}
