"""What becomes of a step that is due: everything counts as it is at this moment, not as it was when it was planned."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from connectors.shared.accounts.senders import Sender
from connectors.shared.automations import conditions, store, texts
from connectors.shared.automations.definitions import Automation, Owner, Trigger
from connectors.shared.automations.hours import opens_at
from connectors.shared.automations.senders import sender_of_owner
from connectors.shared.automations.sources import Ask, Ended, NotNow, Prospect, Source
from connectors.shared.automations.states import Consent, Reason, StepStatus
from connectors.shared.automations.steps import DISABLED, Step
from connectors.shared.clock import SECOND
from connectors.shared.errors import NotFound
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.hours import PromotionalHours
from connectors.shared.opt_outs.store import blocks, opted_out
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.secrets import SecretBox

SHORTEST_WAIT_MS: Final = SECOND

_GONE: Final = Ended(StepStatus.STOPPED, Reason.CANCELED, "It is no longer connected.")
_NO_SUCH_TRIGGER: Final = Ended(StepStatus.STOPPED, Reason.CANCELED, "There is no such automation any more.")
_TOO_LATE: Final = Ended(StepStatus.SKIPPED, Reason.TOO_LATE, "It was too late to send it when it could have been.")
_NEVER_OPEN: Final = Ended(
    StepStatus.SKIPPED, Reason.TOO_LATE, "No hour suits every place where a phone with this number may be."
)
_DISABLED: Final = Ended(StepStatus.SKIPPED, Reason.DISABLED, DISABLED)
_NO_CONSENT: Final = Ended(StepStatus.SKIPPED, Reason.NO_CONSENT, "They have not said yes to marketing by SMS.")
_CONDITIONS: Final = Ended(StepStatus.SKIPPED, Reason.CONDITIONS, "The automation's conditions are not met.")
_OPTED_OUT: Final = Ended(StepStatus.SKIPPED, Reason.OPTED_OUT, "This number has opted out.")


@dataclass(frozen=True, slots=True)
class Send:
    """Hand this message to the ledger; `about` is the prospect's."""

    message: NewMessage
    about: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again then; with `due_at` it is due only then. `tries` are those in vain by a fault of ours."""

    look_at: int
    due_at: int | None = None
    tries: int = 0


Verdict = Send | Wait | Ended


@dataclass(frozen=True, slots=True)
class Rules:
    """What the service decided. A step may be sent for `validity_ms` after it was due."""

    secrets: SecretBox
    hours: PromotionalHours
    validity_ms: int


@dataclass(slots=True)
class Judge:
    """Judges the steps of one look, on a connection for reading; what they share is read once."""

    rules: Rules
    source: Source
    connection: Connection
    now: int
    _owners: dict[str, tuple[Owner, Sender] | None] = field(default_factory=dict)
    _automations: dict[tuple[str, str], Automation] = field(default_factory=dict)

    def judge(self, step: Step, asked: Any = None) -> Verdict | Ask:
        """Return what becomes of a step; Ask where the tool has to be asked first. Raises what the source raises."""
        found = self._owner(step.owner)
        if found is None:
            return _GONE
        trigger = self.source.triggers.get(step.trigger)
        if trigger is None:
            return _NO_SUCH_TRIGGER
        automation = self._automation(found[0], trigger)
        due_at = step.happened_at if step.due_at is None else step.due_at
        if self.now > due_at + self.rules.validity_ms:
            return _TOO_LATE
        if not automation.enabled:
            return _DISABLED
        prospect = self.source.prospect(self.connection, step, automation, self.now, asked)
        if isinstance(prospect, NotNow):
            return Wait(max(prospect.until, self.now + SHORTEST_WAIT_MS), prospect.due_at)
        if isinstance(prospect, Prospect):
            return self._text(step, automation, trigger, prospect, *found)
        return prospect

    def _text(
        self, step: Step, automation: Automation, trigger: Trigger, prospect: Prospect, owner: Owner, sender: Sender
    ) -> Verdict:
        hindrance = self._hindrance(automation, prospect, owner) or self._hold(automation, prospect.number)
        if hindrance is not None:
            return hindrance
        try:
            message = texts.write(
                automation,
                trigger,
                values=prospect.values,
                locale=prospect.locale,
                sender=sender,
                number=prospect.number,
                source=self.source.connector,
                external_id=step.key or step.subject,
            )
        except texts.CannotWrite as error:
            return Ended(StepStatus.SKIPPED, Reason.TEXT, str(error))
        return Send(message, prospect.about)

    def _hindrance(self, automation: Automation, prospect: Prospect, owner: Owner) -> Ended | None:
        if automation.consent is Consent.MARKETING and not prospect.consented:
            return _NO_CONSENT
        if not conditions.met(automation.conditions, prospect.values):
            return _CONDITIONS
        number = prospect.number.digits
        scope = opted_out(self.connection, self.rules.secrets, owner.account_id, [number]).get(number)
        if scope is not None and blocks(scope, texts.message_type(automation.consent)):
            return _OPTED_OUT
        return None

    def _hold(self, automation: Automation, number: PhoneNumber) -> Wait | Ended | None:
        opening = opens_at(automation.hours, number.digits, self.now, self.rules.hours)
        if opening is None:
            return None
        if opens_at(automation.hours, number.digits, opening, self.rules.hours) is not None:
            return _NEVER_OPEN  # closed still when it opens: it would wait for ever
        return Wait(opening, opening)

    def _owner(self, name: str) -> tuple[Owner, Sender] | None:
        if name not in self._owners:
            self._owners[name] = self._find_owner(name)
        return self._owners[name]

    def _find_owner(self, name: str) -> tuple[Owner, Sender] | None:
        owner = self.source.owner(self.connection, name)
        try:
            return None if owner is None else (owner, sender_of_owner(self.connection, owner))
        except NotFound:
            return None

    def _automation(self, owner: Owner, trigger: Trigger) -> Automation:
        known = self._automations.get((owner.name, trigger.name))
        if known is None:
            known = store.get_automation(self.connection, owner, trigger)
            self._automations[owner.name, trigger.name] = known
        return known
