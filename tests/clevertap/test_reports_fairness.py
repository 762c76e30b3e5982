"""Several dispatchers, several destinations: each report once, and nobody held up by another."""

import threading
from collections.abc import Callable

from connectors.clevertap import posting
from connectors.clevertap.posting import Poster
from tests.clevertap.ledger import Ledger, wait_until
from tests.clevertap.receiver import Receiver


def test_two_dispatchers_post_each_report_once(open_ledger: Callable[[], Ledger], receiver: Receiver) -> None:
    first, second = open_ledger(), open_ledger()
    account_id = first.account()
    first.destination(account_id, receiver.url())
    first.owe(account_id, 1_000)
    expected = sorted(row["meta"] for row in first.reports())
    posters = [first.poster(), second.poster()]
    start = threading.Barrier(2)

    def run(poster: Poster) -> None:
        start.wait()
        wait_until(lambda: first.states() == {"done"}, poster.post_due)

    threads = [threading.Thread(target=run, args=(poster,)) for poster in posters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receiver.metas) == expected


def test_a_slow_destination_holds_up_nobody_else(ledger: Ledger, start_receiver: Callable[[], Receiver]) -> None:
    slow, fast = start_receiver(), start_receiver()
    slow.answer = lambda _count: None
    owner, other = ledger.account("C-1"), ledger.account("C-2")
    ledger.destination(owner, slow.url())
    ledger.destination(other, fast.url())
    ledger.owe(owner, 300)
    poster = ledger.poster()
    wait_until(lambda: len(slow.posts) == 1, poster.post_due)
    ledger.owe(other, 300)
    wait_until(lambda: len(fast.metas) == 300, poster.post_due)
    assert (len(slow.posts), slow.most_at_once, fast.most_at_once) == (1, 1, 1)
    slow.release()


def test_one_who_fails_rests_and_the_others_find_a_thread(
    ledger: Ledger, start_receiver: Callable[[], Receiver]
) -> None:
    broken, sound = start_receiver(), start_receiver()
    broken.answer = lambda _count: 500
    account_id = ledger.account()
    for index in range(2 * posting.THREADS):
        ledger.destination(account_id, broken.url(), f"CT-broken-{index}")
        ledger.owe(account_id, 200, source_account=f"CT-broken-{index}")
    ledger.destination(account_id, sound.url(), "CT-sound")
    ledger.owe(account_id, 1, source_account="CT-sound")
    poster = ledger.poster()
    poster.post_due()
    wait_until(lambda: len(sound.posts) == 1)
    wait_until(lambda: len(broken.posts) == 2 * posting.THREADS)
    assert all(len(post.metas) == 100 for post in broken.posts)


def test_each_tenants_reports_go_to_its_own_url(ledger: Ledger, start_receiver: Callable[[], Receiver]) -> None:
    receivers = {ledger.account(name): start_receiver() for name in ("C-1", "C-2")}
    for account_id, receiver in receivers.items():
        ledger.destination(account_id, receiver.url(f"account={account_id}"))
        ledger.owe(account_id, 3)
    poster = ledger.poster()
    wait_until(lambda: ledger.states() == {"done"}, poster.post_due)
    for account_id, receiver in receivers.items():
        assert {meta.split(".")[2] for meta in receiver.metas} == {str(account_id)}
        assert len(receiver.metas) == 3


def test_a_changed_url_is_used_at_once(ledger: Ledger, start_receiver: Callable[[], Receiver]) -> None:
    former, present = start_receiver(), start_receiver()
    account_id = ledger.account()
    ledger.destination(account_id, former.url())
    ledger.owe(account_id, 1)
    ledger.destination(account_id, present.url())
    poster = ledger.poster()
    wait_until(lambda: ledger.states() == {"done"}, poster.post_due)
    assert (len(former.posts), len(present.posts)) == (0, 1)
