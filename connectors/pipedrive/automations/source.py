"""Who is texted for a step of a company, and with what: Pipedrive is asked when it is due, and nothing before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from connectors.pipedrive.automations.facts import Facts, ask_facts
from connectors.pipedrive.automations.owners import CONNECTOR, company_of, find_owner
from connectors.pipedrive.automations.readers import readers_of_events
from connectors.pipedrive.automations.subscriptions import DEAL_KINDS, PERSON_KINDS
from connectors.pipedrive.automations.triggers import Triggers
from connectors.pipedrive.company.store import get_company, sender_of
from connectors.pipedrive.contacts.phones import first_usable
from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Disconnected, NotAllowed, PipedriveError, RateLimited
from connectors.pipedrive.messages.recording import record
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import pipedrive_companies
from connectors.shared.automations.definitions import Automation, Owner, Trigger
from connectors.shared.automations.running import Ask, Ended, NotNow, Prospect
from connectors.shared.automations.settling import Sent
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Step
from connectors.shared.automations.store import get_automation
from connectors.shared.clock import HOUR, MINUTE, SECOND
from connectors.shared.errors import NotFound, StoreUnavailable, WrongState
from connectors.shared.phone_numbers import read_number

_LONGEST_REST_MS: Final = HOUR
_GONE: Final = Ended(StepStatus.STOPPED, Reason.CANCELED, "The company is no longer connected.")
_NO_PHONE: Final = Ended(StepStatus.SKIPPED, Reason.NO_NUMBER, "The contact has no phone number.")
_UNREADABLE: Final = Ended(
    StepStatus.SKIPPED, Reason.NO_NUMBER, "None of the contact's phone numbers can be read as one to text."
)
_HIDDEN: Final = Ended(
    StepStatus.SKIPPED, Reason.NO_NUMBER, "Pipedrive does not let the app read this. Install it anew, as an admin."
)


@dataclass(frozen=True, slots=True)
class Later:
    """Pipedrive cannot say now; it may in so many milliseconds."""

    pause_ms: int = MINUTE


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a message is, and in whose name Pipedrive was asked."""

    who: GrantKey
    person_id: int


class PipedriveSource:
    """What the runner asks about a company's steps."""

    connector: str = CONNECTOR
    triggers: Mapping[str, Trigger] = Triggers()

    def __init__(self, parts: Context) -> None:
        self._parts = parts

    def owner(self, connection: Connection, name: str) -> Owner | None:
        """Return whose steps they are, None where the company is gone or has no account."""
        return find_owner(connection, company_of(name))

    def prospect(
        self, connection: Connection, step: Step, automation: Automation, now: int, asked: Any = None
    ) -> Prospect | Ended | NotNow | Ask:
        """Say who is meant; `asked` is what `ask` returned."""
        if isinstance(asked, Ended):
            return asked
        if isinstance(asked, Later):
            return NotNow(now + asked.pause_ms)
        return self._prospect(connection, step, asked) if isinstance(asked, Facts) else Ask()

    def ask(self, step: Step) -> Facts | Ended | Later:
        """Ask Pipedrive for the person, and the deal, as they are now."""
        try:
            with self._parts.service.database.read() as connection:
                kinds = DEAL_KINDS if "deal" in step.refs else PERSON_KINDS
                users = readers_of_events(connection, company_of(step.owner), kinds)
                owner = find_owner(connection, company_of(step.owner))
                if owner is None:
                    return _GONE
                automation = get_automation(connection, owner, self.triggers[step.trigger])
            return self._ask(users, step, automation)
        except RateLimited as error:
            return Later(min(_LONGEST_REST_MS, max(SECOND, int(error.seconds * SECOND))))
        except (PipedriveError, StoreUnavailable):
            return Later()

    def sent(self, connection: Connection, sent: Sequence[Sent]) -> None:
        """Keep whose each message is, for the contact's history, and the entry that Pipedrive is owed for it.

        Raises WrongState where the company is being removed: nothing is sent then.
        """
        for each in sent:
            company_id = company_of(each.step.owner)
            _hold(connection, company_id)
            addressed: Addressed = each.about
            record(connection, get_company(connection, company_id), addressed.who, addressed.person_id, each.message_id)

    def _ask(self, users: Sequence[GrantKey], step: Step, automation: Automation) -> Facts | Ended | Later:
        """Ask in the name of the first who may; raises PipedriveError."""
        found: Ended | Later = Later()
        for who in users:
            try:
                return ask_facts(self._parts, who, step, automation)
            except Disconnected:
                continue
            except NotAllowed:
                found = _HIDDEN
        return found

    def _prospect(self, connection: Connection, step: Step, facts: Facts) -> Prospect | Ended:
        try:
            company = get_company(connection, company_of(step.owner))
            country = sender_of(connection, company).country_code
        except (NotFound, WrongState):
            return _GONE
        phone = first_usable(facts.person.phones, country)
        if phone is None or phone.e164 is None:
            return _UNREADABLE if facts.person.phones else _NO_PHONE
        return Prospect(
            number=read_number(phone.e164),
            values=facts.values,
            locale=None,
            # To whom it may advertise is for the company to know, as with its campaigns. Who opted out is left out.
            consented=True,
            about=Addressed(facts.who, facts.person.id),
        )


def _hold(connection: Connection, company_id: int) -> None:
    """Have a company stay until the transaction ends. Whoever removes it waits for its steps, which are ours now: so
    it is not waited for here."""
    company = pipedrive_companies.c.company_id
    statement = pipedrive_companies.select().with_only_columns(company).where(company == company_id)
    held = statement.with_for_update(read=True, key_share=True, skip_locked=True)
    if connection.execute(held).first() is None:
        raise WrongState("The company is being removed.")
