"""What STOP and START do: a number is opted out of everything, or back in. The newest word counts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from connectors.shared.clock import MINUTE
from connectors.shared.errors import NotFound
from connectors.shared.incoming.cleaning import Cleaned, is_number
from connectors.shared.incoming.keywords import Keyword, keyword_of
from connectors.shared.incoming.store import lock_accounts, slices
from connectors.shared.incoming.tables import incoming_messages
from connectors.shared.opt_outs import store as opt_outs
from connectors.shared.opt_outs.store import Scope
from connectors.shared.secrets import SecretBox

SOURCE: Final = "inbound"
SKEW_MS: Final = MINUTE
"""Vendors' clocks differ from ours, and many of them tell no more than seconds."""

_rows = incoming_messages.c


class Word(NamedTuple):
    """What a number said last, and when. They compare by that: of the same moment, STOP counts."""

    happened_at: int
    is_stop: bool


def last_words(messages: Iterable[Cleaned]) -> dict[str, Word]:
    """Return by number (digits of E.164) what each said last of all that are STOP or START."""
    words: dict[str, Word] = {}
    for message in messages:
        keyword = keyword_of(message.text)
        if keyword is not None and is_number(message.sender):
            word = Word(message.happened_at, keyword is Keyword.STOP)
            words[message.sender] = max(word, words.get(message.sender, word))
    return words


def earlier_words(connection: Connection, account_id: int, numbers: Iterable[str]) -> dict[str, Word]:
    """Return what numbers said last to an account as far as it is kept."""
    found: dict[str, Word] = {}
    for part in slices(sorted(numbers)):
        statement = (
            select(_rows.sender, _rows.keyword, func.max(_rows.happened_at).label("at"))
            .where(_rows.account_id + 0 == account_id, _rows.sender.in_(part), _rows.keyword.is_not(None))
            .group_by(_rows.sender, _rows.keyword)
        )
        for row in connection.execute(statement):
            word = Word(row.at, row.keyword == Keyword.STOP.value)
            found[row.sender] = max(word, found.get(row.sender, word))
    return found


def heed(
    connection: Connection, secrets: SecretBox, account_id: int, words: Mapping[str, Word], earlier: Mapping[str, Word]
) -> None:
    """Opt out who said STOP and let back in who said START, unless something newer is known of them."""
    for number, word in words.items():
        before = earlier.get(number)
        if before is not None and before.happened_at > word.happened_at:
            continue
        if word.is_stop:
            opt_outs.add(connection, secrets, account_id, number, Scope.ALL, SOURCE)
        else:
            _let_in(connection, secrets, account_id, number, word, before)


def heed_stop(connection: Connection, secrets: SecretBox, account_ids: Sequence[int], message: Cleaned) -> None:
    """Opt the sender of a STOP out at each of these accounts; for messages of which it is not known whose they are."""
    words = {number: word for number, word in last_words([message]).items() if word.is_stop}
    for account_id in lock_accounts(connection, account_ids):
        heed(connection, secrets, account_id, words, earlier_words(connection, account_id, words))


def _let_in(
    connection: Connection, secrets: SecretBox, account_id: int, number: str, word: Word, before: Word | None
) -> None:
    try:
        opt_out = opt_outs.get(connection, secrets, account_id, number)
    except NotFound:
        return
    # A START that comes late, as out of a vendor's history, must not undo what was asked for elsewhere since then.
    answers_stop = opt_out.source == SOURCE and before is not None and before.is_stop
    if answers_stop or word.happened_at + SKEW_MS >= opt_out.created_at:
        opt_outs.remove(connection, secrets, account_id, number)
