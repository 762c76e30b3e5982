"""By which of an account's connections a code travels, and who checks it."""

from collections.abc import Mapping

from sqlalchemy import Connection

from connectors.shared.accounts.store import connections_of
from connectors.shared.database import Database
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.gateways.verifier import Verifier
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.routes.routing import Router
from connectors.shared.verifications import store
from connectors.shared.verifications.states import CALL, PIN

_BY_ABILITY = frozenset({CALL, PIN})
"""Channels that few vendors have: routes say who carries messages, and these are none."""


class Carriers:
    """Who verifies, for every connection. One for a process."""

    def __init__(self, database: Database, verifiers: Mapping[str, Verifier], router: Router) -> None:
        self._database = database
        self._verifiers = verifiers
        self._router = router

    def choose(self, account_id: int, channel: str, number: PhoneNumber) -> tuple[int, Verifier]:
        """Return the connection (its id) by which a channel goes to a number, and who verifies for it.

        Raises NotFound where the account is gone, WrongState where its vendor verifies no numbers.
        """
        with self._database.read() as connection:
            gateways = {row["id"]: row["gateway"] for row in connections_of(connection, account_id)}
        if not gateways:
            raise NotFound("This account has been removed.")
        first = next(iter(gateways))
        if channel in _BY_ABILITY:
            chosen = next((each for each, name in gateways.items() if self._can(name, channel)), first)
        else:
            chosen = self._router.path(account_id, first, number.digits, "").connection_id
        # A route may be remembered for a moment longer than its connection is there.
        chosen = chosen if chosen in gateways else first
        return chosen, self._verifier(gateways[chosen])

    def of(self, connection: Connection, connection_id: int) -> Verifier:
        """Return who verifies for a connection. Raises NotFound, and WrongState where its vendor does not."""
        return self._verifier(store.gateway_of(connection, connection_id))

    def _verifier(self, gateway: str) -> Verifier:
        verifier = self._verifiers.get(gateway)
        if verifier is None:
            raise WrongState("The vendor of this account verifies no numbers.")
        return verifier

    def _can(self, gateway: str, channel: str) -> bool:
        verifier = self._verifiers.get(gateway)
        return verifier is not None and channel in verifier.channels
