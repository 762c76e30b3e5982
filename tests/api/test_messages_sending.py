"""`POST /api/v1/messages`: kept before it is answered, or refused in words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import RowMapping, func, select
from werkzeug.test import TestResponse

from connectors.shared.messages.tables import messages
from connectors.shared.templates import store as templates
from tests.api.ledger import Tenant, add_tenant
from tests.api.problems import problem_of
from tests.api.test_messages import SHAPE

URL = "/api/v1/messages"
ASKED = {"to": "+919816111111", "text": "Your order has been shipped."}


def post(client: FlaskClient, tenant: Tenant, **asked: Any) -> TestResponse:
    return client.post(URL, json=asked, headers=tenant.headers)


def sent(client: FlaskClient, tenant: Tenant, **asked: Any) -> dict[str, Any]:
    response = post(client, tenant, **asked)
    assert response.status_code == 201, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def refused(client: FlaskClient, tenant: Tenant, asked: Mapping[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = problem_of(post(client, tenant, **asked), 422)["errors"]
    assert kept(tenant) == []
    return errors


def kept(tenant: Tenant) -> list[RowMapping]:
    with tenant.service.database.read() as connection:
        return list(connection.execute(select(messages).order_by(messages.c.id)).mappings())


def template(tenant: Tenant, **given: Any) -> str:
    values = {"name": "order shipped", "text": "Hello {{ first_name }}, it is on its way."} | given
    with tenant.service.database.write() as connection:
        return str(templates.create(connection, tenant.account_id, values)["id"])


def ahead(**delta: int) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).isoformat(timespec="seconds")


def test_a_message_is_kept_and_shown(client: FlaskClient, tenant: Tenant) -> None:
    response = post(client, tenant, **ASKED, external_id="order 1042")
    assert response.status_code == 201
    body = response.get_json()
    assert body.keys() == SHAPE
    assert body | ASKED == body
    assert (body["status"], body["source"], body["external_id"]) == ("queued", "api", "order 1042")
    assert (body["sender_id"], body["message_type"], body["channel"]) == ("UTOMOB", "TRANSACTION", "SMS")
    assert (body["encoding"], body["segments"], body["due_at"], body["error"]) == ("GSM-7", 1, None, None)
    assert response.headers["Location"] == f"{URL}/{body['id']}"
    assert client.get(response.headers["Location"], headers=tenant.headers).get_json() == body


def test_what_is_given_wins_over_the_account(client: FlaskClient, tenant: Tenant) -> None:
    asked = {"sender_id": "Bank-1", "message_type": "PROMOTIONAL", "channel": "RCS"}
    body = sent(client, tenant, **ASKED, **asked, template_id="1107", entity_id="1101")
    assert body | asked == body
    row = kept(tenant)[0]
    assert (row["template_id"], row["entity_id"], row["hours"]) == ("1107", "1101", "promotional")


@pytest.mark.parametrize("to", ["98161 11111", "919816111111", "0091-98161-11111"])
def test_a_number_is_read_as_people_write_it(client: FlaskClient, tenant: Tenant, to: str) -> None:
    assert sent(client, tenant, to=to, text="Hello")["to"] == "+919816111111"


def test_a_national_number_needs_a_country(client: FlaskClient, tenant: Tenant) -> None:
    nowhere = add_tenant(tenant.service, "C-NOWHERE", country_code=None)
    assert refused(client, nowhere, {"to": "020 7183 8750", "text": "Hello"}).keys() == {"to"}


def test_an_account_without_a_sender_id_must_be_told_one(client: FlaskClient, tenant: Tenant) -> None:
    nobody = add_tenant(tenant.service, "C-NOBODY", sender_id=None)
    assert refused(client, nobody, ASKED).keys() == {"sender_id"}
    assert sent(client, nobody, **ASKED, sender_id="UTOMOB")["sender_id"] == "UTOMOB"


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("to", {"to": 919816111111, "text": "Hello"}),
        ("to", {"to": "+91", "text": "Hello"}),
        ("to", {"to": None, "text": "Hello"}),
        ("to", {"text": "Hello"}),
        ("text", {"to": "+919816111111"}),
        ("text", ASKED | {"text": " "}),
        ("text", ASKED | {"text": "a\x00"}),
        ("text", ASKED | {"text": "a" * 1_531}),
        ("text", ASKED | {"text": ["a"]}),
        ("template", ASKED | {"template": "order shipped"}),
        ("template", {"to": "+919816111111", "template": "nowhere"}),
        ("template", {"to": "+919816111111", "template": "a\x00"}),
        ("variables", ASKED | {"variables": {"a": "b"}}),
        ("variables", {"to": "+919816111111", "template": "x", "variables": ["a"]}),
        ("sender_id", ASKED | {"sender_id": "A" * 16}),
        ("sender_id", ASKED | {"sender_id": ""}),
        ("message_type", ASKED | {"message_type": "SPAM"}),
        ("channel", ASKED | {"channel": "PIGEON"}),
        ("channel", ASKED | {"channel": "SAUTH"}),
        ("template_id", ASKED | {"template_id": "1107x", "entity_id": "1"}),
        ("entity_id", ASKED | {"entity_id": "1" * 31}),
        ("entity_id", ASKED | {"template_id": "1107"}),
        ("due_at", ASKED | {"due_at": "2026-11-21T08:00:00"}),
        ("due_at", ASKED | {"due_at": "tomorrow"}),
        ("due_at", ASKED | {"due_at": 1_795_248_000}),
        ("due_at", ASKED | {"due_at": ahead(days=90, minutes=5)}),
        ("external_id", ASKED | {"external_id": ""}),
        ("external_id", ASKED | {"external_id": "a\x00"}),
        ("colour", ASKED | {"colour": "blue"}),
    ],
)
def test_what_cannot_be_sent_is_named_and_not_kept(
    client: FlaskClient, tenant: Tenant, field: str, asked: dict[str, Any]
) -> None:
    assert list(refused(client, tenant, asked)) == [field]


def test_every_field_at_fault_is_named(client: FlaskClient, tenant: Tenant) -> None:
    asked = {"text": "", "sender_id": "", "due_at": "x", "colour": "blue"}
    assert refused(client, tenant, asked).keys() == {"to", "text", "sender_id", "due_at", "colour"}


def test_words_say_what_to_do(client: FlaskClient, tenant: Tenant) -> None:
    asked = {"to": 1, "text": "й" * 671, "channel": "SAUTH", "due_at": "2026-11-21T08:00:00"}
    errors = refused(client, tenant, asked)
    assert "as a text" in errors["to"][0]
    assert "11 SMS (UCS-2); at most 10" in errors["text"][0]
    assert "silent authentication" in errors["channel"][0]
    assert "offset" in errors["due_at"][0]


def test_later_is_scheduled(client: FlaskClient, tenant: Tenant) -> None:
    body = sent(client, tenant, **ASKED, due_at=ahead(days=89))
    assert body["status"] == "scheduled"
    due = datetime.fromisoformat(body["due_at"])
    assert timedelta(days=88) < due - datetime.now(UTC) <= timedelta(days=89)


@pytest.mark.parametrize("due_at", ["2020-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"])
def test_the_past_is_now(client: FlaskClient, tenant: Tenant, due_at: str) -> None:
    body = sent(client, tenant, **ASKED, due_at=due_at)
    assert (body["status"], body["due_at"]) == ("queued", None)


def test_a_template_is_filled_in_and_gives_its_own_sender(client: FlaskClient, tenant: Tenant) -> None:
    own = {"sender_id": "SHOP", "message_type": "PROMOTIONAL", "entity_id": "1101", "template_id": "1107"}
    template_id = template(tenant, **own)
    for named in ("order shipped", template_id):
        asked = {"to": "+919816111111", "template": named, "variables": {"first_name": "Asha"}}
        body = sent(client, tenant, **asked)
        assert body["text"] == "Hello Asha, it is on its way."
        assert (body["sender_id"], body["message_type"]) == ("SHOP", "PROMOTIONAL")
        assert sent(client, tenant, **asked, sender_id="OTHER")["sender_id"] == "OTHER"
    assert {(row["template_id"], row["entity_id"]) for row in kept(tenant)} == {("1107", "1101")}


@pytest.mark.parametrize("variables", [{}, {"first_name": ""}, {"first_name": None}, {"First": "Asha"}])
def test_a_missing_variable_is_named(client: FlaskClient, tenant: Tenant, variables: dict[str, Any]) -> None:
    template(tenant)
    asked = {"to": "+919816111111", "template": "order shipped", "variables": variables}
    assert list(refused(client, tenant, asked)) == ["variables.first_name"]


def test_a_filled_in_text_has_to_be_as_it_was_registered(client: FlaskClient, tenant: Tenant) -> None:
    template(
        tenant,
        text="Dear {{ name | capitalize }}, pay {{ order.sum }} by {{ day }}.",
        registered_text="Dear {#var#}, pay {#numeric#} by {#var#}.",
    )
    asked = {"to": "+919816111111", "template": "order shipped"}
    values = {"name": "asha", "order": {"sum": 1499}, "day": "Monday"}
    for field, wrong in (
        ("name", {"name": "a" * 31}),
        ("order.sum", {"order": {"sum": "1,499"}}),
        ("day", {"day": "x" * 31}),
    ):
        errors = refused(client, tenant, asked | {"variables": values | wrong})
        assert list(errors) == [f"variables.{field}"]
        assert "1,499" not in str(errors)
    assert sent(client, tenant, **asked, variables=values)["text"] == "Dear Asha, pay 1499 by Monday."


def test_values_that_no_template_can_print_are_refused(client: FlaskClient, tenant: Tenant) -> None:
    template(tenant, text="{{ it }} {{ it.a | plus: 1 }}")
    deep: Any = "x"
    for _ in range(900):
        deep = {"a": deep}
    odd: list[Any] = [deep, [], {"a": "\x00"}, 10**18, 1e308, True, "a\x00"]
    for value in odd:
        response = post(client, tenant, to="+919816111111", template="order shipped", variables={"it": value})
        assert response.status_code in (201, 422)


def test_a_stranger_s_template_is_none(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    template_id = template(stranger)
    for named in ("order shipped", template_id):
        asked = {"to": "+919816111111", "template": named, "variables": {"first_name": "Asha"}}
        assert list(refused(client, tenant, asked)) == ["template"]


def test_what_cannot_be_kept_is_503(client: FlaskClient, tenant: Tenant) -> None:
    tenant.service.acceptor.close()
    response = post(client, tenant, **ASKED)
    problem_of(response, 503)
    assert int(response.headers["Retry-After"]) > 0
    with tenant.service.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(messages)) == 0


def test_nobody_else_reads_it(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    body = sent(client, tenant, **ASKED)
    problem_of(client.get(f"{URL}/{body['id']}", headers=stranger.headers), 404)
