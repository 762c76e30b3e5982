"""Webhooks at Pipedrive: made once, while somebody needs them, in the name of somebody who is still there."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from connectors.pipedrive.automations.subscribing import Subscriber
from connectors.pipedrive.installation.uninstalling import Uninstallation, uninstall
from connectors.pipedrive.platform.grants import GrantKey
from connectors.sandbox.pipedrive.grants import Holder
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.clock import DAY, now_ms
from tests.pipedrive.automations.played import Door, Played
from tests.pipedrive.companies import COMPANY, bearer, install

PERSON, DEALS = ("person.create", 7), [("deal.change", 7), ("deal.create", 7)]


def test_webhooks_are_there_while_an_automation_needs_them(
    play: Callable[[Service], Played], both_services: Service, door: Door
) -> None:
    played = play(both_services)
    assert played.subscribe() == []
    played.put("person_added", enabled=False)
    assert played.subscribe() == []
    played.put("person_added", enabled=True)
    assert played.subscribe() == [PERSON]
    [hook] = played.book.hooks.of(COMPANY)
    assert hook.url == f"{door.url}/pipedrive/webhooks/{COMPANY}"
    for index in (0, 1):
        played.put(played.in_stage(index), enabled=True)
    assert played.subscribe() == [*DEALS, PERSON]
    played.put(played.in_stage(0), enabled=False)
    assert played.subscribe() == [*DEALS, PERSON]
    played.put(played.in_stage(1), enabled=False)
    assert played.subscribe() == [PERSON]
    played.make_due()
    assert played.subscribe() == [PERSON]


def test_workers_at_once_make_each_webhook_once(play: Callable[[Service], Played], both_services: Service) -> None:
    played = play(both_services)
    played.put("person_added", enabled=True)
    played.put(played.in_stage(0), enabled=True)
    barrier = Barrier(4)

    def look() -> None:
        subscriber = Subscriber(played.parts)
        barrier.wait()
        subscriber.look()

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert played.subscribe() == [*DEALS, PERSON]


def test_what_is_lost_or_doubled_at_pipedrive_is_put_right(played: Played, outside: SandboxServer) -> None:
    played.put("person_added", enabled=True)
    played.book.misbehave("POST /api/v1/webhooks", "lost")
    assert played.subscribe() == [PERSON]  # made, and nobody was told
    assert played.listed()["problem"] is not None
    played.make_due()
    assert played.subscribe() == [PERSON]
    assert played.listed()["problem"] is None
    [hook] = played.book.hooks.of(COMPANY)
    shown = hook.shown()
    theirs = shown | {"subscription_url": "https://elsewhere.example/hook"}
    for given in (shown, shown | {"http_auth_user": "of a former key"}, theirs):
        played.book.hooks.add(Holder(COMPANY, 7), given)
    played.book.hooks.remove(COMPANY, hook.id)
    played.make_due()
    played.subscribe()
    assert {(each.url, each.user) for each in played.book.hooks.of(COMPANY)} == {
        (hook.url, hook.user),
        (theirs["subscription_url"], hook.user),
    }
    for each in played.book.hooks.of(COMPANY):
        played.book.hooks.remove(COMPANY, each.id)
    played.make_due()
    assert played.subscribe() == [PERSON]


def test_another_admin_stands_in_for_one_who_left(played: Played, outside: SandboxServer) -> None:
    played.put("person_added", enabled=True)
    played.subscribe()
    install(played.parts, outside, user_id=8, name="Bo Sales", is_admin=False)
    install(played.parts, outside, user_id=9, name="Zoya Admin")
    service = played.parts.service
    played.book.permissions.uninstall(Holder(COMPANY, 7))
    with service.database.write() as connection:
        assert uninstall(connection, service.endings, Uninstallation(GrantKey(COMPANY, 7), now_ms() + DAY))
    assert played.subscribe() == [("person.create", 9)]
    played.book.kill_grant(COMPANY, 9)
    for hook in played.book.hooks.of(COMPANY):
        played.book.hooks.remove(COMPANY, hook.id)
    played.make_due()
    assert played.subscribe() == []
    played.viewer.headers = bearer(outside, COMPANY, 8)
    problem: Any = played.listed()["problem"]
    assert problem.startswith("Pipedrive is not connected") or "Nobody who is an admin" in problem
