"""How events travel: signed, each at least once under one id, and again where it has to be."""

import base64
import dataclasses
import hashlib
import hmac
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from connectors.app import app_for
from connectors.service import Service
from connectors.serving.worker import dispatcher_for
from connectors.shared.clock import DAY, HOUR, MINUTE, SECOND, to_rfc3339
from connectors.shared.database import metadata
from connectors.shared.messages import retention
from connectors.shared.webhooks import posting
from connectors.shared.webhooks.deliveries import LEASE_MS, Addressee, claim, close
from connectors.shared.webhooks.outbox import announce
from connectors.shared.webhooks.posting import Poster
from connectors.shared.webhooks.subscriptions import enable_webhook, remove_webhook
from connectors.shared.webhooks.tables import webhooks
from tests.api.ledger import Tenant
from tests.shared.webhooks.house import HOSTS, House, wait_until
from tests.shared.webhooks.receiver import Receiver, Reply


def failed(house: House, attempts: int) -> Callable[[], bool]:
    """Whether the only event that is owed has failed so many times, and waits."""
    return lambda: (
        [(row["attempts"], row["next_attempt_at"] > house.moment) for row in house.owed()] == [(attempts, True)]
    )


def settled(poster: Poster) -> Callable[[], bool]:
    """Whether every post has ended to its last step: one that reads the clock after that would read another time."""
    return lambda: not any(poster._turns._busy.values())


def test_the_message_comes_in_the_shape_of_the_api_signed(house: House, tenant: Tenant, receiver: Receiver) -> None:
    webhook = house.webhook(tenant, receiver.url())
    (message_id,) = house.ended(tenant, finished_at=1_795_248_004_000)
    poster = house.poster()
    wait_until(lambda: house.owed() == [], poster.post_due)
    (post,) = receiver.posts
    assert (post.path, post.headers["content-type"]) == ("/hook?token=hush", "application/json")
    client: FlaskClient = app_for(house.service).test_client()
    shown = client.get(f"/api/v1/messages/{message_id}", headers=tenant.headers).get_json()
    assert post.event.keys() == {"type", "timestamp", "data"}
    assert (post.event["type"], post.event["timestamp"]) == ("message.delivered", "2026-11-21T08:00:04Z")
    assert shown.items() <= post.event["data"].items()
    content = f"{post.id}.{post.headers['webhook-timestamp']}.".encode() + post.body
    key = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert post.headers["webhook-signature"] == f"v1,{expected}"
    assert post.headers["webhook-timestamp"] == str(house.moment // SECOND)


def test_a_campaign_that_cannot_be_found_is_named(house: House, tenant: Tenant, receiver: Receiver) -> None:
    house.webhook(tenant, receiver.url())
    with house.database.write() as connection:
        announce(connection, tenant.account_id, "campaign.finished", "c1", house.moment)
    poster = house.poster()
    wait_until(lambda: house.owed() == [], poster.post_due)
    assert receiver.events == [
        {"type": "campaign.finished", "timestamp": to_rfc3339(house.moment), "data": {"id": "c1"}}
    ]


def test_what_was_erased_meanwhile_is_told_without_number_and_text(
    house: House, tenant: Tenant, receiver: Receiver
) -> None:
    house.webhook(tenant, receiver.url())
    house.ended(tenant, recipient="919816111111")
    service = house.service
    retention.erase_number(house.database, service.endings, service.forgetting, "919816111111")
    poster = house.poster()
    wait_until(lambda: house.owed() == [], poster.post_due)
    (event,) = receiver.events
    assert (event["data"]["to"], event["data"]["text"], event["data"]["status"]) == (None, None, "delivered")
    assert b"919816111111" not in receiver.posts[0].body


def test_many_events_are_told_once_each_a_few_at_a_time(house: House, tenant: Tenant, receiver: Receiver) -> None:
    house.webhook(tenant, receiver.url())
    ids = house.ended(tenant, 250)
    poster = house.poster()
    poster.post_due()
    wait_until(lambda: house.owed() == [])  # a batch follows the other by itself
    assert sorted(event["data"]["id"] for event in receiver.events) == sorted(ids)
    assert len({post.id for post in receiver.posts}) == 250
    assert receiver.most_at_once <= posting.AT_ONCE_A_WEBHOOK


@pytest.mark.parametrize("status", [500, 503, 302, 400, 401, 404, 429])
def test_what_is_not_taken_comes_again_under_the_same_id(
    house: House, tenant: Tenant, receiver: Receiver, status: int
) -> None:
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant)
    receiver.answer = lambda _post: Reply(status if len(receiver.posts) == 1 else 200)
    poster = house.poster()
    wait_until(failed(house, 1), poster.post_due)
    (row,) = house.owed()
    assert 5 * SECOND <= row["next_attempt_at"] - house.moment <= 6 * SECOND
    shown = house.shown(tenant, webhook)
    assert (shown["state"], shown["pending"], shown["last_failure"]["status"]) == ("active", 1, status)
    assert shown["failing_since"] == shown["last_failure"]["at"] == to_rfc3339(house.moment)
    assert str(status) in shown["last_failure"]["message"]
    house.moment = row["next_attempt_at"]
    wait_until(lambda: house.owed() == [], poster.post_due)
    first, second = receiver.posts
    assert first.id == second.id
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    shown = house.shown(tenant, webhook)
    assert (shown["failing_since"], shown["last_failure"]["status"], shown["pending"]) == (None, status, 0)


def test_a_wait_that_the_receiver_asks_for_holds_the_whole_webhook(
    house: House, tenant: Tenant, receiver: Receiver
) -> None:
    house.webhook(tenant, receiver.url())
    house.ended(tenant)
    receiver.answer = lambda _post: Reply(429 if len(receiver.posts) == 1 else 200, {"Retry-After": "60"})
    poster = house.poster()
    wait_until(failed(house, 1), poster.post_due)
    wait_until(settled(poster))
    assert MINUTE <= house.owed()[0]["next_attempt_at"] - house.moment <= 1.2 * MINUTE
    house.ended(tenant)
    house.moment += 59 * SECOND
    poster.post_due()
    house.moment += 13 * SECOND
    wait_until(lambda: house.owed() == [], poster.post_due)
    assert {int(post.headers["webhook-timestamp"]) for post in receiver.posts[1:]} == {house.moment // SECOND}


def test_one_event_that_is_never_taken_keeps_no_other_back(house: House, tenant: Tenant, receiver: Receiver) -> None:
    webhook = house.webhook(tenant, receiver.url())
    poison, *others = house.ended(tenant, 30)
    receiver.answer = lambda post: Reply(500 if post.event["data"]["id"] == poison else 200)
    poster = house.poster()

    def pass_time() -> None:
        house.moment += SECOND
        poster.post_due()

    wait_until(lambda: [row["subject_id"] for row in house.owed()] == [poison], pass_time)
    assert {event["data"]["id"] for event in receiver.events} == {poison, *others}
    assert house.shown(tenant, webhook)["state"] == "active"


def test_silence_is_a_failure_that_is_shown_in_words(
    house: House, tenant: Tenant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", (1.0, 0.2))
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant)
    receiver.answer = lambda _post: Reply(None)
    poster = house.poster()
    wait_until(failed(house, 1), poster.post_due)
    failure = house.shown(tenant, webhook)["last_failure"]
    assert failure == {"at": to_rfc3339(house.moment), "status": None, "message": "No answer came in time."}


def test_a_day_without_success_disables_it_with_a_notice(
    house: House, tenant: Tenant, receiver: Receiver, logs: list[Any]
) -> None:
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant)
    begun = house.moment
    receiver.answer = lambda _post: Reply(500)
    poster = house.poster()

    def disabled() -> bool:
        return bool(house.shown(tenant, webhook)["state"] == "disabled")

    for attempts in count(1):
        again = failed(house, attempts)
        wait_until(lambda again=again: again() or disabled(), poster.post_due)  # type: ignore[misc]
        if disabled():
            break
        wait_until(settled(poster))
        house.moment = house.owed()[0]["next_attempt_at"]
    assert house.moment == begun + DAY
    shown = house.shown(tenant, webhook)
    assert shown["disabled_at"] == to_rfc3339(begun + DAY)
    assert shown["disabled_reason"] == "Nothing was taken for a day. It answered 500."
    assert shown["pending"] == 0
    assert len(receiver.posts) in range(11, 16)
    assert len({post.id for post in receiver.posts}) == 1
    (notice,) = [entry for entry in logs if entry["event"] == "webhook_disabled"]
    assert (notice["log_level"], notice["webhook_id"]) == ("warning", webhook["id"])
    poster.clear()
    house.ended(tenant)
    assert house.owed() == []


def test_an_event_is_given_up_after_a_day_though_others_are_taken(
    house: House, tenant: Tenant, receiver: Receiver, logs: list[Any]
) -> None:
    webhook = house.webhook(tenant, receiver.url())
    (poison,) = house.ended(tenant)
    receiver.answer = lambda post: Reply(500 if post.event["data"]["id"] == poison else 200)
    poster = house.poster()
    wait_until(failed(house, 1), poster.post_due)
    house.moment += 23 * HOUR
    house.ended(tenant)

    def pass_time() -> None:
        house.moment += SECOND
        poster.post_due()

    wait_until(lambda: [row["subject_id"] for row in house.owed()] == [poison], pass_time)
    house.moment += DAY
    wait_until(lambda: house.owed() == [], pass_time)
    assert house.shown(tenant, webhook)["state"] == "active"
    assert "webhook_given_up" in {entry["event"] for entry in logs}


def test_410_disables_at_once(house: House, tenant: Tenant, receiver: Receiver) -> None:
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant, 3)
    receiver.answer = lambda _post: Reply(410)
    poster = house.poster()
    wait_until(lambda: house.shown(tenant, webhook)["state"] == "disabled", poster.post_due)
    assert house.shown(tenant, webhook)["disabled_reason"] == "It answered 410: it is gone."
    assert len(receiver.posts) == 1
    receiver.answer = lambda _post: Reply(200)
    house.moment += HOUR
    poster.post_due()
    with house.database.write() as connection:
        enable_webhook(connection, tenant.account_id, webhook["id"])
    assert house.owed() == []  # what happened before is given up
    (message_id,) = house.ended(tenant)
    wait_until(lambda: house.owed() == [], poster.post_due)
    assert [event["data"]["id"] for event in receiver.events[1:]] == [message_id]
    shown = house.shown(tenant, webhook)
    assert (shown["state"], shown["disabled_at"], shown["disabled_reason"]) == ("active", None, None)


def test_what_was_claimed_by_one_who_was_killed_is_posted_later(
    house: House, tenant: Tenant, receiver: Receiver
) -> None:
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant)
    addressee = Addressee(tenant.account_id, webhook["id"])
    with house.database.write() as connection:
        (lost,) = claim(connection, addressee, house.moment)
        assert claim(connection, addressee, house.moment) == []
    poster = house.poster()
    poster.post_due()
    house.moment += LEASE_MS
    with house.database.write() as connection:
        (found,) = claim(connection, addressee, house.moment)
        close(connection, [lost])  # whoever comes back too late decides nothing
    assert found.id == lost.id
    house.moment += LEASE_MS
    wait_until(lambda: house.owed() == [], poster.post_due)
    assert len(receiver.posts) == 1


def test_two_dispatchers_tell_each_event_once(house: House, tenant: Tenant, receiver: Receiver) -> None:
    house.webhook(tenant, receiver.url())
    ids = house.ended(tenant, 200)
    first, second = house.poster(), house.poster()

    def post_both() -> None:
        first.post_due()
        second.post_due()

    wait_until(lambda: house.owed() == [], post_both)
    assert sorted(event["data"]["id"] for event in receiver.events) == sorted(ids)


def test_slow_receivers_of_one_account_hold_up_nobody_else(
    house: House, tenant: Tenant, start_receiver: Callable[[], Receiver]
) -> None:
    slow, fast = start_receiver(), start_receiver()
    slow.answer = lambda _post: Reply(None)
    for index in range(15):
        house.webhook(tenant, slow.url(f"/{index}"))
    house.ended(tenant, 30)
    poster = house.poster()
    wait_until(lambda: slow.at_once == posting.AT_ONCE_AN_ACCOUNT, poster.post_due)
    stranger = house.tenant("C-TWO")
    house.webhook(stranger, fast.url())
    house.ended(stranger, 50)
    wait_until(lambda: len(fast.posts) == 50, poster.post_due)
    assert slow.most_at_once == posting.AT_ONCE_AN_ACCOUNT
    slow.release()


def test_each_tenant_is_told_of_its_own_with_its_own_secret(
    house: House, tenant: Tenant, start_receiver: Callable[[], Receiver]
) -> None:
    owners = [tenant, house.tenant("C-TWO")]
    receivers = [start_receiver() for _ in owners]
    secrets = {house.webhook(owner, place.url())["secret"] for owner, place in zip(owners, receivers, strict=True)}
    assert len(secrets) == 2
    expected = [set(house.ended(owner, 3)) for owner in owners]
    poster = house.poster()
    wait_until(lambda: house.owed() == [], poster.post_due)
    assert [{event["data"]["id"] for event in place.events} for place in receivers] == expected


def test_the_dispatcher_s_process_posts(house: House, tenant: Tenant, receiver: Receiver) -> None:
    house.webhook(tenant, receiver.url())
    service = Service(dataclasses.replace(house.service.settings, webhook_hosts=HOSTS))
    dispatcher = dispatcher_for(service)
    dispatcher.start()
    try:
        house.ended(tenant)
        wait_until(lambda: house.owed() == [])
    finally:
        dispatcher.stop()
        service.close()
    assert len(receiver.posts) == 1


def test_a_removed_webhook_is_told_nothing_more(house: House, tenant: Tenant, receiver: Receiver) -> None:
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant, 3)
    with house.database.write() as connection:
        remove_webhook(connection, tenant.account_id, webhook["id"])
    poster = house.poster()
    poster.post_due()
    poster.close()
    assert receiver.posts == []


def test_a_secret_that_cannot_be_read_is_a_failure_in_words(house: House, tenant: Tenant, receiver: Receiver) -> None:
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant)
    with house.database.write() as connection:
        connection.execute(update(webhooks).values(secret_sealed="sealed with a key that was lost"))
    poster = house.poster()
    wait_until(failed(house, 1), poster.post_due)
    assert "Remove it and add it again" in house.shown(tenant, webhook)["last_failure"]["message"]
    assert receiver.posts == []


def test_neither_secret_nor_url_nor_number_is_in_the_database_or_a_log(
    house: House, tenant: Tenant, receiver: Receiver, logs: list[Any]
) -> None:
    webhook = house.webhook(tenant, receiver.url())
    house.ended(tenant)
    receiver.answer = lambda _post: Reply(500)
    poster: Poster = house.poster()
    wait_until(failed(house, 1), poster.post_due)
    with house.database.read() as connection:
        rows = [
            repr(row)
            for table in metadata.tables.values()
            if table.name.startswith("webhook")
            for row in connection.execute(select(table))
        ]
    assert len(rows) > 2
    hidden = (webhook["secret"], webhook["secret"].removeprefix("whsec_"), "token=hush", "919816111111")
    for text in (*rows, repr(logs)):
        assert not any(secret in text for secret in hidden)
