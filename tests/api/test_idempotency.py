"""`Idempotency-Key`: the same request twice is done once, whatever happens in between."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from connectors.api.idempotent import Once, idempotent
from connectors.api.messages import LONGEST_SEND_MS
from connectors.serving.worker import House
from connectors.shared.clock import DAY, now_ms
from connectors.shared.errors import ConnectorsError
from connectors.shared.idempotency import store
from connectors.shared.idempotency.tables import idempotency_keys
from connectors.shared.messages import retention
from connectors.shared.messages.tables import messages
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/messages"
ASKED = {"to": "+919816111111", "text": "Your order has been shipped."}
FIELD = "Idempotency-Key"


def post(
    client: FlaskClient, tenant: Tenant, asked: Any = ASKED, key: str = "order 1042", **options: Any
) -> TestResponse:
    given = {"json": asked} if "data" not in options else {"content_type": "application/json"}
    return client.post(URL, headers=tenant.headers | {FIELD: key}, **(given | options))


def count(tenant: Tenant) -> int:
    with tenant.service.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(messages)) or 0


def age(tenant: Tenant, milliseconds: int, **values: Any) -> None:
    """Make every key older, or otherwise than it was."""
    with tenant.service.database.write() as connection:
        connection.execute(
            update(idempotency_keys).values(created_at=idempotency_keys.c.created_at - milliseconds, **values)
        )


def test_the_same_request_again_gets_the_first_answer(client: FlaskClient, tenant: Tenant) -> None:
    first = post(client, tenant)
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    # The first answer, not the state of today.
    client.post(f"{URL}/{first.get_json()['id']}/cancel", headers=tenant.headers)
    for again in (
        post(client, tenant),
        post(client, tenant, data=b'{"text":"Your order has been shipped.", "to":"+919816111111"}'),
    ):
        assert again.status_code == 201
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]
        assert again.data == first.data
    assert count(tenant) == 1


def test_the_answer_is_the_same_with_a_key_and_without(client: FlaskClient, tenant: Tenant) -> None:
    keyed = post(client, tenant)
    plain = client.post(URL, json=ASKED, headers=tenant.headers)
    assert "Idempotency-Replayed" not in plain.headers
    assert keyed.mimetype == plain.mimetype == "application/json"
    assert keyed.get_json() | {"id": 0, "created_at": 0} == plain.get_json() | {"id": 0, "created_at": 0}
    assert count(tenant) == 2


def test_another_body_is_refused(client: FlaskClient, tenant: Tenant) -> None:
    post(client, tenant)
    detail = problem_of(post(client, tenant, ASKED | {"external_id": "x"}), 422)["detail"]
    assert FIELD in detail
    assert count(tenant) == 1


def test_each_key_and_each_account_counts_for_itself(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    answers = [post(client, tenant), post(client, tenant, key="order 1043"), post(client, stranger)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert not any("Idempotency-Replayed" in answer.headers for answer in answers)
    assert count(tenant) == 3


def test_a_refused_request_may_be_corrected(client: FlaskClient, tenant: Tenant) -> None:
    problem_of(post(client, tenant, ASKED | {"to": "+91"}), 422)
    problem_of(post(client, tenant, data=b"{"), 400)
    assert post(client, tenant).status_code == 201


def test_what_could_not_be_kept_may_be_sent_again(
    client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("connectors.api.messages.get_message", broken)  # once it is written, not yet committed
        problem_of(post(client, tenant), 500)
    assert count(tenant) == 0
    assert post(client, tenant).status_code == 201
    assert count(tenant) == 1


def test_a_request_in_flight_is_not_done_twice(client: FlaskClient, tenant: Tenant) -> None:
    post(client, tenant)
    # As if the first were not answered yet.
    age(tenant, 0, status=None, answer=None)
    response = post(client, tenant)
    problem_of(response, 409)
    assert int(response.headers["Retry-After"]) > 0
    # As if its process had been killed before it kept anything.
    age(tenant, LONGEST_SEND_MS)
    assert post(client, tenant).status_code == 201
    assert count(tenant) == 2


def test_a_day_later_it_is_a_request_of_its_own(client: FlaskClient, tenant: Tenant) -> None:
    first = post(client, tenant)
    age(tenant, DAY)
    second = post(client, tenant)
    assert second.status_code == 201
    assert second.get_json()["id"] != first.get_json()["id"]


def test_many_at_once_make_one_message(app: Flask, tenant: Tenant) -> None:
    together = threading.Barrier(6)
    answers: list[TestResponse] = []

    def ask() -> None:
        client = app.test_client()
        together.wait()
        answers.append(post(client, tenant))

    threads = [threading.Thread(target=ask) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [answer for answer in answers if answer.status_code == 201]
    assert Counter(answer.status_code for answer in answers).keys() <= {201, 409}
    assert len({answer.get_json()["id"] for answer in made}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in made) == 1
    assert count(tenant) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\tb"])
def test_a_key_has_a_form(client: FlaskClient, tenant: Tenant, key: str) -> None:
    sent = key.encode().decode("latin-1")  # as it travels
    assert list(problem_of(post(client, tenant, key=sent), 422)["errors"]) == [FIELD]
    assert count(tenant) == 0


def test_the_longest_key(client: FlaskClient, tenant: Tenant) -> None:
    assert post(client, tenant, key="~" * 255).status_code == 201


def test_a_body_as_deep_as_can_be_read(client: FlaskClient, tenant: Tenant) -> None:
    deep = b"[" * 1000 + b"]" * 1000
    body = b'{"to": "+919816111111", "template": "none", "variables": {"a": ' + deep + b"}}"
    problem_of(post(client, tenant, data=body), 422)


def test_keys_are_not_kept_as_they_are(client: FlaskClient, tenant: Tenant) -> None:
    post(client, tenant, key="a key that may say something")
    with tenant.service.database.read() as connection:
        rows = connection.execute(select(idempotency_keys)).all()
    assert len(rows) == 1
    assert "may say something" not in str(rows)


def test_a_redacted_text_is_not_replayed(client: FlaskClient, tenant: Tenant) -> None:
    body = post(client, tenant).get_json()
    client.post(f"{URL}/{body['id']}/cancel", headers=tenant.headers)
    client.delete(f"{URL}/{body['id']}/text", headers=tenant.headers)
    again = post(client, tenant)
    assert again.status_code == 201
    assert again.get_json() == body | {"text": None}


def test_what_was_erased_is_neither_replayed_nor_sent_again(client: FlaskClient, tenant: Tenant) -> None:
    post(client, tenant)
    service = tenant.service
    retention.erase_number(service.database, service.endings, service.forgetting, "919816111111")
    with service.database.read() as connection:
        assert "9816111111" not in str(connection.execute(select(idempotency_keys)).all())
    assert "erased" in problem_of(post(client, tenant), 409)["detail"]
    assert count(tenant) == 1


def test_a_removed_account_takes_its_keys_along(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    post(client, tenant)
    post(client, stranger)
    retention.remove_account(tenant.service.database, tenant.service.forgetting, tenant.account_id)
    with tenant.service.database.read() as connection:
        assert list(connection.scalars(select(idempotency_keys.c.account_id))) == [stranger.account_id]


@contextmanager
def form(app: Flask, tenant: Tenant, file: bytes = b"a,b", name: str = "x") -> Iterator[Once]:
    """A request with a file, as the view of a campaign meets it."""
    data = {"name": name, "file": (BytesIO(file), "people.csv")}
    with app.test_request_context("/api/v1/campaigns", method="POST", data=data, headers={FIELD: "k"}):
        g.account_id = tenant.account_id
        with idempotent() as once:
            yield once


def test_forms_are_compared_by_their_fields_and_files(app: Flask, tenant: Tenant) -> None:
    with form(app, tenant) as once, tenant.service.database.write() as connection:
        first = once.complete(connection, {"id": "c-1"}, "c-1")
    with form(app, tenant) as once:
        assert once.replay is not None
        assert once.replay.data == first.data
        assert once.replay.headers["Location"] == "/api/v1/campaigns/c-1"
    for other in ({"file": b"a,c"}, {"name": "y"}):
        with pytest.raises(store.KeyReused), form(app, tenant, **other):
            pytest.fail("it was let in")


def test_a_view_that_completes_nothing_frees_the_key(app: Flask, tenant: Tenant) -> None:
    with form(app, tenant) as once:
        assert once.keyed
        with pytest.raises(ConnectorsError), form(app, tenant):
            pytest.fail("it was let in")
    with form(app, tenant) as once:
        assert once.replay is None


def test_old_keys_are_purged_by_the_house(client: FlaskClient, tenant: Tenant) -> None:
    post(client, tenant)
    age(tenant, DAY)
    post(client, tenant, key="young")
    House(tenant.service).purge()
    with tenant.service.database.read() as connection:
        assert connection.scalar(select(func.count()).where(idempotency_keys.c.created_at <= now_ms())) == 1
