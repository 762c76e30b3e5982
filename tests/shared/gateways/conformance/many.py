"""Many in one call: each number once, each its own text, and a bad one hurts nobody else."""

from collections import Counter
from collections.abc import Sequence

from connectors.shared.gateways.base import Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.features import Features
from tests.shared.gateways.conformance.bench import Line, Stand, outgoing
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.vendor import Mood

MOST_TRIED = 200
SHORT = 100
FOR_MANY = (
    "  Cafe & Co: 5 € {ok}  ",
    "a&b=c+d%20e/f",
    "два\nстиха",
    "100 ## off",
    "two\r\nlines",
    "a tab\tand 5\u00a0€",
    "Ann’s “best” – today…",
)
LISTED = (
    "Hi Ann",
    "Привет: Аня; 5 €",
    "a&b=c+d%/e",
    "with, comma",
    '"quoted" 😀',
    "  spaces  ",
    "two\nlines",
    "#:1",
    "\t\u00a0’",
)


def _many(features: Features) -> bool:
    return features.same_text_to_many


def _differing(features: Features) -> bool:
    return features.differing_texts is not None


def deliver(stand: Stand, line: Line, said: Outgoing, to: Sequence[Recipient]) -> dict[str, SendResult]:
    """Do with a call as the ledger does, halves and exceptions; returns how it ended for each number."""
    result = stand.gateway.send(line.connection_id, said, to)
    if result.split:
        assert result.verdict is Verdict.REFUSED, "only what is known not to have gone out may be split"
        assert len(to) > 1, "one recipient cannot be split"
        middle = len(to) // 2
        return deliver(stand, line, said, to[:middle]) | deliver(stand, line, said, to[middle:])
    places = [place for place, _ in result.exceptions]
    assert len(set(places)) == len(places), "a recipient ended twice"
    assert all(0 <= place < len(to) for place in places), "an exception is nobody's"
    ends = {each.digits: result for each in to}
    return ends | {to[place].digits: other for place, other in result.exceptions}


@check(lambda features: not features.same_text_to_many)
def one_number_a_call_where_many_are_not_claimed(stand: Stand) -> None:
    assert stand.gateway.most_recipients(outgoing("one text")) == 1


@check(_many)
def each_number_is_reached_once(stand: Stand) -> None:
    """A call as full as the gateway says that it may be, for short texts and for long ones."""
    longest = stand.bench.kind.features.longest_text or 1_500
    for text in (f"Скидка {stand.number()} 😀", ("Скидка " * 300)[:longest].rstrip()):
        stand.vendor.reset()
        most = stand.gateway.most_recipients(outgoing(text))
        assert most > (1 if len(text) < SHORT else 0), "it claims to take many, and takes one"
        line, to = stand.connect(), stand.recipients(min(most, MOST_TRIED))
        result = stand.send(line, text, to)
        assert result.verdict is Verdict.ACCEPTED, result
        assert not result.exceptions
        assert Counter(sent.digits for sent in stand.vendor.taken) == Counter(each.digits for each in to)
        assert {(sent.text, sent.login) for sent in stand.vendor.taken} == {(text, line.login.login)}


@check(_many)
def many_read_what_was_written(stand: Stand) -> None:
    """A text that travels with others is the same text."""
    line = stand.connect()
    for text in stand.carried(FOR_MANY):
        to = stand.recipients(min(2, stand.gateway.most_recipients(outgoing(text))))
        before = len(stand.vendor.taken)
        stand.send(line, text, to)
        assert [sent.text for sent in stand.vendor.taken[before:]] == [text] * len(to)


@check(_differing)
def each_phone_reads_its_own_text(stand: Stand) -> None:
    gateway, line = stand.gateway, stand.connect()
    assert gateway.lists("plain") or gateway.fills_patterns, "it claims differing texts and has no way for them"
    if gateway.lists("plain"):
        _list(stand, line)
    if gateway.fills_patterns:
        _fill_a_pattern(stand, line)


def _list(stand: Stand, line: Line) -> None:
    listed = [text for text in stand.carried(LISTED) if stand.gateway.lists(text)]
    expected = {}
    to = []
    for text in listed:
        phone = stand.recipient()
        to.append(Recipient(phone.country_code, phone.national, text=text))
        expected[phone.digits] = text
    result = stand.send(line, "", to, differing=True)
    assert result.verdict is Verdict.ACCEPTED
    assert {sent.digits: sent.text for sent in stand.vendor.taken} == expected
    assert len(stand.vendor.taken) == len(expected)


def _fill_a_pattern(stand: Stand, line: Line) -> None:
    stand.vendor.reset()
    values = stand.carried(["Ann", "Аня 😀", "a&b=c", "5\u00a0€", "l’été\tlà"])
    to = [Recipient("91", stand.recipient().national, (value, f"0{place}")) for place, value in enumerate(values)]
    result = stand.send(line, "Hi ##var##, code ##var2##!", to, personalised=True)
    assert result.verdict is Verdict.ACCEPTED
    assert {sent.digits: sent.text for sent in stand.vendor.taken} == {
        each.digits: f"Hi {each.variables[0]}, code {each.variables[1]}!" for each in to
    }


@check(_many, moods=(Mood.REFUSES_NUMBERS,))
def bad_numbers_hurt_nobody_else(stand: Stand) -> None:
    """They are told apart by their places, or the call is split until they are alone."""
    for bad_places in ((1,), (0, 3), (4,)):
        stand.vendor.reset()
        line, to = stand.connect(), stand.recipients(5)
        bad = {to[place].digits for place in bad_places}
        stand.vendor.mood, stand.vendor.bad = Mood.REFUSES_NUMBERS, frozenset(bad)
        ends = deliver(stand, line, outgoing(f"text {stand.number()}"), to)
        expected = {each.digits: Verdict.REFUSED if each.digits in bad else Verdict.ACCEPTED for each in to}
        assert {digits: result.verdict for digits, result in ends.items()} == expected
        taken = Counter(sent.digits for sent in stand.vendor.taken)
        assert taken == Counter(each.digits for each in to if each.digits not in bad)


@check(lambda features: features.differing_texts == "a list", moods=(Mood.REFUSES_NUMBERS,))
def a_bad_number_in_a_list_hurts_nobody_else(stand: Stand) -> None:
    line, plain = stand.connect(), stand.recipients(4)
    to = [Recipient(each.country_code, each.national, text=f"text {place}") for place, each in enumerate(plain)]
    stand.vendor.mood, stand.vendor.bad = Mood.REFUSES_NUMBERS, frozenset({to[2].digits})
    ends = deliver(stand, line, outgoing("", differing=True), to)
    assert [ends[each.digits].verdict is Verdict.REFUSED for each in to] == [False, False, True, False]
    assert Counter(sent.digits for sent in stand.vendor.taken) == Counter(
        each.digits for each in to if each is not to[2]
    )


@check(_many, moods=(Mood.REFUSES_MESSAGE,))
def a_refused_message_is_refused_for_all(stand: Stand) -> None:
    stand.vendor.mood = Mood.REFUSES_MESSAGE
    ends = deliver(stand, stand.connect(), outgoing("forbidden"), stand.recipients(3))
    assert {result.verdict for result in ends.values()} == {Verdict.REFUSED}
