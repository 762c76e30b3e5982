"""Reports and previews: read back as a person's program would read them."""

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Semaphore
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from connectors.serving import previewer
from connectors.shared.campaigns import reports
from connectors.shared.clock import now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.tables import messages
from tests.api.campaigning import begin, form, people, workbook
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/campaigns"
FORMULA = '=HYPERLINK("http://evil.example","click")'
ROWS = [*people(3), (91, None, "nobody", "Pune"), (91, 9816000000, "person 0", "Pune")]


def csv_of(client: FlaskClient, tenant: Tenant, campaign_id: str) -> list[dict[str, str]]:
    response = client.get(f"{URL}/{campaign_id}/report.csv", headers=tenant.headers)
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))


def xlsx_of(client: FlaskClient, tenant: Tenant, campaign_id: str) -> list[tuple[Any, ...]]:
    with client.get(f"{URL}/{campaign_id}/report.xlsx", headers=tenant.headers) as response:
        sheet = openpyxl.load_workbook(io.BytesIO(response.get_data())).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} <= {"s", "n"}
    return list(sheet.iter_rows(values_only=True))


def change_one(tenant: Tenant, row: int, **values: Any) -> None:
    with tenant.service.database.write() as connection:
        connection.execute(update(messages).where(messages.c.campaign_row == row).values(values))


@pytest.mark.parametrize("slice_rows", [1, 2, 2_000])
def test_every_row_of_the_file_is_in_the_report_in_its_order(
    client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, slice_rows: int
) -> None:
    monkeypatch.setattr(reports, "SLICE", slice_rows)
    campaign = begin(client, tenant, workbook(ROWS))
    change_one(tenant, 3, status="undelivered", error_code="27", error_message="No such phone.", finished_at=now_ms())
    lines = csv_of(client, tenant, campaign["id"])
    assert [(line["Row"], line["Number"], line["Status"]) for line in lines] == [
        ("2", "'+919816000000", "queued"),
        ("3", "'+919816000001", "undelivered"),
        ("4", "'+919816000002", "queued"),
        ("5", "", "skipped"),
        ("6", "'+919816000000", "skipped"),
    ]
    assert lines[1]["Reason"] == "No such phone."
    assert lines[1]["Finished"].endswith("Z")
    assert (lines[3]["Code"], lines[4]["Code"]) == ("no_number", "duplicate")
    assert [row[:3] for row in xlsx_of(client, tenant, campaign["id"])][:3] == [
        ("Row", "Number", "Status"),
        (2, "+919816000000", "queued"),
        (3, "+919816000001", "undelivered"),
    ]


def test_a_report_that_breaks_off_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lines() -> Iterator[reports.Line]:
        yield (2, "+919816000000", "sent", "", "", "1", "", "")
        raise StoreUnavailable("away")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(StoreUnavailable):
        reports.write_xlsx(lines(), io.BytesIO())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [FORMULA, "+1+1", "-1", "@SUM(1)", "\tx", "#N/A"])
def test_no_cell_is_a_formula(client: FlaskClient, tenant: Tenant, words: str) -> None:
    campaign = begin(client, tenant, workbook(people(1)))
    change_one(tenant, 2, status="failed", error_code="400", error_message=words)
    (line,) = csv_of(client, tenant, campaign["id"])
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line.values())
    assert words in line["Reason"]
    assert xlsx_of(client, tenant, campaign["id"])[1][-1] == words


def test_a_preview_shows_what_would_be_sent_and_keeps_nothing(client: FlaskClient, tenant: Tenant) -> None:
    rows = [*ROWS, (91, 9816000009, "नमस्ते", "Pune")]
    response = client.post(f"{URL}/preview", data=form(workbook(rows)), headers=tenant.headers)
    assert response.status_code == 200, response.text
    preview = response.get_json()
    assert (preview["total"], preview["recipients"], preview["segments"]) == (6, 4, 4)
    assert preview["encodings"] == {"GSM-7": 3, "UCS-2": 1}
    assert preview["skipped"] == {"invalid": 0, "no_number": 1, "missing_variable": 0, "duplicate": 1, "opted_out": 0}
    assert preview["first"][0] == {
        "row": 2,
        "to": "+919816000000",
        "text": "Dear person 0, see you in Pune.",
        "encoding": "GSM-7",
        "segments": 1,
    }
    assert preview["longest"]["row"] in {2, 3, 4, 7}
    assert [(error["row"], error["reason"]) for error in preview["errors"]] == [(5, "no_number"), (6, "duplicate")]
    assert preview["mobile_column"] == "Mobile"
    assert client.get(URL, headers=tenant.headers).get_json()["items"] == []
    with tenant.service.database.read() as connection:
        assert connection.execute(messages.select()).first() is None


def test_json_is_previewed_too(client: FlaskClient, tenant: Tenant) -> None:
    recipients = [{"to": f"+9198160000{n:02}", "variables": {"n": n}} for n in range(12)]
    asked = {"text": "Number {{ n }}", "recipients": [*recipients, {"to": "x", "variables": {"n": 1}}]}
    preview = client.post(f"{URL}/preview", json=asked, headers=tenant.headers).get_json()
    assert [rendered["text"] for rendered in preview["first"]] == [f"Number {n}" for n in range(10)]
    assert (preview["recipients"], preview["skipped"]["invalid"], preview["mobile_column"]) == (12, 1, "to")
    assert preview["errors"][0]["row"] == 13


def test_many_recipients_in_json_are_previewed_in_a_process_of_their_own(
    client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def in_child(task: dict[str, Any]) -> dict[str, Any]:
        seen.append(task)
        return {}

    monkeypatch.setattr(previewer, "_in_child", in_child)
    for count in (1, 1_000):
        asked = {"text": "Hi", "recipients": [{"to": f"+919816{n:06}"} for n in range(count)]}
        client.post(f"{URL}/preview", json=asked, headers=tenant.headers)
    assert [task["kind"] for task in seen] == ["json"]


def test_previews_beyond_a_few_are_asked_to_come_again(
    client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewer, "_places", Semaphore(0))
    response = client.post(f"{URL}/preview", data=form(workbook(people(1))), headers=tenant.headers)
    assert "previewed" in problem_of(response, 503)["detail"]
    assert response.headers["Retry-After"].isdecimal()
