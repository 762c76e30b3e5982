"""The callback URLs that CleverTap shows: one for each CleverTap account of a customer, sealed."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.clevertap.tables import (
    IS_PENDING,
    ReportState,
    clevertap_destinations,
    clevertap_replies,
    clevertap_reports,
)
from connectors.shared.accounts.tables import accounts
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound
from connectors.shared.messages.tables import messages
from connectors.shared.secrets import SecretBox

_destinations = clevertap_destinations.c


@dataclass(frozen=True, slots=True)
class Destination:
    """Whose reports go where: a CleverTap account within one of our accounts."""

    account_id: int
    clevertap_account: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A destination as a person may see it: the URL without its query."""

    customer_id: str | None
    clevertap_account: str
    url: str = field(repr=False)


def store(connection: Connection, secrets: SecretBox, destination: Destination, url: str) -> None:
    """Keep the URL, in place of the one that was there; who calls has checked it."""
    dialect_insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    sealed = secrets.encrypt(url)
    connection.execute(
        dialect_insert(clevertap_destinations)
        .values(
            account_id=destination.account_id,
            clevertap_account=destination.clevertap_account,
            url_sealed=sealed,
            created_at=now_ms(),
        )
        .on_conflict_do_update(
            index_elements=[_destinations.account_id, _destinations.clevertap_account],
            set_={"url_sealed": sealed},
        )
    )


def remove(connection: Connection, destination: Destination) -> None:
    """Forget the URL; what was still to be told stays untold. Raises NotFound where there is none."""
    gone = connection.execute(
        delete(clevertap_destinations).where(
            _destinations.account_id == destination.account_id,
            _destinations.clevertap_account == destination.clevertap_account,
        )
    )
    if gone.rowcount == 0:
        raise NotFound(
            "No callback URL is stored for this CleverTap account. `connectors clevertap reports` lists them."
        )
    for owed in (clevertap_reports, clevertap_replies):
        connection.execute(
            update(owed)
            .where(
                IS_PENDING,
                owed.c.account_id == destination.account_id,
                owed.c.clevertap_account == destination.clevertap_account,
            )
            .values(state=ReportState.REFUSED.value, meta=None)
        )


def is_of_message() -> ColumnElement[bool]:
    """Whether a destination is that of a message; without a CleverTap account it is the customer's only one."""
    others = clevertap_destinations.alias().c
    another = (
        select(others.account_id)
        .where(
            others.account_id == _destinations.account_id,
            others.clevertap_account != _destinations.clevertap_account,
        )
        .exists()
    )
    named = messages.c.source_account == _destinations.clevertap_account
    only_one = messages.c.source_account.is_(None) & ~another
    return (_destinations.account_id == messages.c.account_id) & or_(named, only_one)


def list_all(connection: Connection, secrets: SecretBox, account_id: int | None = None) -> list[Listed]:
    """Return the destinations of one account, or of all. Raises SecretUnreadable after a lost key."""
    statement = (
        select(accounts.c.customer_id, _destinations.clevertap_account, _destinations.url_sealed)
        .join(accounts, accounts.c.id == _destinations.account_id)
        .order_by(accounts.c.customer_id, _destinations.clevertap_account)
    )
    if account_id is not None:
        statement = statement.where(_destinations.account_id == account_id)
    return [
        Listed(row.customer_id, row.clevertap_account, masked(secrets.decrypt(row.url_sealed)))
        for row in connection.execute(statement)
    ]


def masked(url: str) -> str:
    """Return the URL without what its query says."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}{'?***' if parts.query else ''}"
