"""The parts of a running service, put together once a process."""

from collections.abc import Mapping
from functools import cached_property, partial

from connectors.settings import Settings
from connectors.shared.accounts.door import Door
from connectors.shared.campaigns import erasing
from connectors.shared.clock import set_ahead
from connectors.shared.database import Database
from connectors.shared.gateways.base import Gateway
from connectors.shared.gateways.callback_tokens import CallbackTokens
from connectors.shared.gateways.installed import GATEWAYS
from connectors.shared.gateways.kinds import Built
from connectors.shared.gateways.message_central.gateway import NAME as MESSAGE_CENTRAL
from connectors.shared.gateways.message_central.gateway import MessageCentralGateway
from connectors.shared.idempotency import store as idempotency
from connectors.shared.incoming.arrivals import Arrivals
from connectors.shared.incoming.door import IncomingDoor
from connectors.shared.incoming.forgetting import forget_number as forget_incoming
from connectors.shared.messages.accept import Acceptor, AcceptRules
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.forgetting import Forgetting
from connectors.shared.messages.receipt import Receipt
from connectors.shared.messages.receipts import ReceiptWriter
from connectors.shared.messages.screening import Screening
from connectors.shared.messages.shared_commits import SharedCommits
from connectors.shared.opt_outs import store as opt_outs
from connectors.shared.routes.routing import Router
from connectors.shared.verifications.forgetting import forget_number
from connectors.shared.verifications.receipts import take_receipts
from connectors.shared.verifications.verifications import VerificationRules, Verifications
from connectors.shared.wakeup import wakeup_for


class Service:
    """What connectors, commands and the dispatcher work with. Parts are made when first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        set_ahead(settings.clock_ahead_ms)
        self.secrets = settings.secret_box()
        self.database = Database(settings.database_url)
        self.endings = Endings()
        self.arrivals = Arrivals()
        self.forgetting = Forgetting()
        self.forgetting.register_for_numbers(partial(opt_outs.forget, self.secrets))
        self.forgetting.register_for_numbers(partial(erasing.forget_number, self.secrets))
        self.forgetting.register(idempotency.forget)
        self.forgetting.register_for_numbers(partial(forget_number, self.secrets))
        self.forgetting.register_for_numbers(partial(forget_incoming, self.arrivals))
        self.wakeup = wakeup_for(self.database, settings.queue_url)

    @cached_property
    def acceptor(self) -> Acceptor:
        """The door of the ledger."""
        settings = self.settings
        rules = AcceptRules(
            validity_ms=settings.validity_ms,
            validity_otp_ms=settings.validity_otp_ms,
            deduplicate_ms=settings.deduplicate_ms,
            trial_numbers=settings.trial_numbers,
        )
        return Acceptor(self.database, rules, self.endings, self.wakeup, self.router)

    @cached_property
    def screening(self) -> Screening:
        """The last look before a message goes."""
        return Screening(self.secrets, self.endings, self.settings.promotional_hours, self.settings.daily_limit)

    @cached_property
    def receipts(self) -> SharedCommits[Receipt, bool]:
        """Where delivery receipts are handed in."""
        return SharedCommits("receipts", self.database, ReceiptWriter(self.endings, take_receipts).apply)

    @cached_property
    def built(self) -> Mapping[str, Built]:
        """Every gateway of this installation at work, by its name. Raises SettingsError."""
        return {kind.name: kind.build(self) for kind in GATEWAYS}

    @cached_property
    def gateways(self) -> Mapping[str, Gateway]:
        """Every vendor by its name."""
        return {name: built.gateway for name, built in self.built.items()}

    @cached_property
    def message_central(self) -> MessageCentralGateway:
        """The gateway to Message Central, whose logins CleverTap brings along."""
        gateway = self.gateways[MESSAGE_CENTRAL]
        assert isinstance(gateway, MessageCentralGateway)  # noqa: S101 - for the type alone
        return gateway

    @cached_property
    def router(self) -> Router:
        """Which connection carries a message."""
        return Router(self.database, [kind.name for kind in GATEWAYS if not kind.features.sender_id_needed])

    @cached_property
    def incoming(self) -> IncomingDoor:
        """The door for messages from phones."""
        return IncomingDoor(self.database, self.secrets, self.arrivals)

    @cached_property
    def verifications(self) -> Verifications:
        """Where numbers are verified by one-time codes."""
        settings = self.settings
        rules = VerificationRules(
            limits=settings.verification_limits,
            countries=settings.verification_countries,
            trial_numbers=settings.trial_numbers,
            most_at_once=max(1, settings.web_threads - 1),
        )
        verifiers = {name: built.verifier for name, built in self.built.items()}
        return Verifications(self.database, verifiers, self.router, rules)

    @cached_property
    def callback_tokens(self) -> CallbackTokens:
        """The secrets in the vendors' callback URLs."""
        return CallbackTokens(self.settings.callback_tokens, self.secrets, self.database)

    @cached_property
    def door(self) -> Door:
        """Who is calling with a Message Central login."""
        return Door(
            self.database,
            self.secrets,
            self.message_central,
            self.endings,
            most_waiting=max(1, self.settings.web_threads // 2),
        )

    def check(self) -> None:
        """Read the settings of every gateway now rather than when it is needed. Raises SettingsError."""
        self.built  # noqa: B018 - reading it is what does it

    def close(self) -> None:
        """Commit what waits and close connections."""
        for name in ("acceptor", "receipts"):
            if name in self.__dict__:
                self.__dict__[name].close()
        self.wakeup.close()
        self.database.dispose()
