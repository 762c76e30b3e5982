"""`/pipedrive/api/automations`: what there is, who may change it, and what it would say."""

from typing import Any

from connectors.pipedrive.automations.triggers import DEAL_FIELDS
from connectors.sandbox.server import SandboxServer
from tests.pipedrive.automations.played import STAGES, Played
from tests.pipedrive.companies import COMPANY, bearer, install
from tests.pipedrive.problems import problem_of


def test_there_is_one_for_a_person_and_for_each_stage(played: Played) -> None:
    repairs = played.book.add_pipeline(COMPANY, "Repairs", ["Ready"])
    played.book.add_field(COMPANY, "c" * 40, "City")
    answer = played.listed()
    stages = [*zip(played.stages, STAGES, strict=True), (repairs[0], "Ready")]
    assert [(item["trigger"], item["title"], item["pipeline"]) for item in answer["items"]] == [
        ("person_added", "Person added", None),
        *((f"deal_in_stage_{stage}", name, "Repairs" if stage in repairs else "Sales") for stage, name in stages),
    ]
    first = answer["items"][0]
    assert (first["enabled"], first["consent"], first["hours"]) == (False, "transactional", "day")
    assert (first["delay_seconds"], first["gone"]) == (0, False)
    names = {kind: {field["name"] for field in fields} for kind, fields in answer["fields"].items()}
    assert "person.city" in names["person"]
    assert names["deal"] - names["person"] == set(DEAL_FIELDS)
    assert (answer["problem"], answer["stages_problem"]) == (None, None)


def test_a_change_is_kept_and_tried_before(played: Played) -> None:
    played.book.add_field(COMPANY, "c" * 40, "City")
    trigger = played.in_stage(1)
    text = "{{ person.first_name }} of {{ person.city }}: {{ deal.title }} is in {{ deal.stage }}. {{ user.name }}"
    tried: Any = played.viewer.post(f"/automations/{trigger}/preview", {"template": text}).json
    assert tried["text"] == "Asha of City: Twelve blue kurtas is in Proposal made. Asha Example"
    assert (tried["segments"], tried["encoding"]) == (1, "GSM-7")
    kept = played.put(trigger, enabled=True, template=text, delay_seconds=3_600)
    assert (kept["title"], kept["template"], kept["delay_seconds"]) == ("Proposal made", text, 3_600)
    assert kept == played.listed()["items"][2]
    again = played.put(trigger, template=None)
    assert "we are working on your request" in again["text"]
    assert again["delay_seconds"] == 3_600


REFUSED: tuple[tuple[str, Any, int, str], ...] = (
    ("deal_in_stage_99", {"enabled": True}, 404, "There is no such automation."),
    ("deal_in_stage_0", {}, 404, "There is no such automation."),
    ("order_placed", {}, 404, "There is no such automation."),
    ("person_added", {"template": "{{ deal.title }}"}, 422, "There is no deal.title here."),
    ("person_added", {"template": "{{ person.first_nam }}"}, 422, "Did you mean person.first_name?"),
    ("person_added", {"delay_seconds": -1}, 422, "delay_seconds"),
    ("person_added", {"surprise": 1}, 422, "surprise"),
)


def test_what_cannot_work_is_refused(played: Played) -> None:
    for trigger, changes, status, words in REFUSED:
        answer = played.viewer.put(f"/automations/{trigger}", changes)
        assert (answer.status_code, words in answer.text) == (status, True), answer.text


def test_only_admins_change_and_who_lacks_a_permission_is_told(played: Played, outside: SandboxServer) -> None:
    install(played.parts, outside, user_id=8, is_admin=False)
    played.viewer.headers = bearer(outside, COMPANY, 8)
    assert problem_of(played.viewer.put("/automations/person_added", {"enabled": True}), 403)
    assert played.viewer.get("/automations").status_code == 200
    played.viewer.headers = bearer(outside, COMPANY, 7)
    played.book.misbehave("GET /api/v2/pipelines", "403")
    answer = played.listed()
    assert [item["trigger"] for item in answer["items"]] == ["person_added"]
    assert "Install the app anew" in answer["stages_problem"]


def test_a_stage_that_is_gone_can_be_switched_off(played: Played) -> None:
    trigger = played.in_stage(2)
    played.put(trigger, enabled=True)
    del played.book.people.company(COMPANY).stages[played.stages[2]]
    last = played.listed()["items"][-1]
    assert (last["trigger"], last["gone"]) == (trigger, True)
    assert played.put(trigger, enabled=False)["enabled"] is False
    assert [item["gone"] for item in played.listed()["items"]] == [False] * 3
