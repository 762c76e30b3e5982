from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.shared.errors import NotFound
from connectors.shared.templates.store import by_name_or_id
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/templates"
TEXT = "Dear {{ name }}, your order {{ order_id }} has been shipped."
GIVEN = {
    "name": "order shipped",
    "text": TEXT,
    "sender_id": "UTOMOB",
    "message_type": "TRANSACTION",
    "entity_id": "1101456789012345678",
    "template_id": "1107161234567890123",
    "registered_text": "Dear {#var#}, your order {#alphanumeric#} has been shipped.",
}


def add(client: FlaskClient, tenant: Tenant, **given: Any) -> dict[str, Any]:
    response = client.post(URL, json={"name": "n", "text": "Hi {{ name }}"} | given, headers=tenant.headers)
    assert response.status_code == 201, response.get_json()
    body: dict[str, Any] = response.get_json()
    return body


def test_a_template_from_its_making_to_its_end(client: FlaskClient, tenant: Tenant) -> None:
    made = add(client, tenant, **GIVEN)
    where = f"{URL}/{made['id']}"
    assert {name: made[name] for name in GIVEN} == GIVEN
    assert made["variables"] == ["name", "order_id"]
    assert made["created_at"] == made["updated_at"]
    assert client.get(where, headers=tenant.headers).get_json() == made

    changes = {"name": "shipped", "text": "Hi", "registered_text": None, "sender_id": None}
    changed = client.patch(where, json=changes, headers=tenant.headers)
    assert changed.status_code == 200
    assert changed.get_json() == made | changes | {"variables": [], "updated_at": changed.get_json()["updated_at"]}

    removed = client.delete(where, headers=tenant.headers)
    assert (removed.status_code, removed.data) == (204, b"")
    for method in ("get", "delete"):
        problem_of(getattr(client, method)(where, headers=tenant.headers), 404)


def test_only_the_name_and_the_text_are_needed(client: FlaskClient, tenant: Tenant) -> None:
    made = add(client, tenant)
    assert {name for name, value in made.items() if value is None} == GIVEN.keys() - {"name", "text"}


def test_a_change_of_nothing_changes_nothing(client: FlaskClient, tenant: Tenant) -> None:
    made = add(client, tenant)
    body = client.patch(f"{URL}/{made['id']}", json={}, headers=tenant.headers).get_json()
    assert body == made | {"updated_at": body["updated_at"]}


def test_a_name_is_one_of_a_kind_in_its_account(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    add(client, tenant, name="a")
    other = add(client, tenant, name="b")
    add(client, stranger, name="a")
    again = client.post(URL, json={"name": "a", "text": "x"}, headers=tenant.headers)
    assert "named a already" in problem_of(again, 409)["detail"]
    problem_of(client.patch(f"{URL}/{other['id']}", json={"name": "a"}, headers=tenant.headers), 409)
    kept = client.patch(f"{URL}/{other['id']}", json={"name": "b"}, headers=tenant.headers)
    assert kept.status_code == 200


def test_the_list_is_paged_newest_first(client: FlaskClient, tenant: Tenant) -> None:
    names = [add(client, tenant, name=f"n{number}")["name"] for number in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(URL, query_string={"limit": "2"} | cursor, headers=tenant.headers).get_json()
        seen += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == names[::-1]


def test_strangers_see_nothing_of_it(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    where = f"{URL}/{add(client, tenant)['id']}"
    assert client.get(URL, headers=stranger.headers).get_json() == {"items": [], "next": None}
    problem_of(client.get(where, headers=stranger.headers), 404)
    problem_of(client.patch(where, json={"text": "x"}, headers=stranger.headers), 404)
    problem_of(client.delete(where, headers=stranger.headers), 404)
    assert client.get(where, headers=tenant.headers).get_json()["text"] == "Hi {{ name }}"


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": ""}, "name", "Length"),
        ({"name": "x" * 101}, "name", "Length"),
        ({"name": " x"}, "name", "spaces"),
        ({"name": "a\nb"}, "name", "person can read"),
        ({"name": "a\x00b"}, "name", "person can read"),
        ({"name": None}, "name", "null"),
        ({"text": ""}, "text", "Length"),
        ({"text": " "}, "text", "empty"),
        ({"text": "a\x00b"}, "text", "NUL"),
        ({"text": "x" * 10_001}, "text", "Length"),
        ({"text": "Hi\n{{ name"}, "text", "Line 2"),
        ({"text": "Hi {{ name | shout }}"}, "text", "shout"),
        ({"text": "Hi {#var#}"}, "text", "{{ name }}"),
        ({"sender_id": "!"}, "sender_id", "sender id"),
        ({"message_type": "NEWS"}, "message_type", "one of"),
        ({"entity_id": "11x"}, "entity_id", "digits"),
        ({"template_id": "1" * 31}, "template_id", "digits"),
        ({"template_id": "1\n"}, "template_id", "digits"),
        ({"registered_text": "Hi {#var#}!"}, "registered_text", "nothing more"),
        ({"registered_text": "\x00"}, "registered_text", "NUL"),
        ({"text": "{% if a %}x{% endif %}", "registered_text": "x"}, "registered_text", "conditions"),
        ({"colour": "red"}, "colour", "Unknown"),
    ],
)
def test_what_is_at_fault_is_named(
    client: FlaskClient, tenant: Tenant, given: dict[str, Any], field: str, words: str
) -> None:
    made = add(client, tenant, name="kept")
    for response in (
        client.post(URL, json={"name": "n", "text": "Hi {{ name }}"} | given, headers=tenant.headers),
        client.patch(f"{URL}/{made['id']}", json=given, headers=tenant.headers),
    ):
        errors = problem_of(response, 422)["errors"]
        assert list(errors) == [field]
        assert words in " ".join(errors[field])


def test_a_changed_text_is_checked_against_what_is_registered(client: FlaskClient, tenant: Tenant) -> None:
    where = f"{URL}/{add(client, tenant, **GIVEN)['id']}"
    response = client.patch(where, json={"text": "Hello {{ name }}"}, headers=tenant.headers)
    assert list(problem_of(response, 422)["errors"]) == ["registered_text"]
    assert client.get(where, headers=tenant.headers).get_json()["text"] == TEXT


@pytest.mark.parametrize("given", ["nothing", "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50", "%00", "ü"])
def test_no_such_template(client: FlaskClient, tenant: Tenant, given: str) -> None:
    for method, body in (("get", None), ("patch", {}), ("delete", None)):
        problem_of(client.open(f"{URL}/{given}", method=method, json=body, headers=tenant.headers), 404)


def test_it_is_found_by_name_or_id(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    made = add(client, tenant, **GIVEN)
    with tenant.service.database.read() as connection:
        for wanted in (made["id"], GIVEN["name"]):
            assert by_name_or_id(connection, tenant.account_id, wanted)["text"] == TEXT
            with pytest.raises(NotFound):
                by_name_or_id(connection, stranger.account_id, wanted)
        for wanted in ("", "\x00", "\ud800", "x" * 1_000):
            with pytest.raises(NotFound):
                by_name_or_id(connection, tenant.account_id, wanted)
