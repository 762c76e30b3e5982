"""Verifications as connectors and commands use them: start, check, resend, show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.gateways.verifier import Verifier
from connectors.shared.routes.routing import Router
from connectors.shared.verifications import store
from connectors.shared.verifications.checking import Checker
from connectors.shared.verifications.choosing import Carriers
from connectors.shared.verifications.countries import AllowedCountries
from connectors.shared.verifications.limits import Limits
from connectors.shared.verifications.sending import CodeSender
from connectors.shared.verifications.slots import Slots
from connectors.shared.verifications.starting import Recipients, Starter


@dataclass(frozen=True, slots=True)
class VerificationRules:
    """What the operator decided."""

    limits: Limits
    countries: AllowedCountries
    trial_numbers: frozenset[str] = field(repr=False)
    most_at_once: int
    """Calls to vendors at once, in this process."""


class Verifications:
    """The door: `starter` sends codes, `checker` checks them."""

    def __init__(
        self, database: Database, verifiers: Mapping[str, Verifier], router: Router, rules: VerificationRules
    ) -> None:
        self._database = database
        self.verifiers = verifiers
        carriers = Carriers(database, verifiers, router)
        self.slots = Slots(rules.most_at_once)
        self.starter = Starter(
            database,
            CodeSender(database, carriers, rules.limits, self.slots),
            Recipients(rules.countries, rules.trial_numbers),
        )
        self.checker = Checker(database, carriers, self.slots)

    def show(self, account_id: int, verification_id: str) -> dict[str, Any]:
        """Return a verification in the API's shape. Raises NotFound."""
        with self._database.read() as connection:
            return store.present(store.find(connection, account_id, verification_id), now_ms())
