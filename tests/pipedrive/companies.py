"""Companies of Pipedrive that have the app: put into the sandbox and into our database."""

from typing import Any

from sqlalchemy import Connection, insert, update

from connectors.pipedrive.context import Context, make_context
from connectors.pipedrive.platform.grants import GrantKey, remove, sealed
from connectors.pipedrive.platform.oauth import IssuedTokens
from connectors.pipedrive.settings import read_pipedrive_settings
from connectors.pipedrive.tables import pipedrive_companies, pipedrive_grants
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.accounts.store import Defaults, Login, add_account
from connectors.shared.clock import SECOND, now_ms

COMPANY, USER = 1, 7
CUSTOMER_ID, PASSWORD, SENDER_ID, COUNTRY = "C-ONE", "password", "UTOMOB", "91"


def parts_of(service: Service) -> Context:
    """Return the parts of the connector with the environment's settings."""
    settings = read_pipedrive_settings()
    assert settings is not None
    return make_context(service, settings)


def install(
    where: Service | Context,
    outside: SandboxServer,
    company_id: int = COMPANY,
    user_id: int = USER,
    is_admin: bool = True,
    name: str = "Asha Example",
    expires_in: int = 3599,
) -> GrantKey:
    """Have a user of a company let the app in, as the callback would keep it. May be called again for other users."""
    service = where.service if isinstance(where, Context) else where
    book = outside.sandbox.pipedrive
    book.add_company(company_id)
    book.add_user(company_id, user_id, name, is_admin)
    tokens = book.issue_tokens(company_id, user_id, expires_in)
    with service.database.write() as connection:
        _ensure_company(connection, company_id)
        remove(connection, GrantKey(company_id, user_id))
        values = sealed(
            service.secrets,
            IssuedTokens(
                access=tokens["access_token"],
                refresh=tokens["refresh_token"],
                expires_at=now_ms() + expires_in * SECOND,
                api_domain=outside.url,
            ),
        )
        connection.execute(
            insert(pipedrive_grants).values(
                company_id=company_id,
                user_id=user_id,
                name=name,
                is_admin=is_admin,
                timezone="Asia/Kolkata",
                api_domain=outside.url,
                installed_at=now_ms(),
                **values,
            )
        )
    return GrantKey(company_id, user_id)


def bearer(outside: SandboxServer, company_id: int = COMPANY, user_id: int = USER) -> dict[str, str]:
    """Return the header that a page of this user sends."""
    return {"Authorization": f"Bearer {outside.sandbox.pipedrive.signed_token(company_id, user_id)}"}


def set_up(where: Service | Context, company_id: int = COMPANY, customer_id: str = CUSTOMER_ID, **settings: Any) -> int:
    """Give an installed company an account at Message Central; `settings` are columns. Returns the account's id."""
    service = where.service if isinstance(where, Context) else where
    columns = {"sender_id": SENDER_ID, "country_code": COUNTRY, "message_type": "TRANSACTION", "saved_at": now_ms()}
    with service.database.write() as connection:
        defaults = Defaults(sender_id=SENDER_ID, country_code=COUNTRY)
        account_id = add_account(connection, service.secrets, Login(customer_id, PASSWORD), defaults)
        values = columns | settings | {"account_id": account_id}
        is_it = pipedrive_companies.c.company_id == company_id
        changed = connection.execute(update(pipedrive_companies).where(is_it).values(**values)).rowcount
    assert changed == 1, "install() comes before set_up()"
    return account_id


def share_account(where: Service | Context, company_id: int, account_id: int) -> None:
    """Have an installed company send by an account that is there."""
    service = where.service if isinstance(where, Context) else where
    is_it = pipedrive_companies.c.company_id == company_id
    with service.database.write() as connection:
        connection.execute(update(pipedrive_companies).where(is_it).values(account_id=account_id))


def _ensure_company(connection: Connection, company_id: int) -> None:
    is_it = pipedrive_companies.c.company_id == company_id
    if connection.execute(pipedrive_companies.select().where(is_it)).first() is None:
        values = {"company_id": company_id, "name": "Acme", "domain": "acme", "created_at": now_ms()}
        connection.execute(insert(pipedrive_companies).values(**values))
