"""Shops: found, connected, disconnected. What signs their webhooks is unsealed here and nowhere else."""

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, RowMapping, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.automations.definitions import Owner
from connectors.shared.clock import DAY, now_ms
from connectors.shared.errors import NotFound, NotUnderstood, WrongState
from connectors.shared.secrets import SecretBox, SecretUnreadable
from connectors.shopify.tables import (
    shopify_consents,
    shopify_events,
    shopify_numbers,
    shopify_records,
    shopify_shops,
)

CONNECTOR: Final = "shopify"
KEY_OVERLAP_MS: Final = DAY
"""How long a signing key is still good once another was given: what was signed with it may be on its way for hours."""
LONGEST_DOMAIN: Final = 100
# https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
_IS_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", re.ASCII).fullmatch
_BY_ID: Final = select(shopify_shops).where(shopify_shops.c.id == bindparam("shop"))


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as most of the code needs it."""

    id: int
    domain: str
    account_id: int | None
    name: str | None
    currency: str | None
    timezone: str | None
    country_code: str | None
    is_app: bool
    installed_at: int
    uninstalled_at: int | None
    left_at: int | None = None

    @property
    def owner(self) -> Owner | None:
        """Whose its automations are; None while it belongs to no account."""
        return None if self.account_id is None else Owner(CONNECTOR, str(self.id), self.account_id)


def read_domain(given: str) -> str:
    """Return a shop's permanent domain, `x.myshopify.com`. Raises NotUnderstood for what is none."""
    domain = given.strip().lower().removeprefix("https://").rstrip("/")
    if len(domain) > LONGEST_DOMAIN or not _IS_DOMAIN(domain):
        raise NotUnderstood(
            "Give the shop's permanent domain, such as x.myshopify.com: in Shopify under Settings, Domains."
        )
    return domain


def find_shop(connection: Connection, domain: str) -> Shop | None:
    """Return a shop by its domain, None where it was never connected."""
    row = connection.execute(select(shopify_shops).where(shopify_shops.c.domain == domain)).mappings().first()
    return None if row is None else _shop(row)


def get_shop(connection: Connection, shop_id: int) -> Shop | None:
    """Return a shop by our id, None where it is gone."""
    row = connection.execute(_BY_ID, {"shop": shop_id}).mappings().first()
    return None if row is None else _shop(row)


def lock_shop(connection: Connection, shop_id: int, *, wait: bool = False) -> Shop | None:
    """Return a shop that nobody else changes until the transaction ends; None where it is gone, or somebody else is
    at it and we do not `wait`.

    Not FOR UPDATE: every event that is kept refers to the row, and must not wait for it
    (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS).
    """
    statement = select(shopify_shops).where(shopify_shops.c.id == shop_id)
    row = connection.execute(statement.with_for_update(skip_locked=not wait, key_share=True)).mappings().first()
    return None if row is None else _shop(row)


def shop_of_account(connection: Connection, account_id: int, domain: str) -> Shop:
    """Return a shop of an account. Raises NotFound where it is not there or another's."""
    try:
        shop = find_shop(connection, read_domain(domain))
    except NotUnderstood:
        shop = None
    if shop is None or shop.account_id != account_id:
        raise NotFound("There is no such shop. Connect it with `connectors shopify connect`.")
    return shop


def list_shops(connection: Connection, account_id: int | None = None) -> list[Shop]:
    """Return the shops of an account, or all of them."""
    statement = select(shopify_shops).order_by(shopify_shops.c.domain)
    if account_id is not None:
        statement = statement.where(shopify_shops.c.account_id == account_id)
    return [_shop(row) for row in connection.execute(statement).mappings()]


def connect(connection: Connection, domain: str, account_id: int | None, **values: Any) -> Shop:
    """Make a shop, or change the one that is there; `values` are further columns.

    Who was given new tokens gives `installed_at`, too: an `app/uninstalled` of before may still be on its way.
    Raises WrongState where it belongs to another account.
    """
    moment = now_ms()
    first = {"account_id": account_id, "installed_at": moment, "created_at": moment, **values}
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    # Two may connect a new shop at once.
    made = make(shopify_shops).values(domain=domain, **first).on_conflict_do_nothing().returning(shopify_shops.c.id)
    known = find_shop(connection, domain)
    if known is None and connection.execute(made).first() is None:
        known = find_shop(connection, domain)
    if known is not None:
        if account_id is not None and known.account_id not in (None, account_id):
            raise WrongState(
                f"{domain} belongs to another account. Remove it there first: `connectors shopify remove`."
            )
        changed = {"account_id": account_id or known.account_id, **values}
        if known.uninstalled_at is not None:
            changed |= {"installed_at": moment, "uninstalled_at": None}
        connection.execute(update(shopify_shops).where(shopify_shops.c.id == known.id).values(**changed))
    shop = find_shop(connection, domain)
    if shop is None:
        raise NotFound("The shop was removed meanwhile.")
    return shop


def change_shop(connection: Connection, shop_id: int, **values: Any) -> None:
    """Change columns of a shop."""
    connection.execute(update(shopify_shops).where(shopify_shops.c.id == shop_id).values(**values))


def empty_shop(connection: Connection, shop_id: int, most: int, *, but_event: str = "") -> bool:
    """Forget events (but this one) and records of a shop, so many at a time; True where there may be more.

    Before `remove_shop`: in one transaction nobody else could write for as long as years of them take.
    """
    more = False
    for table in (shopify_events, shopify_numbers, shopify_records, shopify_consents):
        key = tuple_(*table.primary_key.columns)
        some = select(*table.primary_key.columns).where(table.c.shop_id == shop_id).limit(most)
        if table is shopify_events:
            some = some.where(table.c.id != but_event)
        more |= connection.execute(delete(table).where(key.in_(some))).rowcount == most
    return more


def remove_shop(connection: Connection, shop_id: int) -> None:
    """Forget a shop with its keys, events and records; steps and messages are the caller's to forget."""
    connection.execute(delete(shopify_shops).where(shopify_shops.c.id == shop_id))


def add_signing_key(connection: Connection, secrets: SecretBox, shop_id: int, key: str) -> None:
    """Have webhooks signed with this key be good; the one before it stays good for a day."""
    moment = now_ms()
    sealed = connection.scalar(select(shopify_shops.c.signing_keys_sealed).where(shopify_shops.c.id == shop_id))
    older = [entry for entry in _keys(secrets, sealed) if entry["key"] != key]
    for entry in older:
        entry["until"] = entry["until"] or moment + KEY_OVERLAP_MS
    kept = [{"key": key, "until": None}, *(entry for entry in older if entry["until"] > moment)]
    change_shop(connection, shop_id, signing_keys_sealed=secrets.encrypt(orjson.dumps(kept).decode()))


def signing_keys(connection: Connection, secrets: SecretBox, shop_id: int) -> tuple[str, ...]:
    """Return what a shop's webhooks may be signed with: its own keys, then the secret of its own app."""
    row = connection.execute(select(shopify_shops).where(shopify_shops.c.id == shop_id)).mappings().first()
    if row is None:
        return ()
    moment = now_ms()
    keys = [
        entry["key"] for entry in _keys(secrets, row["signing_keys_sealed"]) if (entry["until"] or moment) >= moment
    ]
    if row["client_secret_sealed"]:
        keys += [_unsealed(secrets, row["client_secret_sealed"])]
    return tuple(key for key in keys if key)


def _keys(secrets: SecretBox, sealed: str | None) -> list[dict[str, Any]]:
    found = _unsealed(secrets, sealed) if sealed else ""
    return list(orjson.loads(found)) if found else []


def _unsealed(secrets: SecretBox, sealed: str) -> str:
    try:
        return secrets.decrypt(sealed)
    except SecretUnreadable:
        return ""  # sealed under a key that is gone: nothing is signed with it as far as we can tell


def _shop(row: RowMapping) -> Shop:
    return Shop(**{name: row[name] for name in Shop.__slots__})
