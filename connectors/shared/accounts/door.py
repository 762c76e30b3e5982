"""Who is calling: a customer id and a password, known, new, or wrong.

The hot path compares a keyed digest and decrypts nothing. Credentials not seen before are tried against the vendor,
once for all requests that bring them, for at most three seconds; a vendor that cannot be reached loses no message.
"""

import threading
import time
from dataclasses import dataclass, field
from hmac import compare_digest

from connectors.shared.accounts import proving
from connectors.shared.accounts.guesses import Guesses
from connectors.shared.accounts.senders import Sender, senders
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import Login
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import ConnectorsError
from connectors.shared.gateways.base import Gateway, SendResult, Verdict
from connectors.shared.messages.endings import Endings
from connectors.shared.secrets import SecretBox

REMEMBERED_SECONDS = 1.0
"""How long a change made by a command may take to be seen by a running service."""
LONGEST_WAIT_SECONDS = 3.0
SHORTEST_TRY_SECONDS = 1.0
STANDING_SECONDS = 0.5
"""How long requests may wait beyond the seats of the waiting room: a vendor that is well answers within it."""
LOOK_AGAIN_SECONDS = 0.05
MOST_REMEMBERED = 10_000
NOT_ACCEPTED = "Message Central does not accept this customer id with this password."
TOO_MANY_GUESSES = "Too many wrong passwords came for this customer id. Wait a few seconds, then try the right one."


_UNPROVEN = (ConnectionState.UNPROVEN, ConnectionState.REFUSED)


class WrongPassword(ConnectorsError):
    """The vendor does not accept this customer id with this password."""


class TooManyGuesses(ConnectorsError):
    """So many wrong passwords came for this customer id that no more are tried for now."""

    retry_after = 10
    """Seconds."""


@dataclass(slots=True)
class _Attempt:
    """Credentials that are being tried, for every request of this process that brings them."""

    begun: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)
    decided: threading.Event = field(default_factory=threading.Event)
    """Set once it is known whether they are kept."""
    admitted: bool = False
    """Whether they are kept and tried; not where too many others were tried before."""


class Door:
    """Lets customers in. One for a process."""

    def __init__(
        self, database: Database, secrets: SecretBox, gateway: Gateway, endings: Endings, *, most_waiting: int
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._gateway = gateway
        self._endings = endings
        self._remembered: dict[str, tuple[float, list[Sender]]] = {}
        self._guesses = Guesses()
        self._attempts: dict[bytes, _Attempt] = {}
        self._attempts_lock = threading.Lock()
        # A stranger's first contact waits; it must not keep every thread from everybody else.
        self._waiting_room = threading.BoundedSemaphore(most_waiting)

    def enter(self, login: Login) -> Sender:
        """Return whose message it is and on which connection it travels.

        Raises WrongPassword or TooManyGuesses, and StoreUnavailable where nothing can be kept.
        """
        digests = self._secrets.digests("login", login.customer_id, login.password)
        known = _holder(self._senders(login.customer_id), digests)
        if known is None or known.state is ConnectionState.REFUSED:
            # Before a password is judged, what is remembered is read anew.
            known = _holder(self._senders(login.customer_id, anew=True), digests)
        if known is not None and _may_pass(known):
            return known
        return self._first_contact(login, known, digests)

    def _first_contact(self, login: Login, known: Sender | None, digests: tuple[bytes, ...]) -> Sender:
        """Have the credentials tried, or wait while another request has; then judge by what came of it."""
        with self._attempts_lock:
            attempt = self._attempts.get(digests[0])
            leads = attempt is None
            if attempt is None:
                attempt = self._attempts[digests[0]] = _Attempt()
        if leads:
            self._lead(attempt, login, known, digests[0])
        else:
            self._follow(attempt)
        found = _holder(self._senders(login.customer_id, anew=True), digests)
        if found is None and not attempt.admitted:
            raise TooManyGuesses(TOO_MANY_GUESSES)
        if found is None or found.state is ConnectionState.REFUSED:
            raise WrongPassword(NOT_ACCEPTED)
        if found.state is ConnectionState.ACTIVE:
            self._guesses.right(login.customer_id)
        return found

    def _lead(self, attempt: "_Attempt", login: Login, known: Sender | None, digest: bytes) -> None:
        has_seat = self._waiting_room.acquire(timeout=self._patience())
        try:
            connection_id = self._admit(login, known, digest, has_seat=has_seat)
            attempt.admitted = connection_id is not None
            attempt.decided.set()
            if connection_id is not None and has_seat:
                self._attempt(connection_id, attempt.begun + LONGEST_WAIT_SECONDS)
        finally:
            attempt.decided.set()
            if has_seat:
                self._waiting_room.release()
            with self._attempts_lock:
                self._attempts.pop(digest, None)
            attempt.done.set()

    def _follow(self, attempt: "_Attempt") -> None:
        if self._waiting_room.acquire(blocking=False):
            attempt.done.wait(max(0.0, attempt.begun + LONGEST_WAIT_SECONDS - time.monotonic()))
            self._waiting_room.release()
        else:
            attempt.done.wait(self._patience())
            attempt.decided.wait(LONGEST_WAIT_SECONDS)

    def _patience(self) -> float:
        """Return for how many seconds a request may wait where every seat is taken: not on a vendor that hangs."""
        now = time.monotonic()
        with self._attempts_lock:
            oldest = min((attempt.begun for attempt in self._attempts.values()), default=now)
        return max(0.0, oldest + STANDING_SECONDS - now)

    def _admit(self, login: Login, known: Sender | None, digest: bytes, *, has_seat: bool) -> int | None:
        """Return the connection that keeps these credentials, None where they may not be tried now."""
        if known is not None and known.state is ConnectionState.UNPROVEN:
            return known.connection_id
        if known is not None and (not has_seat or not self._guesses.may_repeat(digest)):
            raise WrongPassword(NOT_ACCEPTED)
        wait = self._guesses.seconds_to_turn(login.customer_id)
        if wait is None or (wait and not has_seat):
            return None
        time.sleep(wait)
        with self._database.write() as connection:
            return proving.keep_unproven(connection, self._secrets, login)

    def _attempt(self, connection_id: int, deadline: float) -> None:
        if take_attempt(self._database, connection_id):
            timeout = max(SHORTEST_TRY_SECONDS, deadline - time.monotonic())
            result = self._gateway.prove(connection_id, timeout)
            record_proof(self._database, self._endings, connection_id, result)
            return
        while time.monotonic() < deadline and proving.is_untried(self._database, connection_id):
            time.sleep(LOOK_AGAIN_SECONDS)

    def _senders(self, customer_id: str, *, anew: bool = False) -> list[Sender]:
        now = time.monotonic()
        remembered = self._remembered.get(customer_id)
        if remembered is not None and remembered[0] > now and not anew:
            return remembered[1]
        with self._database.read() as connection:
            found = senders(connection, customer_id)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[customer_id] = (now + REMEMBERED_SECONDS, found)
        return found


def take_attempt(database: Database, connection_id: int) -> bool:
    """Win the right to try unproven credentials; one process wins."""
    with database.write() as connection:
        return proving.lease(connection, connection_id, now_ms())


def record_proof(database: Database, endings: Endings, connection_id: int, result: SendResult) -> None:
    """Promote, refuse or postpone, as the vendor answered."""
    with database.write() as connection:
        if result.verdict is Verdict.ACCEPTED:
            proving.promote(connection, connection_id)
        elif result.verdict is Verdict.ACCOUNT_REFUSED:
            proving.refuse(connection, endings, connection_id, result.code, result.explanation or "")
        else:
            proving.postpone_proof(connection, connection_id, now_ms())


def _may_pass(known: Sender) -> bool:
    """Unproven credentials that the vendor could not be asked about before need not wait again."""
    if known.state is ConnectionState.UNPROVEN:
        return known.failures > 0
    return known.state is not ConnectionState.REFUSED


def _holder(candidates: list[Sender], digests: tuple[bytes, ...]) -> Sender | None:
    holders = [
        sender for sender in candidates if any(compare_digest(sender.secret_digest, digest) for digest in digests)
    ]
    # The customer's own connection comes before one that nobody has vouched for, which the same password may have too.
    return min(holders, key=lambda sender: (sender.state in _UNPROVEN, sender.connection_id), default=None)
