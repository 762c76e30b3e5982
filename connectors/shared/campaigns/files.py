"""The files of recipients, kept sealed and in parts until they are read: they may hold anybody's number."""

import base64
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uuid_utils
from sqlalchemy import Connection, delete, insert, select

from connectors.shared.campaigns.tables import campaign_files
from connectors.shared.database import Database
from connectors.shared.secrets import SecretBox

PART_OCTETS = 512 * 1024
PARTS_REMOVED = 4
"""Parts removed in one transaction: SQLite overwrites what is erased, and others wait for their turn to write."""


def stage(database: Database, secrets: SecretBox, account_id: int, content: Iterable[bytes]) -> str:
    """Store a file a part at a time, each in a transaction of its own; returns the id for the campaign to come.

    In one transaction 50 MB would keep everybody else from writing for seconds.
    """
    campaign_id = str(uuid_utils.uuid7())
    for part, octets in enumerate(_parts(content)):
        row = _row(secrets, account_id, campaign_id, part, octets)
        with database.write() as connection:
            connection.execute(insert(campaign_files).values(row))
    return campaign_id


def write_file(
    connection: Connection, secrets: SecretBox, account_id: int, campaign_id: str, content: Iterable[bytes]
) -> None:
    """Store a file in the caller's transaction."""
    for part, octets in enumerate(_parts(content)):
        connection.execute(insert(campaign_files).values(_row(secrets, account_id, campaign_id, part, octets)))


def write_part(
    connection: Connection, secrets: SecretBox, account_id: int, campaign_id: str, part: int, octets: bytes
) -> None:
    """Store one part, numbered from 0, of a file that is written as it comes. Best some hundred kB."""
    connection.execute(insert(campaign_files).values(_row(secrets, account_id, campaign_id, part, octets)))


def remove_parts(connection: Connection, campaign_id: str) -> bool:
    """Remove some of a file; True when there may be more."""
    of_campaign = campaign_files.c.campaign_id == campaign_id
    parts = list(connection.scalars(select(campaign_files.c.part).where(of_campaign).limit(PARTS_REMOVED)))
    connection.execute(delete(campaign_files).where(of_campaign, campaign_files.c.part.in_(parts)))
    return len(parts) == PARTS_REMOVED


@contextmanager
def unsealed(database: Database, secrets: SecretBox, campaign_id: str) -> Iterator[Path]:
    """Give the file as one on disk for as long as it is read.

    On Linux it never has a name, so nothing of it is left behind however this process ends.
    """
    with tempfile.NamedTemporaryFile() if sys.platform != "linux" else tempfile.TemporaryFile() as file:
        for octets in _stored(database, secrets, campaign_id):
            file.write(octets)
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}" if sys.platform == "linux" else str(file.name))


def _stored(database: Database, secrets: SecretBox, campaign_id: str) -> Iterator[bytes]:
    last = -1
    statement = select(campaign_files.c.part, campaign_files.c.content).order_by(campaign_files.c.part).limit(1)
    while True:
        with database.read() as connection:
            following = (campaign_files.c.campaign_id == campaign_id) & (campaign_files.c.part > last)
            row = connection.execute(statement.where(following)).first()
        if row is None:
            return
        last = row.part
        yield base64.b64decode(secrets.decrypt(base64.urlsafe_b64encode(row.content).decode("ascii")))


def _row(secrets: SecretBox, account_id: int, campaign_id: str, part: int, octets: bytes) -> dict[str, object]:
    # What is sealed is text, and comes as text: stored as the octets that it stands for it is a quarter shorter.
    sealed = base64.urlsafe_b64decode(secrets.encrypt(base64.b64encode(octets).decode("ascii")))
    return {"campaign_id": campaign_id, "part": part, "account_id": account_id, "content": sealed}


def _parts(content: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for octets in content:
        buffer += octets
        while len(buffer) >= PART_OCTETS:
            yield bytes(buffer[:PART_OCTETS])
            del buffer[:PART_OCTETS]
    if buffer:
        yield bytes(buffer)
