"""Accounts and their connections: made, changed, found and removed."""

import json
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.tables import accounts, api_keys, connections
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound, NotUnderstood, WrongState
from connectors.shared.gateways.logins import GatewayLogin
from connectors.shared.secrets import SecretBox

MESSAGE_CENTRAL = "message-central"
MESSAGE_TYPES = ("TRANSACTION", "PROMOTIONAL", "OTP")


@dataclass(frozen=True, slots=True)
class Login:
    """Credentials at a vendor."""

    customer_id: str
    password: str = field(repr=False)
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a message gets where it does not say so itself, and on what terms it travels."""

    sender_id: str | None = None
    country_code: str | None = None
    message_type: str = "TRANSACTION"
    entity_id: str | None = None
    template_id: str | None = None
    rate: float = 0.0
    bulk: bool = True


def secret_digest(secrets: SecretBox, login: Login) -> bytes:
    """Return what a password is compared by without decrypting the stored one."""
    return secrets.digest("login", login.customer_id, login.password)


def add_account(connection: Connection, secrets: SecretBox, login: Login, defaults: Defaults) -> int:
    """Make an account with its connection; returns the account's id. Raises WrongState where it exists."""
    if find_account(connection, login.customer_id) is not None:
        raise WrongState(
            f"There is an account for {login.customer_id} already. Change it with `connectors accounts update`."
        )
    account_id = insert_account(connection, login.customer_id)
    insert_connection(connection, secrets, account_id, login, ConnectionState.ACTIVE, defaults)
    return account_id


def add_gateway_account(
    connection: Connection, secrets: SecretBox, customer_id: str, login: GatewayLogin, defaults: Defaults
) -> int:
    """Make an account with its first connection, to any gateway; returns the account's id. Raises WrongState."""
    if find_account(connection, customer_id) is not None:
        raise WrongState(
            f"There is an account for {customer_id} already. Change it with `connectors accounts update`, or give it "
            "another gateway with `connectors accounts connect`."
        )
    account_id = insert_account(connection, customer_id)
    connect(connection, secrets, account_id, login, defaults)
    return account_id


def insert_account(connection: Connection, customer_id: str | None) -> int:
    """Insert the bare account; `customer_id` None while its credentials are unproven."""
    statement = insert(accounts).values(customer_id=customer_id, created_at=now_ms())
    return int(connection.execute(statement.returning(accounts.c.id)).scalar_one())


def insert_connection(
    connection: Connection,
    secrets: SecretBox,
    account_id: int,
    login: Login,
    state: ConnectionState,
    defaults: Defaults,
) -> int:
    """Insert a connection of an account; returns its id."""
    values = {entry.name: getattr(defaults, entry.name) for entry in fields(Defaults)}
    statement = insert(connections).values(
        account_id=account_id,
        gateway=MESSAGE_CENTRAL,
        state=state.value,
        created_at=now_ms(),
        **login_values(secrets, login),
        **values,
    )
    return int(connection.execute(statement.returning(connections.c.id)).scalar_one())


def gateway_login(login: Login) -> GatewayLogin:
    """Return a login of Message Central as one of any vendor."""
    return GatewayLogin(MESSAGE_CENTRAL, login.customer_id, {"password": login.password}, email=login.email)


def login_values(secrets: SecretBox, login: Login) -> dict[str, Any]:
    """Return the columns that hold a login, the password sealed."""
    return gateway_login_values(secrets, gateway_login(login))


def gateway_login_values(secrets: SecretBox, login: GatewayLogin) -> dict[str, Any]:
    """Return the columns that hold any vendor's login, its secret sealed."""
    secret = next(iter(login.secret.values()))
    return {
        "login": login.login,
        "email": login.email,
        "options": json.dumps(dict(login.options)) if login.options else None,
        "secret_sealed": secrets.encrypt(json.dumps(dict(login.secret))),
        "secret_digest": secrets.digest("login", login.login, secret),
    }


def connect(
    connection: Connection, secrets: SecretBox, account_id: int, login: GatewayLogin, defaults: Defaults
) -> int:
    """Give an account a connection to a gateway; returns its id. Raises WrongState where it has one."""
    # Two commands at once take turns.
    connection.execute(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update(key_share=True))
    if find_connection(connection, account_id, login.gateway) is not None:
        raise WrongState(
            f"The account is connected to {login.gateway} already. Change it with `connectors accounts update "
            f"--gateway {login.gateway}`."
        )
    statement = insert(connections).values(
        account_id=account_id,
        gateway=login.gateway,
        state=ConnectionState.ACTIVE.value,
        created_at=now_ms(),
        **gateway_login_values(secrets, login),
        **{entry.name: getattr(defaults, entry.name) for entry in fields(Defaults)},
    )
    return int(connection.execute(statement.returning(connections.c.id)).scalar_one())


def find_connection(connection: Connection, account_id: int, gateway: str) -> RowMapping | None:
    """Return the row of an account's connection to a gateway, None where it has none."""
    statement = select(connections).where(
        connections.c.account_id == account_id,
        connections.c.gateway == gateway,
        connections.c.state != ConnectionState.MERGED.value,
    )
    return connection.execute(statement.order_by(connections.c.id).limit(1)).mappings().first()


def connections_of(connection: Connection, account_id: int) -> list[RowMapping]:
    """Return the rows of an account's connections; the first is the one that sends where no route says otherwise."""
    statement = select(connections).where(
        connections.c.account_id == account_id, connections.c.state != ConnectionState.MERGED.value
    )
    return list(connection.execute(statement.order_by(connections.c.id)).mappings())


def read_gateway_login(connection: Connection, secrets: SecretBox | None, connection_id: int) -> GatewayLogin:
    """Return a connection's credentials; without `secrets` all but the secret.

    Raises NotFound where it is gone, SecretUnreadable without its key.
    """
    row = connection.execute(select(connections).where(connections.c.id == connection_id)).mappings().first()
    if row is None:
        raise NotFound("This connection has been removed.")
    return GatewayLogin(
        gateway=row["gateway"],
        login=row["login"],
        secret={} if secrets is None else json.loads(secrets.decrypt(row["secret_sealed"])),
        options=json.loads(row["options"] or "{}"),
        email=row["email"],
    )


def read_login(connection: Connection, secrets: SecretBox, connection_id: int) -> tuple[Login, str | None]:
    """Return a connection's login and its default country. Raises NotFound where it is gone."""
    row = connection.execute(select(connections).where(connections.c.id == connection_id)).mappings().first()
    if row is None:
        raise NotFound("This connection has been removed.")
    password = json.loads(secrets.decrypt(row["secret_sealed"]))["password"]
    return Login(row["login"], password, row["email"]), row["country_code"]


def update_account(
    connection: Connection,
    secrets: SecretBox,
    customer_id: str,
    changes: dict[str, Any],
    password: str | None,
) -> None:
    """Change an account's connection to Message Central; a new password, or any change, ends a pause."""
    account_id, _ = require_account(connection, customer_id)
    row = require_connection(connection, account_id, MESSAGE_CENTRAL)
    login = None
    if password is not None:
        email = changes.get("email", row["email"])
        login = GatewayLogin(MESSAGE_CENTRAL, row["login"], {"password": password}, email=email)
    update_connection(connection, secrets, row["id"], changes, login)


def update_connection(
    connection: Connection,
    secrets: SecretBox,
    connection_id: int,
    changes: dict[str, Any],
    login: GatewayLogin | None,
) -> None:
    """Change a connection; a new login (None: as it was), or any change, ends a pause. Raises NotUnderstood."""
    values = dict(changes)
    if login is not None:
        values |= gateway_login_values(secrets, login) | {"token_sealed": None, "token_expires_at": None}
    if not values:
        raise NotUnderstood("Nothing to change: give at least one option.")
    values |= {"state": "active", "reason_code": None, "reason": None, "failures": 0, "retry_at": None}
    connection.execute(update(connections).where(connections.c.id == connection_id).values(values))


def find_account(connection: Connection, customer_id: str) -> int | None:
    """Return the id of a customer's account, None where there is none."""
    return connection.scalar(select(accounts.c.id).where(accounts.c.customer_id == customer_id))


def require_account(connection: Connection, customer_id: str | None) -> tuple[int, str]:
    """Return (id, customer id) of the account named, or of the only one. Raises NotFound or NotUnderstood."""
    statement = select(accounts.c.id, accounts.c.customer_id).where(accounts.c.customer_id.is_not(None))
    if customer_id is not None:
        statement = statement.where(accounts.c.customer_id == customer_id)
    rows = connection.execute(statement.limit(2)).all()
    if not rows:
        wanted = f" {customer_id}" if customer_id else ""
        raise NotFound(f"There is no account{wanted}. Add it with `connectors accounts add`.")
    if len(rows) > 1:
        raise NotUnderstood("There are several accounts: say which with --customer-id.")
    return rows[0].id, rows[0].customer_id


def main_connection(connection: Connection, customer_id: str) -> RowMapping:
    """Return the row of a customer's first connection, by which messages go that no route leads elsewhere.

    Raises NotFound.
    """
    account_id, _ = require_account(connection, customer_id)
    return require_connection(connection, account_id, None)


def require_connection(connection: Connection, account_id: int, gateway: str | None) -> RowMapping:
    """Return the row of an account's connection to a gateway; None: of its first. Raises NotFound."""
    found = connections_of(connection, account_id)
    row = next((each for each in found if gateway in (None, each["gateway"])), None)
    if row is None:
        to = f" to {gateway}: make one with `connectors accounts connect --gateway {gateway}`" if gateway else ""
        raise NotFound(f"The account has no connection{to}.")
    return row


def login_row(connection: Connection, account_id: int) -> RowMapping | None:
    """Return the row of an account's own connection to Message Central, None where it has none."""
    return find_connection(connection, account_id, MESSAGE_CENTRAL)


def delete_account(connection: Connection, account_id: int) -> None:
    """Remove an account with its connections and keys; its messages must be gone already."""
    connection.execute(delete(api_keys).where(api_keys.c.account_id == account_id))
    connection.execute(delete(connections).where(connections.c.account_id == account_id))
    connection.execute(delete(accounts).where(accounts.c.id == account_id))


def account_ids(connection: Connection) -> list[int]:
    """Return the ids of all accounts, in the order they were made."""
    statement = select(accounts.c.id).where(accounts.c.customer_id.is_not(None)).order_by(accounts.c.id)
    return list(connection.scalars(statement))


def mark_proven(connection: Connection, connection_id: int) -> None:
    """Remember that the vendor accepted the credentials."""
    connection.execute(update(connections).where(connections.c.id == connection_id).values(proven_at=now_ms()))
