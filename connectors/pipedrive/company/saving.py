"""Saving a company's settings: its login is tried at Message Central first, then all is kept at once or nothing.

A company gets an account of ours by naming its customer id and bringing the password that Message Central accepts now:
whoever knows the customer id alone gets nowhere, also where we have an account of that customer already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, update
from sqlalchemy.exc import IntegrityError

from connectors.pipedrive.company.store import get_row, templates_owner
from connectors.pipedrive.context import Context
from connectors.pipedrive.tables import pipedrive_companies
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import (
    Defaults,
    Login,
    add_account,
    connect,
    find_account,
    gateway_login,
    login_row,
    read_login,
    update_account,
)
from connectors.shared.clock import now_ms
from connectors.shared.errors import ConnectorsError
from connectors.shared.gateways.base import SendResult, Verdict
from connectors.shared.secrets import SecretBox, SecretUnreadable
from connectors.shared.templates.store import move_all
from connectors.shared.web.bodies import InvalidFields

COLUMNS: Final = (
    *("sender_id", "country_code", "message_type", "entity_id", "channel"),
    *("log_single", "log_campaign", "activity_type", "campaign_senders"),
)
RETRY_SECONDS: Final = 10
MOST_TRIES: Final = 3
NOT_ACCEPTED: Final = "Message Central does not accept this customer id with this password."
TOO_MANY_TRIES: Final = (
    "Too many passwords were tried for this customer id. Wait a few seconds, then try the right one."
)
_LOGIN: Final = ("customer_id", "password", "email")


class VendorAway(ConnectorsError):
    """Message Central cannot be asked now; nothing was saved. `seconds` from now it is worth another try."""

    def __init__(self, words: str, seconds: float = RETRY_SECONDS) -> None:
        self.seconds = max(1, round(seconds))
        super().__init__(words)


class TooManyTries(ConnectorsError):
    """So many passwords came for this customer id that none is tried for now."""

    seconds = RETRY_SECONDS


@dataclass(frozen=True, slots=True)
class WantedLogin:
    """A login to be tried; `names_email`: whether its email is to be kept, or cleared."""

    login: Login
    names_email: bool


def save(parts: Context, company_id: int, given: Mapping[str, Any]) -> None:
    """Save what is given of the settings, as `SettingsSchema` loads them.

    Raises InvalidFields for a login that is incomplete or wrong, TooManyTries, VendorAway, and NotFound where the
    company is gone.
    """
    wanted = _wanted_login(parts, company_id, given)
    if wanted is not None:
        _try_out(parts, wanted.login, given.get("country_code"))
    changes = {name: given[name] for name in COLUMNS if name in given}
    for remaining in reversed(range(MOST_TRIES)):
        try:
            with parts.service.database.write() as connection:
                _keep(connection, parts.service.secrets, company_id, changes, wanted)
            break
        except IntegrityError:
            # Somebody else made the customer's account at the same moment: the next look finds it.
            if not remaining:
                raise
    if wanted is not None:
        parts.service.wakeup.announce()  # what a wrong password held back goes out


def _wanted_login(parts: Context, company_id: int, given: Mapping[str, Any]) -> WantedLogin | None:
    """Return the login that would be the company's, None where it stays as it is. Raises InvalidFields, NotFound."""
    service = parts.service
    with service.database.read() as connection:
        row = get_row(connection, company_id)
        linked = None if row["account_id"] is None else login_row(connection, row["account_id"])
        if not any(name in given for name in _LOGIN):
            return None
        if linked is None or given.get("customer_id", linked["login"]) != linked["login"]:
            return WantedLogin(_whole_login(given), "email" in given)
        email = given.get("email", linked["email"])
        if "password" not in given and email == linked["email"]:
            return None
        password = given.get("password") or _stored_password(connection, service.secrets, linked)
    return WantedLogin(Login(linked["login"], password, email), "email" in given)


def _whole_login(given: Mapping[str, Any]) -> Login:
    """Return the login of a customer that this company has not used so far. Raises InvalidFields."""
    words = {
        "customer_id": "Enter the customer id of your Message Central account.",
        "password": "Enter the Message Central password that belongs to this customer id.",
    }
    missing = {name: [text] for name, text in words.items() if given.get(name) is None}
    if missing:
        raise InvalidFields(missing)
    return Login(given["customer_id"], given["password"], given.get("email"))


def _stored_password(connection: Connection, secrets: SecretBox, linked: RowMapping) -> str:
    try:
        return read_login(connection, secrets, linked["id"])[0].password
    except SecretUnreadable:
        raise InvalidFields({"password": ["Enter the password again: the stored one cannot be read."]}) from None


def _try_out(parts: Context, login: Login, country_code: str | None) -> None:
    """Ask Message Central whether a login is right. Raises InvalidFields where it is not, TooManyTries, VendorAway."""
    guesses = parts.memory.guesses
    if guesses.seconds_to_turn(login.customer_id) != 0:
        raise TooManyTries(TOO_MANY_TRIES)
    result: SendResult = parts.service.message_central.check(login, country_code)
    if result.verdict is Verdict.ACCEPTED:
        guesses.right(login.customer_id)
    elif result.verdict is Verdict.ACCOUNT_REFUSED:
        raise InvalidFields({"password": [NOT_ACCEPTED]})
    else:
        words = result.explanation or "Message Central is not available at the moment."
        raise VendorAway(f"{words} Nothing was saved. Try again in a minute.", result.retry_after or RETRY_SECONDS)


def _keep(
    connection: Connection,
    secrets: SecretBox,
    company_id: int,
    changes: dict[str, Any],
    wanted: WantedLogin | None,
) -> None:
    row = get_row(connection, company_id, lock=True)
    values = changes | {"saved_at": now_ms()}
    if wanted is not None:
        values["account_id"] = _account_of(connection, secrets, wanted, {**row, **changes})
        move_all(connection, templates_owner(company_id), values["account_id"])
    own = pipedrive_companies.c.company_id == company_id
    connection.execute(update(pipedrive_companies).where(own).values(values))


def _account_of(connection: Connection, secrets: SecretBox, wanted: WantedLogin, company: Mapping[str, Any]) -> int:
    """Return the account of a login that Message Central accepted, made or brought up to date."""
    login = wanted.login
    account_id = find_account(connection, login.customer_id)
    if account_id is None:
        return add_account(connection, secrets, login, _defaults(company))
    stored = login_row(connection, account_id)
    if stored is None:  # so far it sends by other gateways alone
        connect(connection, secrets, account_id, gateway_login(login), _defaults(company))
        return account_id
    email = login.email if wanted.names_email else stored["email"]
    digests = secrets.digests("login", login.customer_id, login.password)
    is_known = any(compare_digest(stored["secret_digest"], digest) for digest in digests)
    if not is_known or email != stored["email"] or stored["state"] != ConnectionState.ACTIVE.value:
        update_account(connection, secrets, login.customer_id, {"email": email}, login.password)
    return account_id


def _defaults(company: Mapping[str, Any]) -> Defaults:
    return Defaults(
        sender_id=company["sender_id"],
        country_code=company["country_code"],
        message_type=company["message_type"] or Defaults().message_type,
        entity_id=company["entity_id"],
    )
