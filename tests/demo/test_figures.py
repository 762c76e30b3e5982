"""The judge of the demo: right for what must be, wrong for each thing that can go wrong."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.demo.audience import Sms, campaign, first_sms
from connectors.demo.clevertap import Answer
from connectors.demo.figures import Seen, figures

SENT = [first_sms(), *campaign(1_000)]


def accepted(transaction_id: str) -> Answer:
    return Answer(200, 200, transaction_id, 0.004, "SUCCESS")


def refused() -> Answer:
    return Answer(400, 511, None, 0.004, "No phone number can look like this.")


def report(sms: Sms) -> dict[str, Any]:
    if sms.fate.code is None:
        return {"event": "delivered", "meta": sms.mid}
    return {"event": "failed", "meta": sms.mid, "code": sms.fate.code}


def as_it_must_be() -> Seen:
    answers = [accepted(f"id-{position}") for position in range(len(SENT))]
    return Seen(
        answers=answers,
        original=answers[1],
        copy=accepted("id-1"),
        refused=[refused(), refused()],
        texts=Counter((sms.number, sms.text) for sms in SENT if sms.fate.receipts),
        messages=[{"external_id": sms.mid, "status": sms.fate.status} for sms in SENT],
        reports=[report(sms) for sms in SENT],
    )


def wrong(seen: Seen) -> list[str]:
    return [figure.meaning for figure in figures(SENT, seen) if not figure.right]


def test_as_it_must_be_nothing_is_wrong() -> None:
    assert wrong(as_it_must_be()) == []


def changed_first(entries: Any, **changes: str) -> list[dict[str, Any]]:
    return [{**entries[0], **changes}, *entries[1:]]


CASES: list[tuple[str, Callable[[Seen], Seen]]] = [
    ("messages accepted", lambda seen: replace(seen, answers=seen.answers[1:])),
    ("messages accepted", lambda seen: replace(seen, answers=[Answer(0, None, None, 1.0), *seen.answers[1:]])),
    ("second copies", lambda seen: replace(seen, copy=accepted("another"))),
    ("second copies", lambda seen: replace(seen, copy=refused())),
    ("bad numbers", lambda seen: replace(seen, refused=[refused(), accepted("id")])),
    ("right text", lambda seen: replace(seen, texts=seen.texts - Counter([(SENT[0].number, SENT[0].text)]))),
    ("SMS twice", lambda seen: replace(seen, texts=seen.texts + Counter([(SENT[0].number, SENT[0].text)]))),
    ("nobody asked", lambda seen: replace(seen, texts=seen.texts + Counter([("+911", "spam")]))),
    ("lost, in doubt", lambda seen: replace(seen, messages=seen.messages[1:])),
    ("lost, in doubt", lambda seen: replace(seen, messages=changed_first(seen.messages, status="sent"))),
    ("lost, in doubt", lambda seen: replace(seen, messages=changed_first(seen.messages, status="unconfirmed"))),
    ("another end", lambda seen: replace(seen, messages=changed_first(seen.messages, status="expired"))),
    ("delivered", lambda seen: replace(seen, reports=seen.reports[1:])),
    ("wrong message", lambda seen: replace(seen, reports=changed_first(seen.reports, meta="of nobody"))),
    ("wrong message", lambda seen: replace(seen, reports=changed_first(seen.reports, event="failed", code="900"))),
    ("told twice", lambda seen: replace(seen, reports=[*seen.reports, seen.reports[0]])),
]


@pytest.mark.parametrize(("meaning", "change"), CASES)
def test_whatever_goes_wrong_shows(meaning: str, change: Callable[[Seen], Seen]) -> None:
    assert any(meaning in found for found in wrong(change(as_it_must_be())))
