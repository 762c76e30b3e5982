"""The secrets in the URLs that vendors call: who has one may report on messages, of one account or of all.

Most vendors sign nothing, so the URL itself is the proof.
"""

from collections.abc import Sequence
from hmac import compare_digest
from typing import Final

from sqlalchemy import select

from connectors.shared.accounts.tables import accounts
from connectors.shared.database import Database
from connectors.shared.secrets import SecretBox

NO_CALLBACK: Final = "There is no such callback. Print its URL with `connectors callback-url`."
"""Told to whoever calls with a wrong token."""


class CallbackTokens:
    """The secrets in the callback URL: the operator's, and one for each account."""

    def __init__(self, operator: Sequence[str], secrets: SecretBox, database: Database) -> None:
        self._operator = operator
        self._secrets = secrets
        self._database = database

    def of_operator(self) -> str:
        """Return the token whose receipts may be for any account."""
        return self._operator[0]

    def of_account(self, account_id: int) -> str:
        """Return the token whose receipts can touch this account alone."""
        return f"{account_id}-{self._secrets.token('callback of account', str(account_id))}"

    def read(self, token: str) -> tuple[bool, int | None]:
        """Return whether the token is right, and the account it is for (None: the operator's)."""
        if any(compare_digest(token.encode(), known.encode()) for known in self._operator):
            return True, None
        number, _, _ = token.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            return False, None
        rights = self._secrets.tokens("callback of account", str(int(number)))
        right = any(compare_digest(token.encode(), f"{int(number)}-{known}".encode()) for known in rights)
        return right and self._exists(int(number)), int(number)

    def _exists(self, account_id: int) -> bool:
        with self._database.read() as connection:
            return connection.scalar(select(accounts.c.id).where(accounts.c.id == account_id)) is not None
