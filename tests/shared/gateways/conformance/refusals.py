"""What a vendor says no to, and whose fault it is."""

from connectors.shared.gateways.base import Fault, SendResult, Verdict
from tests.shared.gateways.conformance.bench import Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.vendor import Mood

KEPT_OF_A_CODE = 32
JARGON = ("Traceback", "Exception", "Error(", "http://", "https://", "<", "{", "None")


def _sizes(stand: Stand) -> tuple[int, ...]:
    return (1, 3) if stand.bench.kind.features.same_text_to_many else (1,)


def _results(stand: Stand, mood: Mood) -> list[SendResult]:
    """Send to one, and to many where it can, in this mood."""
    line = stand.connect()
    stand.vendor.mood = mood
    stand.vendor.bad = frozenset()
    results = []
    for size in _sizes(stand):
        results.append(stand.send(line, f"text {stand.number()}", stand.recipients(size)))
        assert not results[-1].exceptions or mood is Mood.REFUSES_NUMBERS
    assert stand.vendor.taken == [], "what is refused or put off is not sent behind our back"
    return results


@check(moods=(Mood.REFUSES_NUMBERS,))
def a_refused_number_is_the_recipients_fault(stand: Stand) -> None:
    line, to = stand.connect(), stand.recipient()
    stand.vendor.mood, stand.vendor.bad = Mood.REFUSES_NUMBERS, frozenset({to.digits})
    result = stand.send(line, "to nobody", [to])
    assert (result.verdict, result.fault) == (Verdict.REFUSED, Fault.RECIPIENT)
    assert not result.split, "one recipient cannot be split"
    assert stand.vendor.taken == []


@check(moods=(Mood.REFUSES_MESSAGE,))
def a_refused_message_is_the_messages_fault(stand: Stand) -> None:
    result = _results(stand, Mood.REFUSES_MESSAGE)[0]
    assert (result.verdict, result.fault) == (Verdict.REFUSED, Fault.MESSAGE)
    assert not result.split


@check(moods=(Mood.REFUSES_ACCOUNT,))
def a_refused_account_pauses_the_account(stand: Stand) -> None:
    """A refusal of each message instead would fail a whole campaign for want of funds."""
    for result in _results(stand, Mood.REFUSES_ACCOUNT):
        assert (result.verdict, result.fault) == (Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT)
        assert not result.split


@check()
def wrong_credentials_are_the_accounts_fault(stand: Stand) -> None:
    line = stand.connect()
    stand.vendor.accounts[line.login.login] = "quite another secret"
    result = stand.send_one(line)
    assert (result.verdict, result.fault) == (Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT)
    assert stand.vendor.taken == []


@check(moods=(Mood.THROTTLES,))
def throttling_is_waited_out(stand: Stand) -> None:
    for result in _results(stand, Mood.THROTTLES):
        assert (result.verdict, result.fault) == (Verdict.TRY_AGAIN, Fault.VENDOR)
        assert result.retry_after == stand.vendor.seconds_to_wait


@check(moods=(Mood.UNAVAILABLE,))
def an_outage_is_waited_out(stand: Stand) -> None:
    """503 is said by who has not taken the request."""
    for result in _results(stand, Mood.UNAVAILABLE):
        assert (result.verdict, result.fault) == (Verdict.TRY_AGAIN, Fault.VENDOR)


@check(moods=(Mood.HAS_IT_ALREADY,))
def a_duplicate_on_a_second_try_is_in_doubt(stand: Stand) -> None:
    """The first try may have gone out, whatever it looked like."""
    line = stand.connect()
    stand.vendor.mood = Mood.HAS_IT_ALREADY
    first = stand.send(line, "twice", [stand.recipient()], first_try=True)
    second = stand.send(line, "twice", [stand.recipient()], first_try=False)
    assert first.verdict is Verdict.REFUSED
    assert second.verdict is Verdict.IN_DOUBT


@check(moods=(Mood.THROTTLES,))
def a_second_try_works(stand: Stand) -> None:
    """It is sent once; or held back for a while by a gateway whose vendor wants no equal messages within a minute."""
    line, to = stand.connect(), stand.recipient()
    stand.vendor.mood = Mood.THROTTLES
    assert stand.send(line, "later", [to], first_try=True).verdict is Verdict.TRY_AGAIN
    stand.vendor.mood = Mood.TAKES_EVERYTHING
    result = stand.send(line, "later", [to], first_try=False)
    held = result.verdict is Verdict.TRY_AGAIN and result.retry_after is not None
    assert held or result.verdict is Verdict.ACCEPTED
    assert len(stand.vendor.taken) == (0 if held else 1)


@check()
def who_reads_a_refusal_understands_it(stand: Stand) -> None:
    """Whatever it is that went wrong: a sentence, and a code that the ledger can keep."""
    line = stand.connect()
    for mood in sorted(set(Mood) - stand.bench.cannot_say - {Mood.TAKES_EVERYTHING}, key=lambda each: each.name):
        to = stand.recipient()
        stand.vendor.mood, stand.vendor.bad = mood, frozenset({to.digits})
        result = stand.send(line, f"text {stand.number()}", [to])
        said = result.explanation or ""
        assert len(said.split()) > 2, f"{mood.name}: {said!r} explains nothing"
        assert said[0].isupper(), f"{mood.name}: {said!r} is no sentence"
        assert not any(word in said for word in JARGON), f"{mood.name}: {said!r} is for programmers"
        assert 0 < len(result.code or "") <= KEPT_OF_A_CODE, f"{mood.name}: code {result.code!r}"
