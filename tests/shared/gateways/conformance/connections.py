"""Connections: each has credentials of its own, which are used as they are at the moment, or are missing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy import delete, update

from connectors.shared.accounts.store import gateway_login_values
from connectors.shared.accounts.tables import connections
from connectors.shared.errors import StoreUnavailable
from connectors.shared.gateways.base import Fault, Recipient, SendResult, Verdict
from tests.shared.gateways.conformance.bench import SENDER_ID, TIMEOUT_SECONDS, Line, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.vendor import Mood, Sent
from tests.shared.messages.tenants import wait_for

THREADS = 20
ROUNDS = 3
SECONDS_TO_NOTICE = 2
NOT_SENT = (Verdict.REFUSED, Verdict.ACCOUNT_REFUSED, Verdict.TRY_AGAIN)


@check()
def a_removed_connection_sends_nothing(stand: Stand) -> None:
    """Its last messages may still be on their way to the gateway."""
    line = stand.connect()
    with stand.service.database.write() as connection:
        connection.execute(delete(connections).where(connections.c.id == line.connection_id))
    result = stand.send_one(line)
    assert result.verdict in NOT_SENT, result
    assert result.explanation
    assert stand.gateway.prove(line.connection_id).verdict in NOT_SENT
    assert stand.vendor.sent == []


@check()
def an_unreadable_secret_is_the_accounts_fault(stand: Stand) -> None:
    """The operator changed the key: nobody's message fails for it, the account pauses."""
    line = stand.connect()
    _change(stand, line, secret_sealed="sealed with another key")
    result = stand.send_one(line)
    assert (result.verdict, result.fault) == (Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT)
    assert stand.gateway.prove(line.connection_id).verdict is Verdict.ACCOUNT_REFUSED
    assert stand.vendor.sent == []


@check()
def a_database_that_is_away_sends_nothing(stand: Stand) -> None:
    """The dispatcher knows StoreUnavailable, and tries again; the gateway may also say so itself."""
    line = stand.connect()
    with patch.object(stand.service.database, "read", _away), patch.object(stand.service.database, "write", _away):
        try:
            verdict = stand.send_one(line).verdict
        except StoreUnavailable:
            verdict = Verdict.TRY_AGAIN
    assert verdict is Verdict.TRY_AGAIN
    assert stand.vendor.sent == []
    assert stand.send_one(line).verdict is Verdict.ACCEPTED, "it does not get over it"


@contextmanager
def _away() -> Iterator[None]:
    raise StoreUnavailable("The database is not available.")
    yield


@check()
def connections_keep_to_their_own_credentials(stand: Stand) -> None:
    """Whoever sent last, and also where the other's are wrong."""
    one, other, wrong = stand.connect(), stand.connect(), stand.connect()
    stand.vendor.accounts[wrong.login.login] = "quite another secret"
    for line in (one, other, wrong, one, other):
        stand.send_one(line)
    assert [sent.login for sent in stand.vendor.taken] == [line.login.login for line in (one, other, one, other)]


@check()
def threads_mix_nothing_up(stand: Stand) -> None:
    """Number, text, sender id and credentials of twenty at once, and what each was answered."""
    lines = [stand.connect(), stand.connect()]
    calls = [_Call(lines[number % 2], number, stand.recipient()) for number in range(THREADS * ROUNDS)]
    threads = min(THREADS, 2 * (stand.gateway.most_at_once or THREADS))
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(lambda call: call.make(stand), calls))
    assert {result.verdict for result in results} == {Verdict.ACCEPTED}
    assert sorted(stand.vendor.taken, key=repr) == sorted((call.expected for call in calls), key=repr)
    if stand.bench.kind.features.own_ids:
        assert len({result.transaction_id for result in results}) == len(calls)


class _Call:
    def __init__(self, line: Line, number: int, to: Recipient) -> None:
        self.line, self.to = line, to
        self.text, self.sender_id = f"Привет {number}", f"{SENDER_ID}{number % 5}"

    @property
    def expected(self) -> Sent:
        return Sent(self.to.digits, self.text, self.sender_id, self.line.login.login)

    def make(self, stand: Stand) -> SendResult:
        return stand.send(self.line, self.text, [self.to], sender_id=self.sender_id)


@check()
def changed_credentials_are_used_soon(stand: Stand) -> None:
    """By every process, and without a restart: what a gateway remembers of a login it must not trust for long."""
    line = stand.connect()
    stand.send_one(line)
    key = next(iter(line.login.secret))
    changed = stand.bench.kind.login.change(line.login, {}, {key: "quite another secret"})
    stand.vendor.accounts[line.login.login] = "quite another secret"
    _change(
        stand,
        line,
        token_sealed=None,
        token_expires_at=None,
        **gateway_login_values(stand.service.secrets, changed),
    )
    wait_for(lambda: stand.send_one(line).verdict is Verdict.ACCEPTED, SECONDS_TO_NOTICE)


@check()
def right_credentials_are_proven(stand: Stand) -> None:
    assert stand.gateway.prove(stand.connect().connection_id).verdict is Verdict.ACCEPTED
    assert stand.vendor.asked == [], "it proves credentials by sending"
    assert stand.vendor.requests, "it proves credentials without asking"


@check()
def wrong_credentials_are_not_proven(stand: Stand) -> None:
    line = stand.connect()
    stand.vendor.accounts[line.login.login] = "quite another secret"
    result = stand.gateway.prove(line.connection_id)
    assert (result.verdict, result.fault) == (Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT)
    assert result.explanation
    assert stand.vendor.asked == []


@check()
def nobody_is_proven_by_a_vendor_that_does_not_answer(stand: Stand) -> None:
    """Nor refused: an account must not pause because its vendor is away."""
    line = stand.connect()
    stand.vendor.about_all = True
    for mood in (Mood.HANGS_UP, Mood.TAKES_TOO_LONG, Mood.UNAVAILABLE, Mood.BREAKS, Mood.TALKS_NONSENSE):
        stand.vendor.mood = mood
        verdict = stand.gateway.prove(line.connection_id, TIMEOUT_SECONDS).verdict
        assert verdict not in (Verdict.ACCEPTED, Verdict.ACCOUNT_REFUSED), f"{mood.name}: {verdict}"
    stand.vendor.leave()
    assert stand.gateway.prove(line.connection_id, TIMEOUT_SECONDS).verdict is Verdict.TRY_AGAIN
    assert stand.vendor.asked == []


@check()
def proving_leaves_nothing_in_doubt(stand: Stand) -> None:
    """Where nothing was to be sent, nothing may have gone out: it can be tried again."""
    line = stand.connect()
    stand.vendor.about_all = True
    for mood in (Mood.HANGS_UP, Mood.UNAVAILABLE, Mood.BREAKS, Mood.TALKS_NONSENSE):
        stand.vendor.mood = mood
        verdict = stand.gateway.prove(line.connection_id, TIMEOUT_SECONDS).verdict
        assert verdict is Verdict.TRY_AGAIN, f"{mood.name}: {verdict}"


def _change(stand: Stand, line: Line, **values: object) -> None:
    with stand.service.database.write() as connection:
        connection.execute(update(connections).where(connections.c.id == line.connection_id).values(values))
