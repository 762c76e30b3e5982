"""`/api/v1/campaigns`: begun with a file or with JSON, looked at, held, tried and ended."""

import io
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import DAY, now_ms, to_rfc3339
from connectors.shared.messages.tables import messages
from tests.api.campaigning import begin, form, nonzero, people, show, workbook
from tests.api.ledger import Tenant
from tests.api.problems import problem_of
from tests.shared.campaigns.audience import import_all, upkeep_of

URL = "/api/v1/campaigns"


def soon() -> str:
    """Tomorrow, with an offset."""
    return str(to_rfc3339(now_ms() + DAY))


def cut_short(file: bytes) -> bytes:
    """A workbook whose sheet ends in the middle."""
    cut = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as whole, zipfile.ZipFile(cut, "w", zipfile.ZIP_DEFLATED) as part:
        for name in whole.namelist():
            content = whole.read(name)
            part.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    return cut.getvalue()


def finish(tenant: Tenant, **values: Any) -> None:
    """Have every message end."""
    with tenant.service.database.write() as connection:
        connection.execute(update(messages).values({"status": "delivered", "deadline_at": None} | values))


def test_a_workbook_of_the_vendors_becomes_messages(client: FlaskClient, tenant: Tenant) -> None:
    rows = [
        *people(3),
        (91, None, "nobody", "Pune"),
        (91, "9.19816E+11", "Asha", "Pune"),
        (91, 9816000000, None, "Pune"),
    ]
    campaign = begin(client, tenant, workbook([*rows, people(1)[0]]))
    assert campaign["state"] == "running"
    assert campaign["total"] == 7
    assert nonzero(campaign["counts"]) == {"queued": 3}
    assert nonzero(campaign["skipped"]) == {"no_number": 1, "invalid": 1, "missing_variable": 1, "duplicate": 1}
    found = client.get(f"{URL}/{campaign['id']}/recipients", headers=tenant.headers).get_json()
    assert [(item["row"], item["to"], item["text"]) for item in found["items"]] == [
        (2, "+919816000000", "Dear person 0, see you in Pune."),
        (3, "+919816000001", "Dear person 1, see you in Pune."),
        (4, "+919816000002", "Dear person 2, see you in Pune."),
    ]


def test_the_number_beside_a_country_is_that_countrys(client: FlaskClient, tenant: Tenant) -> None:
    """The vendor has 12345678901 twice in its sample, of one country: with +1 before it, it would be somebody else."""
    campaign = begin(client, tenant, workbook([(91, 12345678901, "Amit", "x"), (91, 12345678901, "Prakash", "x")]))
    found = client.get(f"{URL}/{campaign['id']}/recipients", headers=tenant.headers).get_json()
    assert [item["to"] for item in found["items"]] == ["+9112345678901", "+9112345678901"]


def test_json_recipients_become_messages(client: FlaskClient, tenant: Tenant) -> None:
    recipients: list[dict[str, Any]] = [
        {"to": "+919816000001", "variables": {"first_name": "Asha", "n": 3}},
        {"to": "9816000002", "variables": {"first_name": "Ben", "n": 4.5}},
        {"to": "not a number", "variables": {"first_name": "C", "n": 1}},
        {"to": "", "variables": {"first_name": "D", "n": 1}},
        {"to": "+919816000005"},
    ]
    asked = {"name": "Diwali", "text": "Dear {{ first_name }}: {{ n }}", "recipients": recipients}
    response = client.post(URL, json=asked, headers=tenant.headers)
    assert response.status_code == 201
    assert response.headers["Location"] == f"{URL}/{response.get_json()['id']}"
    assert response.get_json()["state"] == "importing"
    import_all(tenant.service)
    campaign = show(client, tenant, response.get_json()["id"]).get_json()
    assert nonzero(campaign["skipped"]) == {"invalid": 1, "no_number": 1, "missing_variable": 1}
    found = client.get(f"{URL}/{campaign['id']}/recipients", headers=tenant.headers).get_json()
    assert [item["text"] for item in found["items"]] == ["Dear Asha: 3", "Dear Ben: 4.5"]


def test_recipients_come_a_page_at_a_time(client: FlaskClient, tenant: Tenant) -> None:
    campaign = begin(client, tenant, workbook(people(7)))
    rows: list[int] = []
    url: str | None = f"{URL}/{campaign['id']}/recipients?limit=3"
    while url:
        page = client.get(url, headers=tenant.headers).get_json()
        rows += [item["row"] for item in page["items"]]
        url = f"{URL}/{campaign['id']}/recipients?limit=3&cursor={page['next']}" if page["next"] else None
    assert rows == [2, 3, 4, 5, 6, 7, 8]
    listed = client.get(f"{URL}?limit=1", headers=tenant.headers).get_json()
    assert ([item["id"] for item in listed["items"]], listed["next"]) == ([campaign["id"]], None)


@pytest.mark.parametrize(
    ("fields", "file", "named", "words"),
    [
        ({}, None, "file", "one file"),
        ({}, b"not a workbook", "file", "workbook"),
        ({}, workbook([(1, 2)], ("A", "B")), "file", "mobile_column"),
        ({"mobile_column": "Telephone"}, workbook(people(1)), "file", "Telephone"),
        ({"text": "Dear {{ nmae }}"}, workbook([(9816000000, "A")], ("Mobile", "Name")), "text", "Did you mean “Name”"),
        ({"text": "Dear {{ name"}, workbook(people(1)), "text", ""),
        ({"text": " "}, workbook(people(1)), "text", ""),
        ({"text": "a\x00b"}, workbook(people(1)), "text", "no phone can show"),
        ({"message_type": "OTP"}, workbook(people(1)), "message_type", "verification"),
        ({"due_at": "2026-11-21T08:00:00"}, workbook(people(1)), "due_at", "offset"),
        ({"sender_id": "far too long a name"}, workbook(people(1)), "sender_id", "11"),
        ({"template": "no such"}, workbook(people(1)), "text", "either"),
        ({"surprise": "1"}, workbook(people(1)), "surprise", "Unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(
    client: FlaskClient, tenant: Tenant, fields: dict[str, str], file: bytes | None, named: str, words: str
) -> None:
    for path in (URL, f"{URL}/preview"):
        response = client.post(
            path, data=form(file, **fields), headers=tenant.headers, content_type="multipart/form-data"
        )
        problem = problem_of(response, 422)
        assert words in " ".join(problem["errors"][named]), problem
    assert client.get(URL, headers=tenant.headers).get_json()["items"] == []


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"text": "Hi", "recipients": []}, "recipients"),
        ({"text": "Hi", "recipients": "all"}, "recipients"),
        ({"text": "Hi", "recipients": [{"variables": {}}]}, "recipients.0"),
        ({"text": "Hi", "recipients": [{"to": 919816000000}]}, "recipients.0"),
        ({"text": "Hi", "recipients": [{"to": "1", "variables": {"a": []}}]}, "recipients.0"),
        ({"text": "Hi", "recipients": [{"to": "1", "name": "x"}]}, "recipients.0"),
        ({"text": "Hi", "recipients": [{"to": "+919816000000"}] * 10_001}, "recipients"),
        ({"recipients": [{"to": "+919816000000"}]}, "text"),
        ({"text": "Hi", "recipients": [{"to": "1"}], "mobile_column": "x"}, "mobile_column"),
        ({"text": "a\x00b", "recipients": [{"to": "1"}]}, "text"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_json_that_cannot_be_is_refused(client: FlaskClient, tenant: Tenant, asked: Any, named: str) -> None:
    problem = problem_of(client.post(URL, json=asked, headers=tenant.headers), 422)
    assert named in problem["errors"]


@pytest.mark.parametrize("path", [URL, f"{URL}/preview"])
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "large"}])
@pytest.mark.parametrize(
    ("content_type", "words"), [("multipart/form-data; boundary=b", "Split the file"), ("application/json", "a file")]
)
def test_too_large_an_upload_is_413_and_says_what_to_do(
    client: FlaskClient, tenant: Tenant, path: str, key: dict[str, str], content_type: str, words: str
) -> None:
    response = client.post(
        path,
        data=b"--b",
        content_type=content_type,
        headers=tenant.headers | key,
        environ_overrides={"CONTENT_LENGTH": str(60 * 1024**2)},
    )
    assert words in problem_of(response, 413)["detail"]


@pytest.mark.parametrize("value", ["[]", '{"a":1}', '{"a":{"a":1}}'])
def test_json_of_small_values_is_bounded_before_it_is_read(client: FlaskClient, tenant: Tenant, value: str) -> None:
    body = f'{{"text":"Hi","recipients":[{",".join([value] * 200_000)}]}}'
    response = client.post(URL, data=body, content_type="application/json", headers=tenant.headers)
    assert "values" in problem_of(response, 413)["detail"]


def test_a_form_that_is_not_utf_8_is_refused(client: FlaskClient, tenant: Tenant) -> None:
    parts = (b'name="text"\r\n\r\nCaf\xe9', b'name="file"; filename="a.csv"\r\n\r\nMobile\n9816000000')
    body = b"".join(b"--b\r\nContent-Disposition: form-data; %s\r\n" % part for part in parts) + b"--b--\r\n"
    response = client.post(URL, data=body, content_type="multipart/form-data; boundary=b", headers=tenant.headers)
    assert "UTF-8" in problem_of(response, 422)["errors"]["text"][0]


@pytest.mark.parametrize(("given", "kept"), [("a\x00b.csv", "ab.csv"), ("\u202e.csv", ".csv")])
def test_a_file_name_is_kept_as_a_person_reads_it(client: FlaskClient, tenant: Tenant, given: str, kept: str) -> None:
    data = {"text": "Hi", "file": (io.BytesIO(b"Mobile\n9816000000\n"), given)}
    response = client.post(URL, data=data, headers=tenant.headers)
    assert (response.status_code, response.get_json()["name"]) == (201, kept)


def test_an_idempotency_key_makes_one_campaign_of_two_requests(client: FlaskClient, tenant: Tenant) -> None:
    headers = tenant.headers | {"Idempotency-Key": "upload-1"}
    file = workbook(people(2))  # once: a workbook says when it was written
    first, second = (client.post(URL, data=form(file), headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.get_json() == first.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    other = client.post(URL, data=form(workbook(people(3))), headers=headers)
    problem_of(other, 422)
    assert len(client.get(URL, headers=tenant.headers).get_json()["items"]) == 1


def test_pause_resume_and_cancel(client: FlaskClient, tenant: Tenant) -> None:
    campaign = begin(client, tenant, workbook(people(3)))

    def post(verb: str) -> Any:
        return client.post(f"{URL}/{campaign['id']}/{verb}", headers=tenant.headers)

    problem_of(post("resume"), 409)
    assert post("pause").get_json()["state"] == "paused"
    problem_of(post("pause"), 409)
    assert post("resume").get_json()["state"] == "running"
    assert post("cancel").get_json()["state"] == "canceled"
    upkeep_of(tenant.service).run()
    assert nonzero(show(client, tenant, campaign["id"]).get_json()["counts"]) == {"canceled": 3}
    for verb in ("pause", "resume", "cancel"):
        problem_of(post(verb), 409)


def test_finished_follows_from_the_messages(client: FlaskClient, tenant: Tenant) -> None:
    campaign = begin(client, tenant, workbook(people(3)))
    finish(tenant, status="sent")
    assert show(client, tenant, campaign["id"]).get_json()["state"] == "finished"
    problem_of(client.post(f"{URL}/{campaign['id']}/cancel", headers=tenant.headers), 409)


def test_a_scheduled_campaign_waits_for_its_time(client: FlaskClient, tenant: Tenant) -> None:
    campaign = begin(client, tenant, workbook(people(2)), due_at=soon())
    assert campaign["state"] == "scheduled"
    assert nonzero(campaign["counts"]) == {"scheduled": 2}


def test_one_row_is_tried_with_a_number_of_mine(client: FlaskClient, tenant: Tenant) -> None:
    campaign = begin(client, tenant, workbook(people(3)), due_at=soon(), message_type="PROMOTIONAL")

    def attempt(**asked: Any) -> Any:
        return client.post(f"{URL}/{campaign['id']}/test", json=asked, headers=tenant.headers)

    tried = attempt(to="9816555555", row=3)
    assert tried.status_code == 200
    assert tried.get_json()["to"] == "+919816555555"
    assert tried.get_json()["text"] == "Dear person 1, see you in Pune."
    assert tried.get_json()["status"] == "queued"
    assert tried.get_json()["campaign_id"] is None
    assert attempt(to="+919816555555").get_json()["text"] == "Dear person 0, see you in Pune."
    problem_of(attempt(to="+919816555555", row=99), 404)
    problem_of(attempt(to="nobody"), 422)
    assert nonzero(show(client, tenant, campaign["id"]).get_json()["counts"]) == {"scheduled": 3}


def test_what_is_in_doubt_is_settled_for_the_whole_campaign(client: FlaskClient, tenant: Tenant) -> None:
    campaign = begin(client, tenant, workbook(people(3)))
    finish(tenant, status="unconfirmed")
    settled = client.post(f"{URL}/{campaign['id']}/resolve", json={"as": "failed"}, headers=tenant.headers)
    assert nonzero(settled.get_json()["counts"]) == {"failed": 3}


def test_a_file_that_breaks_on_the_way_fails_the_campaign_and_sends_nothing(
    client: FlaskClient, tenant: Tenant
) -> None:
    content = cut_short(workbook(people(5_000)))
    response = client.post(URL, data=form(content), headers=tenant.headers)
    assert response.status_code == 201, response.text
    import_all(tenant.service)
    upkeep_of(tenant.service).run()
    campaign = show(client, tenant, response.get_json()["id"]).get_json()
    assert campaign["state"] == "failed"
    assert campaign["error"]["message"]
    assert set(nonzero(campaign["counts"])) <= {"canceled"}


def test_another_accounts_campaign_is_not_there(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    campaign = begin(client, tenant, workbook(people(1)))
    url = f"{URL}/{campaign['id']}"
    for path in (url, f"{url}/recipients", f"{url}/report.csv", f"{url}/report.xlsx"):
        problem_of(client.get(path, headers=stranger.headers), 404)
    for verb, body in (
        ("pause", None),
        ("cancel", None),
        ("test", {"to": "+919816000000"}),
        ("resolve", {"as": "sent"}),
    ):
        problem_of(client.post(f"{url}/{verb}", json=body, headers=stranger.headers), 404)
    assert client.get(URL, headers=stranger.headers).get_json()["items"] == []
    with tenant.service.database.read() as connection:
        assert connection.execute(campaigns.select()).mappings().one()["paused_at"] is None
