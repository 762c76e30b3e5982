"""One-time codes of our own, for vendors that have none: made here, sent as a message, checked here.

The code itself is handed to the gateway and forgotten: it is in no table (a keyed digest is), no log, no exception and
no repr. It does not go through the ledger either, which keeps texts. Where a vendor confirms a number by a call from
it, or makes a PIN and tells it, those are channels too.
"""

import secrets as randomness
from collections.abc import Callable
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, RowMapping, select

from connectors.shared.accounts.tables import connections
from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import NotFound, StoreUnavailable
from connectors.shared.gateways.base import Fault, Gateway, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.verifier import (
    CallConfirmation,
    CallToConfirm,
    CheckResult,
    CheckVerdict,
    CodeRequest,
    PinSender,
    SentPin,
    StartResult,
    StartVerdict,
    refused_channel,
)
from connectors.shared.secrets import SecretBox
from connectors.shared.verifications import code_rows, limits
from connectors.shared.verifications.code_rows import NewCode
from connectors.shared.verifications.code_texts import code_text, pin_text
from connectors.shared.verifications.own_starts import of_call, of_pin, of_send
from connectors.shared.verifications.states import CALL, PIN, SMS

LIFETIME_MS: Final = 10 * MINUTE
CALL_LIFETIME_MS: Final = 15 * MINUTE
"""Until the vendor has said how long it waits for the call."""

_A_CODE_IS_OUT = "A code went to this number less than a minute ago."

log = structlog.get_logger()

Answer = TypeVar("Answer")


class OwnCodes:
    """Verifies numbers for one gateway. Safe to share between threads."""

    def __init__(
        self,
        name: str,
        database: Database,
        secrets: SecretBox,
        gateway: Gateway,
        *,
        calls: CallConfirmation | None = None,
        pins: PinSender | None = None,
    ) -> None:
        self.name = name
        self.channels = (SMS, *((CALL,) if calls else ()), *((PIN,) if pins else ()))
        self._database = database
        self._secrets = secrets
        self._gateway = gateway
        self._calls = calls
        self._pins = pins

    def start(self, connection_id: int, request: CodeRequest) -> StartResult:
        """Have a code sent, or a number named that is to be called. Raises NotFound and StoreUnavailable."""
        refused = refused_channel(f"The gateway {self.name}", self.channels, request.channel)
        if refused is not None:
            return refused
        if request.channel == CALL and self._calls is not None:
            return self._start_by_call(self._calls, connection_id, request)
        if request.channel == PIN and self._pins is not None:
            return self._start_by_pin(self._pins, connection_id, request)
        return self._start_by_message(connection_id, request)

    def check(self, connection_id: int, vendor_id: str, code: str, language: str | None) -> CheckResult:
        """Compare a code. Wrong ones are counted by who asks: see `checking`."""
        moment = now_ms()
        with self._database.write() as connection:
            row = code_rows.find_code(connection, connection_id, vendor_id)
            verdict = self._verdict(row, code, moment)
            if verdict is CheckVerdict.RIGHT and not code_rows.use(connection, vendor_id, moment):
                verdict = CheckVerdict.USED
        if verdict is CheckVerdict.UNAVAILABLE:
            return CheckResult(verdict, explanation="The code is on its way still. Try again in a few seconds.")
        return CheckResult(verdict)

    def _verdict(self, row: RowMapping | None, code: str, moment: int) -> CheckVerdict:
        if row is None:
            return CheckVerdict.UNKNOWN
        if row["expires_at"] <= moment:
            return CheckVerdict.EXPIRED
        if row["code_digest"] is None:
            return CheckVerdict.UNAVAILABLE
        return CheckVerdict.RIGHT if code_rows.is_code(self._secrets, row, code) else CheckVerdict.WRONG

    def _start_by_message(self, connection_id: int, request: CodeRequest) -> StartResult:
        code = _random_code(request.code_length)
        lifetime_ms = _shorter(LIFETIME_MS, request)
        seconds = lifetime_ms / SECOND
        outgoing = self._outgoing(connection_id, code_text(code, request.language, seconds))
        new, exists = self._reserve(connection_id, request, lifetime_ms, code)
        if exists is not None:
            return exists
        recipient = Recipient(request.country_code, request.national)
        sent = self._ask(lambda: self._gateway.send(connection_id, outgoing, [recipient]), lambda result: result)
        return self._settle(new, of_send(dict(sent.exceptions).get(0, sent), new.id, seconds))

    def _start_by_call(self, calls: CallConfirmation, connection_id: int, request: CodeRequest) -> StartResult:
        new, exists = self._reserve(connection_id, request, _shorter(CALL_LIFETIME_MS, request))
        if exists is not None:
            return exists
        asked = self._ask(lambda: calls.ask(connection_id, new.number), lambda result: CallToConfirm(None, 0, result))
        seconds = min(asked.seconds, request.ttl_seconds or asked.seconds)
        expires_at = new.created_at + int(seconds * SECOND)
        return self._settle(new, of_call(asked, new.id, seconds), expires_at=expires_at)

    def _start_by_pin(self, pins: PinSender, connection_id: int, request: CodeRequest) -> StartResult:
        lifetime_ms = _shorter(LIFETIME_MS, request)
        new, exists = self._reserve(connection_id, request, lifetime_ms)
        if exists is not None:
            return exists
        seconds = lifetime_ms / SECOND
        text = pin_text(request.language, seconds)
        sent = self._ask(
            lambda: pins.send_pin(connection_id, new.number, text, request.code_length),
            lambda result: SentPin(None, result),
        )
        digest = None if sent.pin is None else code_rows.code_digest(self._secrets, new.id, sent.pin)
        return self._settle(new, of_pin(sent, new.id, seconds), code_digest=digest)

    def _reserve(
        self, connection_id: int, request: CodeRequest, lifetime_ms: int, code: str | None = None
    ) -> tuple[NewCode, StartResult | None]:
        """Keep the code before it goes, so that of two who ask at once one is told that a code is out."""
        code_id = code_rows.new_id()
        with self._database.write() as connection:
            _lock(connection, connection_id)
            moment = now_ms()
            new = NewCode(
                id=code_id,
                connection_id=connection_id,
                number=request.country_code + request.national,
                channel=request.channel,
                digest=None if code is None else code_rows.code_digest(self._secrets, code_id, code),
                created_at=moment,
                expires_at=moment + lifetime_ms,
            )
            recent = code_rows.find_recent(connection, self._secrets, new)
            if recent is not None:
                return new, _exists(recent, moment)
            code_rows.insert_code(connection, self._secrets, new)
        return new, None

    def _outgoing(self, connection_id: int, text: str) -> Outgoing:
        columns = connections.c
        wanted = select(columns.sender_id, columns.template_id, columns.entity_id).where(columns.id == connection_id)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise NotFound("This connection has been removed.")
        return Outgoing(
            text=text,
            sender_id=row.sender_id or "",
            channel=SMS,
            message_type="OTP",
            template_id=row.template_id,
            entity_id=row.entity_id,
            first_try=True,
        )

    def _settle(self, new: NewCode, result: StartResult, **values: Any) -> StartResult:
        """Let what went out take the place of earlier codes; forget what did not, or cannot be checked."""
        with self._database.write() as connection:
            if result.verdict is StartVerdict.TAKEN:
                code_rows.change(connection, new.id, **values)
                code_rows.supersede(connection, self._secrets, new)
            else:
                code_rows.remove(connection, new.id)
        return result

    def _ask(self, ask: Callable[[], Answer], failed: Callable[[SendResult], Answer]) -> Answer:
        try:
            return ask()
        except StoreUnavailable:
            # Only credentials are looked up in the database, and that is before anything goes out.
            why = SendResult(Verdict.TRY_AGAIN, Fault.NOBODY, "database_unavailable", "Our database was not available.")
        except Exception as error:
            # Without the traceback: the code may be in it.
            log.error("code_not_sent", gateway=self.name, error=type(error).__name__)
            why = SendResult(Verdict.IN_DOUBT, Fault.NOBODY, "internal_error", "We had an error while sending.")
        return failed(why)


def _shorter(lifetime_ms: int, request: CodeRequest) -> int:
    return lifetime_ms if request.ttl_seconds is None else min(lifetime_ms, int(request.ttl_seconds * SECOND))


def _random_code(length: int) -> str:
    return f"{randomness.randbelow(10**length):0{length}}"


def _lock(connection: Connection, connection_id: int) -> None:
    """Let one at a time ask for codes of the connection's account. Raises NotFound."""
    account_id = connection.scalar(select(connections.c.account_id).where(connections.c.id == connection_id))
    if account_id is None:
        raise NotFound("This connection has been removed.")
    limits.lock_account(connection, account_id)


def _exists(recent: RowMapping, moment: int) -> StartResult:
    """Say which code is out and for how long it is good, as a vendor with codes of its own does."""
    return StartResult(
        StartVerdict.EXISTS,
        explanation=_A_CODE_IS_OUT,
        vendor_id=recent["id"],
        timeout_seconds=(recent["expires_at"] - moment) / SECOND,
        retry_after=(recent["created_at"] + code_rows.AGAIN_MS - moment) / SECOND,
    )
