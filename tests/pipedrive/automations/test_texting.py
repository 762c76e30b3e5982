"""From what happens in Pipedrive to the text: who gets it, what it says, and why somebody does not."""

from collections.abc import Callable
from typing import Any

import orjson

from connectors.pipedrive.installation.uninstalling import Uninstallation, uninstall
from connectors.pipedrive.platform.grants import GrantKey
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.clock import DAY, HOUR, now_ms
from tests.pipedrive.automations.played import SENDER_ID, Played
from tests.pipedrive.companies import COMPANY, install
from tests.pipedrive.contacts import NUMBER, add_contact

TO = NUMBER.removeprefix("+")
GREETING = "Hello {{ person.first_name }}, welcome. {{ user.name }}"


def test_a_person_who_is_added_is_texted_once_and_the_panel_shows_it(
    play: Callable[[Service], Played], both_services: Service, outside: SandboxServer
) -> None:
    played = play(both_services)
    played.put("person_added", enabled=True, template=GREETING)
    played.subscribe()
    played.book.teller.duplicates = 3
    person = add_contact(outside)
    assert played.all() == [(f"person:{person}", "sent", None)]
    assert played.texts() == [(TO, "Hello Asha, welcome. Asha Example")]
    history: Any = played.viewer.get("/messages", person_id=person).json
    [shown] = history["items"]
    assert (shown["text"], shown["log"]["state"]) == ("Hello Asha, welcome. Asha Example", "waiting")
    assert shown["sender_id"] == SENDER_ID


def test_a_deal_that_enters_a_stage_texts_its_contact_with_the_deal(played: Played, outside: SandboxServer) -> None:
    text = "{{ person.name }}: {{ deal.title }}, {{ deal.value | money }}, {{ deal.stage }} in {{ deal.pipeline }}"
    played.put(played.in_stage(1), enabled=True, template=text)
    played.subscribe()
    person, [first, second, _] = add_contact(outside), played.stages
    moved = played.book.add_deal(COMPANY, "Blue kurtas", first, person, value=14_990)
    played.book.change_deal(COMPANY, moved, title="Red kurtas")
    played.book.change_deal(COMPANY, moved, stage_id=second)
    played.work()
    made = played.book.add_deal(COMPANY, "Silk", second, person, value=5.5, currency="EUR")
    played.work()
    played.book.add_deal(COMPANY, "Wool", second)
    assert played.all() == [
        (f"deal:{moved}:stage:{second}", "sent", None),
        (f"deal:{made}:stage:{second}", "sent", None),
        (None, "skipped", "no_number"),
    ]
    assert played.texts() == [
        (TO, "Asha Rao: Red kurtas, Rs 14,990.00, Proposal made in Sales"),
        (TO, "Asha Rao: Silk, €5.50, Proposal made in Sales"),
    ]
    assert played.rows()[2]["words"] == "The deal has no contact person."


def test_a_delayed_text_is_stopped_where_the_deal_went_on(played: Played, outside: SandboxServer) -> None:
    played.put(played.in_stage(1), enabled=True, delay_seconds=HOUR // 1_000)
    played.subscribe()
    elsewhere, person = {"stage_id": played.stages[2]}, add_contact(outside)
    told: dict[str | None, dict[str, Any]] = {
        "The deal was lost or deleted before.": {"status": "lost"},
        "The deal left this stage before.": elsewhere,
        "The deal was deleted.": {"status": "deleted"},
        None: {"status": "won"},
    }
    untold: dict[str, dict[str, Any]] = {
        "The deal was lost.": {"status": "lost"},
        "The deal is no longer in this stage.": elsewhere,
    }
    deals = [played.book.add_deal(COMPANY, "Silk", played.stages[1], person) for _ in (*told, *untold)]
    played.work()
    assert {row["status"] for row in played.rows()} == {"waiting"}
    played.shift(HOUR)
    for deal, change in zip(deals, (*told.values(), *untold.values()), strict=True):
        if deal == deals[len(told)]:
            played.work()
            for hook in played.book.hooks.of(COMPANY):
                played.book.hooks.remove(COMPANY, hook.id)
        played.book.change_deal(COMPANY, deal, **change)
    ends = {row["refs"]: row for row in played.rows()} if played.all() else {}
    ordered = [ends[refs] for refs in sorted(ends, key=lambda refs: int(orjson.loads(refs)["deal"]))]
    assert [row["words"] for row in ordered] == [*told, *untold]
    assert [row["status"] for row in ordered] == ["stopped"] * 3 + ["sent"] + ["stopped"] * 2
    assert len(played.texts()) == 1


def test_a_deal_that_comes_back_is_texted_again_after_a_day(played: Played, outside: SandboxServer) -> None:
    played.put(played.in_stage(1), enabled=True)
    played.subscribe()
    first, second, _ = played.stages
    deal = played.book.add_deal(COMPANY, "Silk", second, add_contact(outside))
    played.all()

    def come_back() -> list[str]:
        for stage in (first, second):
            played.book.change_deal(COMPANY, deal, stage_id=stage)
            played.work()
        return [f"{status} {reason or ''}".strip() for _, status, reason in played.all()]

    assert come_back() == ["sent", "skipped duplicate"]
    played.shift(DAY)
    assert come_back() == ["sent", "skipped duplicate", "sent"]


def test_a_deal_that_left_before_it_was_texted_is_texted_once_it_is_back(
    played: Played, outside: SandboxServer
) -> None:
    played.put(played.in_stage(1), enabled=True, delay_seconds=HOUR // 1_000)
    played.subscribe()
    first, second, _ = played.stages
    deal = played.book.add_deal(COMPANY, "Silk", second, add_contact(outside))
    played.work()
    played.shift(HOUR // 2)
    for stage in (first, second):
        played.book.change_deal(COMPANY, deal, stage_id=stage)
        played.work()
    assert [status for _, status, _ in played.steps()] == ["stopped", "waiting"]
    played.shift(HOUR)
    assert [status for _, status, _ in played.all()] == ["stopped", "sent"]


def test_who_cannot_be_texted_is_left_out_with_the_reason(played: Played, outside: SandboxServer) -> None:
    condition = {"field": "person.last_name", "operator": "exists"}
    named = {"field": "person.name", "operator": "contains", "value": "Asha"}
    played.put("person_added", enabled=True, template=GREETING, conditions=[condition, named])
    played.subscribe()
    contacts: list[tuple[dict[str, Any], str, str]] = [
        ({"phones": []}, "no_number", "The contact has no phone number."),
        ({"phones": [{"value": "12 34", "label": "work", "primary": True}]}, "no_number", "None of the contact's"),
        ({"hidden_from": [7]}, "no_number", "Pipedrive has no such contact any more, or it is hidden"),
        ({"is_deleted": True}, "no_number", "Pipedrive has no such contact any more"),
        ({"name": "Asha", "names": (None, "Rao")}, "text", "person.first_name"),
        ({"name": "Bimal Rao"}, "conditions", "The automation's conditions are not met."),
    ]
    added = {add_contact(outside, **values): (reason, words) for values, reason, words in contacts}
    played.all()
    found = {int(orjson.loads(row["refs"])["person"]): (row["reason"], row["words"]) for row in played.rows()}
    assert found.keys() == added.keys()
    for person, (reason, words) in added.items():
        assert found[person][0] == reason
        assert words in found[person][1]
    assert played.texts() == []


def test_pipedrive_that_does_not_answer_is_asked_again_and_another_admin_stands_in(
    played: Played, outside: SandboxServer
) -> None:
    played.put("person_added", enabled=True)
    played.subscribe()
    install(played.parts, outside, user_id=9, name="Zoya Admin")
    person = add_contact(outside)
    played.book.misbehave("GET /api/v2/persons", "429", reset=1)
    played.book.kill_grant(COMPANY, 7)
    played.book.expire_access_tokens()
    assert played.all() == [(f"person:{person}", "sent", None)]
    assert [request.status for request in played.book.requests if request.path.endswith(f"/{person}")][-2:] == [
        429,
        200,
    ]


def test_what_waits_when_the_app_is_uninstalled_is_gone_and_nothing_comes_after(
    played: Played, outside: SandboxServer
) -> None:
    played.put("person_added", enabled=True, delay_seconds=HOUR // 1_000)
    played.subscribe()
    add_contact(outside)
    played.work()
    assert len(played.steps()) == 1
    service = played.parts.service
    with service.database.write() as connection:
        assert uninstall(connection, service.endings, Uninstallation(GrantKey(COMPANY, 7), now_ms() + DAY))
    assert played.all() == []
