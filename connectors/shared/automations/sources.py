"""What a connector is to the runner: it says whose a step is, who is meant, and what a text may show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from connectors.shared.automations.definitions import Automation, Owner, Trigger
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Step
from connectors.shared.phone_numbers import PhoneNumber


@dataclass(frozen=True, slots=True)
class Prospect:
    """Who is to be texted and with what. `consented`: whether they said yes to marketing by SMS at this number."""

    number: PhoneNumber = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    locale: str | None
    consented: bool
    about: Any = field(default=None, repr=False)
    """What the connector wants told with the message once it is kept: see `settling.Sent`."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nobody is texted; `words` say why, without a number or a name."""

    status: StepStatus
    reason: Reason
    words: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """Something is still waited for: look again then. With `due_at` it is due only then, else it is overdue."""

    until: int
    due_at: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """The tool itself has to be asked first: `Source.ask`, outside of any transaction."""


class Source(Protocol):
    """What the runner asks a connector."""

    @property
    def connector(self) -> str:
        """What its owners' names begin with, and the source of its messages."""

    @property
    def triggers(self) -> Mapping[str, Trigger]:
        """What may happen in it, by name."""

    def owner(self, connection: Connection, name: str) -> Owner | None:
        """Return whose steps they are, None where it is gone or has no account."""

    def prospect(
        self, connection: Connection, step: Step, automation: Automation, now: int, asked: Any = None
    ) -> Prospect | Ended | NotNow | Ask:
        """Say who is meant, by what is known now; `asked` is what `ask` returned."""

    def ask(self, step: Step) -> Any:
        """Ask the tool for what is not known; what it returns goes into `prospect`. Raises nothing."""
