"""What may have gone out is in doubt: never sent again, never passed off as sent or failed."""

from connectors.shared.gateways.base import Fault, SendResult, Verdict
from tests.shared.gateways.conformance.bench import Stand
from tests.shared.gateways.conformance.checks import Check, check
from tests.shared.gateways.conformance.refusals import _sizes
from tests.shared.gateways.conformance.vendor import Mood

NONSENSE = (
    b"",
    b"<html>We will be right back.</html>",
    b"null",
    b"[]",
    b"{}",
    b"0",
    b'"OK"',
    b'{"id": ',
    b"\xff\xfe\x00",
    b"[" * 50_000,
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    b" " * 1_100_000,
)


def _doubt(name: str, mood: Mood) -> Check:
    """Make a check of a mood that leaves everybody wondering."""

    def run(stand: Stand) -> None:
        line = stand.connect()
        for size in _sizes(stand):
            stand.vendor.reset()
            stand.vendor.mood = mood
            _assert_doubt(stand, stand.send(line, f"text {stand.number()}", stand.recipients(size)), size)

    run.__name__ = name
    return check(moods=(mood,))(run)


def _assert_doubt(stand: Stand, result: SendResult, size: int) -> None:
    assert result.verdict is Verdict.IN_DOUBT, f"for {size}: {result}"
    assert result.fault in (Fault.NETWORK, Fault.VENDOR)
    assert not result.split
    assert not result.exceptions
    assert len(stand.vendor.asked) == 1, f"for {size}: it was asked {len(stand.vendor.asked)} times"


_doubt("no_answer_is_in_doubt", Mood.HANGS_UP)
_doubt("no_answer_in_time_is_in_doubt", Mood.TAKES_TOO_LONG)
_doubt("half_an_answer_is_in_doubt", Mood.CUTS_SHORT)
_doubt("an_error_of_who_stands_before_the_vendor_is_in_doubt", Mood.BREAKS)


@check()
def nonsense_is_in_doubt(stand: Stand) -> None:
    line = stand.connect()
    for nonsense in NONSENSE:
        for size in _sizes(stand):
            stand.vendor.reset()
            stand.vendor.mood, stand.vendor.nonsense = Mood.TALKS_NONSENSE, nonsense
            result = stand.send(line, f"text {stand.number()}", stand.recipients(size))
            assert result.verdict is Verdict.IN_DOUBT, f"{nonsense[:40]!r} for {size}: {result.verdict}"
            assert len(stand.vendor.asked) == 1


@check(lambda features: features.same_text_to_many, moods=(Mood.ERRS,))
def an_error_on_a_call_for_many_is_in_doubt(stand: Stand) -> None:
    """Some may have gone out before it."""
    stand.vendor.mood = Mood.ERRS
    result = stand.send(stand.connect(), "to many", stand.recipients(3))
    _assert_doubt(stand, result, 3)


@check()
def who_cannot_be_reached_was_not_asked(stand: Stand) -> None:
    """It is tried again by the ledger, and works once the vendor is back."""
    line = stand.connect()
    stand.send_one(line)
    stand.vendor.reset()
    stand.vendor.leave()
    to = stand.recipient()
    result = stand.send(line, "hello", [to])
    stand.vendor.come_back()
    assert (result.verdict, result.fault) == (Verdict.TRY_AGAIN, Fault.NETWORK)
    assert stand.vendor.asked == []
    assert stand.send_one(line).verdict is Verdict.ACCEPTED
    assert len(stand.vendor.taken) == 1


@check()
def nothing_is_repeated(stand: Stand) -> None:
    """Whatever the vendor says, the ledger decides on another try. The vendor counts."""
    line = stand.connect()
    for mood in set(Mood) - stand.bench.cannot_say:
        stand.vendor.reset()
        to = stand.recipient()
        stand.vendor.mood, stand.vendor.bad = mood, frozenset({to.digits})
        stand.send(line, f"text {stand.number()}", [to])
        assert len(stand.vendor.asked) == 1, f"{mood.name}: it was asked {len(stand.vendor.asked)} times"
