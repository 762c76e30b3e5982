"""Messages from phones: kept once each, whole, for whose connection they came by, whichever way they came."""

from sqlalchemy import select

from connectors.shared.clock import SECOND, now_ms
from connectors.shared.gateways.features import Features
from connectors.shared.incoming.message import Way
from connectors.shared.incoming.tables import incoming_messages
from tests.shared.gateways.conformance.bench import Line, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.receipts import CONTENT_TYPES, GARBAGE
from tests.shared.gateways.conformance.vendor import Arrived, Callback, Mood

TEXTS = ("STOP", "Да, спасибо! 😀", "a&b=c+d%20e", "<b>two</b>\nlines")
OUR_NUMBER = "919000000001"


def _called(features: Features) -> bool:
    return "callback" in features.incoming


def _polled(features: Features) -> bool:
    return "polled" in features.incoming


def _from_phones(stand: Stand, texts: tuple[str, ...] = TEXTS) -> list[Arrived]:
    moment = now_ms() // SECOND * SECOND
    phones = [stand.recipient().digits for _ in texts]
    return [
        Arrived(phone, OUR_NUMBER, text, str(5_000_000 + stand.number()), moment - place * SECOND)
        for place, (phone, text) in enumerate(zip(phones, texts, strict=True))
    ]


def _kept(stand: Stand, line: Line) -> set[tuple[str, str]]:
    columns = incoming_messages.c
    with stand.service.database.read() as connection:
        statement = select(columns.sender, columns.text).where(columns.connection_id == line.connection_id)
        rows = [(row.sender, row.text) for row in connection.execute(statement)]
    assert len(rows) == len(set(rows)), "one is kept twice"
    return set(rows)


@check(_called)
def what_comes_by_callback_is_kept_once(stand: Stand) -> None:
    line = stand.connect()
    token = stand.service.callback_tokens.of_account(line.account_id)
    arrived = _from_phones(stand)
    for _ in range(2):
        for each in arrived:
            assert stand.call_back(stand.vendor.incoming(each), token).status_code == 200
    assert _kept(stand, line) == {(each.sender, each.text) for each in arrived}


@check(_called)
def what_comes_with_a_wrong_token_is_not_kept(stand: Stand) -> None:
    line = stand.connect()
    callback = stand.vendor.incoming(_from_phones(stand)[0])
    assert stand.call_back(callback, "wrong").status_code == 404
    assert _kept(stand, line) == set()


@check(_called)
def garbage_from_phones_is_no_error_of_ours(stand: Stand) -> None:
    token = stand.service.callback_tokens.of_account(stand.connect().account_id)
    right = stand.vendor.incoming(_from_phones(stand)[1])
    for body in (*GARBAGE, *(right.body[:cut] for cut in range(0, len(right.body), 7))):
        for kind in (*CONTENT_TYPES, right.content_type):
            response = stand.call_back(Callback(body, kind), token)
            assert response.status_code < 500, f"{body[:80]!r} as {kind}: {response.status_code}"


@check(_polled)
def what_is_polled_is_kept_once(stand: Stand) -> None:
    """There may be no cursor: then what is known already is asked for, and known."""
    line = stand.connect()
    stand.vendor.inbox = _from_phones(stand)
    _poll(stand, line, _poll(stand, line, None))
    assert _kept(stand, line) == {(each.sender, each.text) for each in stand.vendor.inbox}
    stand.vendor.inbox = [*_from_phones(stand, ("and one more",)), *stand.vendor.inbox]
    _poll(stand, line, None)
    assert _kept(stand, line) == {(each.sender, each.text) for each in stand.vendor.inbox}


@check(_polled)
def a_poll_that_fails_is_told(stand: Stand) -> None:
    """In words for the log; it raises nothing and brings nothing."""
    stand.vendor.about_all = True
    source = stand.built.incoming
    assert source is not None
    for mood in (Mood.TALKS_NONSENSE, Mood.UNAVAILABLE, Mood.HANGS_UP, Mood.TAKES_TOO_LONG):
        stand.vendor.mood = mood
        # A connection each: the same look again may be held back by a limit, and never meet the vendor's mood.
        polled = source.poll(stand.connect().connection_id, None, lambda arrived: [False] * len(arrived))
        assert polled.failure, f"{mood.name}: it fails in silence"
        assert list(polled.messages) == []


def _poll(stand: Stand, line: Line, cursor: str | None) -> str | None:
    source, door = stand.built.incoming, stand.service.incoming
    assert source is not None, "it claims to be polled, and has no source"
    number = line.connection_id
    polled = source.poll(number, cursor, lambda arrived: door.known(number, arrived, Way.POLLED))
    assert polled.failure is None, polled.failure
    door.keep(number, polled.messages, Way.POLLED)
    return polled.cursor


@check(lambda features: _called(features) and _polled(features))
def both_ways_bring_one_message(stand: Stand) -> None:
    line = stand.connect()
    token = stand.service.callback_tokens.of_account(line.account_id)
    stand.vendor.inbox = _from_phones(stand)
    for each in stand.vendor.inbox:
        stand.call_back(stand.vendor.incoming(each), token)
    _poll(stand, line, None)
    assert _kept(stand, line) == {(each.sender, each.text) for each in stand.vendor.inbox}
