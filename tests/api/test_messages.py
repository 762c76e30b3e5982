from typing import Any

import pytest
import uuid_utils
from flask.testing import FlaskClient

from tests.api.ledger import Tenant, add_tenant
from tests.api.problems import problem_of

SHAPE = {
    "id",
    "status",
    "to",
    "sender_id",
    "text",
    "channel",
    "message_type",
    "encoding",
    "segments",
    "source",
    "external_id",
    "campaign_id",
    "transaction_id",
    "error",
    "created_at",
    "due_at",
    "sent_at",
    "finished_at",
}


def listed(client: FlaskClient, tenant: Tenant, **query: Any) -> dict[str, Any]:
    response = client.get("/api/v1/messages", query_string=query, headers=tenant.headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_a_message_has_the_shape_of_the_public_interface(client: FlaskClient, tenant: Tenant) -> None:
    message_id = tenant.message(
        status="failed",
        external_id="mid.1",
        transaction_id="T1",
        error_code="511",
        error_message="The mobile number is invalid.",
        created_at=1_795_248_000_123,
        sent_at=1_795_248_001_000,
        finished_at=1_795_248_002_000,
    )
    response = client.get(f"/api/v1/messages/{message_id}", headers=tenant.headers)
    assert response.status_code == 200
    assert response.get_json() == {
        "id": message_id,
        "status": "failed",
        "to": "+919816111111",
        "sender_id": "UTOMOB",
        "text": "Your order has been shipped.",
        "channel": "SMS",
        "message_type": "TRANSACTION",
        "encoding": "GSM-7",
        "segments": 1,
        "source": "clevertap",
        "external_id": "mid.1",
        "campaign_id": None,
        "transaction_id": "T1",
        "error": {"code": "511", "message": "The mobile number is invalid."},
        "created_at": "2026-11-21T08:00:00Z",
        "due_at": None,
        "sent_at": "2026-11-21T08:00:01Z",
        "finished_at": "2026-11-21T08:00:02Z",
    }


def test_an_erased_message_is_still_shown_without_number_and_text(client: FlaskClient, tenant: Tenant) -> None:
    message_id = tenant.message(recipient=None, text=None)
    body = client.get(f"/api/v1/messages/{message_id}", headers=tenant.headers).get_json()
    assert (body["to"], body["text"], body["error"]) == (None, None, None)


def test_an_empty_list(client: FlaskClient, tenant: Tenant) -> None:
    assert listed(client, tenant) == {"items": [], "next": None}


def test_the_newest_come_first_in_the_shape_of_one(client: FlaskClient, tenant: Tenant) -> None:
    older, newer = tenant.message(), tenant.message()
    page = listed(client, tenant)
    assert ids(page) == [newer, older]
    assert page["next"] is None
    assert all(item.keys() == SHAPE for item in page["items"])


def test_pages_follow_each_other_without_gap_or_repetition(client: FlaskClient, tenant: Tenant) -> None:
    made = [tenant.message() for _ in range(5)]
    first = listed(client, tenant, limit=2)
    # What arrives between two pages moves nobody to another page.
    tenant.message()
    second = listed(client, tenant, limit=2, cursor=first["next"])
    third = listed(client, tenant, limit=2, cursor=second["next"])
    assert ids(first) + ids(second) + ids(third) == made[::-1]
    assert third["next"] is None


def test_a_page_that_is_just_full_is_the_last(client: FlaskClient, tenant: Tenant) -> None:
    made = [tenant.message() for _ in range(2)]
    page = listed(client, tenant, limit=2)
    assert ids(page) == made[::-1]
    assert page["next"] is None


def test_the_default_limit_is_fifty(client: FlaskClient, tenant: Tenant) -> None:
    for _ in range(51):
        tenant.message()
    page = listed(client, tenant)
    assert len(page["items"]) == 50
    assert page["next"]


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ({"status": "delivered"}, {"status": "sent"}),
        ({"source": "shopify"}, {"source": "clevertap"}),
        ({"campaign_id": "c1"}, {"campaign_id": "c2"}),
        ({"to": "+442071838750"}, {"recipient": "919816111111"}),
    ],
)
def test_conditions_choose(client: FlaskClient, tenant: Tenant, query: dict[str, str], other: dict[str, str]) -> None:
    chosen = {"recipient": query["to"][1:]} if "to" in query else query
    wanted = tenant.message(**chosen)
    tenant.message(**other)
    assert ids(listed(client, tenant, **query)) == [wanted]


def test_conditions_narrow_each_other(client: FlaskClient, tenant: Tenant) -> None:
    wanted = tenant.message(status="sent", source="shopify")
    tenant.message(status="sent")
    tenant.message(source="shopify")
    assert ids(listed(client, tenant, status="sent", source="shopify")) == [wanted]


@pytest.mark.parametrize("to", ["+919816111111", "919816111111", "98161 11111", "00919816111111", " 919816111111"])
def test_a_number_is_read_as_people_write_it(client: FlaskClient, tenant: Tenant, to: str) -> None:
    wanted = tenant.message()
    tenant.message(recipient="919816111112")
    assert ids(listed(client, tenant, to=to)) == [wanted]


def test_a_bare_plus_in_a_query_is_still_a_plus(client: FlaskClient, tenant: Tenant) -> None:
    wanted = tenant.message(recipient="12025550123")
    response = client.get("/api/v1/messages?to=+12025550123", headers=tenant.headers)
    assert ids(response.get_json()) == [wanted]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=done", "status"),
        ("status=", "status"),
        ("to=12", "to"),
        ("to=", "to"),
        ("to=hello", "to"),
        ("to=" + "9" * 41, "to"),
        ("to=%00", "to"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("source=%00", "source"),
        ("source=clevertap%0A", "source"),
        ("source=" + "a" * 33, "source"),
        ("campaign_id=%00", "campaign_id"),
        ("cursor=", "cursor"),
        ("cursor=abc", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "A" * 64, "cursor"),
        ("offset=2", "offset"),
        ("%00=2", "\x00"),
        ("a.b=2", "a.b"),
    ],
)
def test_what_does_not_validate_is_named(client: FlaskClient, tenant: Tenant, query: str, field: str) -> None:
    body = problem_of(client.get(f"/api/v1/messages?{query}", headers=tenant.headers), 422)
    assert list(body["errors"]) == [field]
    assert all(isinstance(text, str) for text in body["errors"][field])


def test_every_field_at_fault_is_named(client: FlaskClient, tenant: Tenant) -> None:
    body = problem_of(client.get("/api/v1/messages?limit=0&offset=1&status=x", headers=tenant.headers), 422)
    assert body["errors"].keys() == {"limit", "offset", "status"}


def test_a_changed_cursor_is_refused_wherever_it_was_changed(client: FlaskClient, tenant: Tenant) -> None:
    for _ in range(2):
        tenant.message()
    cursor = listed(client, tenant, limit=1)["next"]
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        response = client.get("/api/v1/messages", query_string={"cursor": changed}, headers=tenant.headers)
        assert "cursor" in problem_of(response, 422)["errors"]


def test_a_cursor_is_good_for_its_account_alone(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    for _ in range(2):
        tenant.message()
    cursor = listed(client, tenant, limit=1)["next"]
    response = client.get("/api/v1/messages", query_string={"cursor": cursor}, headers=stranger.headers)
    assert "cursor" in problem_of(response, 422)["errors"]


def test_tenants_are_strangers(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    own, other = tenant.message(), stranger.message(status="unconfirmed")
    assert ids(listed(client, tenant)) == [own]
    assert ids(listed(client, stranger)) == [other]
    for query in ({"status": "unconfirmed"}, {"to": "+919816111111"}, {"source": "clevertap"}):
        assert other not in ids(listed(client, tenant, **query))
    problem_of(client.get(f"/api/v1/messages/{other}", headers=tenant.headers), 404)
    problem_of(client.post(f"/api/v1/messages/{other}/resolve", json={"as": "sent"}, headers=tenant.headers), 404)
    assert ids(listed(client, stranger, status="unconfirmed")) == [other]


def test_a_stranger_s_message_looks_like_none(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    theirs = client.get(f"/api/v1/messages/{stranger.message()}", headers=tenant.headers)
    nobodys = client.get(f"/api/v1/messages/{uuid_utils.uuid7()}", headers=tenant.headers)
    assert theirs.get_json(force=True) == nobodys.get_json(force=True)


@pytest.mark.parametrize(
    "odd",
    [
        "1",
        "nope",
        "%00",
        "%ff%fe",
        "%F0%9F%98%80",
        "..",
        "%2e%2e",
        "a%2Fb",
        "'%20OR%201=1",
        "x" * 5000,
        "%0a",
        "0197A3C2-7F00-7C3E-9D7A-0B1C2D3E4F50",
        "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f5%00",
        "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50%0a",
    ],
)
def test_any_other_id_is_not_there(client: FlaskClient, tenant: Tenant, odd: str) -> None:
    problem_of(client.get(f"/api/v1/messages/{odd}", headers=tenant.headers), 404)
    response = client.post(f"/api/v1/messages/{odd}/resolve", json={"as": "sent"}, headers=tenant.headers)
    problem_of(response, 404)


def test_national_numbers_are_read_as_of_the_account_s_country(client: FlaskClient, tenant: Tenant) -> None:
    british = add_tenant(tenant.service, "C-UK", country_code="44")
    nowhere = add_tenant(tenant.service, "C-NOWHERE", country_code=None)
    wanted = british.message(recipient="442071838750")
    assert ids(listed(client, british, to="020 7183 8750")) == [wanted]
    response = client.get("/api/v1/messages?to=020 7183 8750", headers=nowhere.headers)
    assert "to" in problem_of(response, 422)["errors"]
