"""The report of a campaign: every person once with what became of their SMS, on the page and to take away."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, update

from connectors.app import app_for
from connectors.pipedrive.campaigns import people as campaign_people
from connectors.pipedrive.context import Context
from connectors.pipedrive.tables import pipedrive_logs
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.campaigns import reports
from connectors.shared.clock import now_ms
from connectors.shared.messages.tables import messages
from tests.pipedrive.campaigning import Page, add_people, gather, gather_and_import, number, ok, phone, selected
from tests.pipedrive.companies import COMPANY, install, parts_of, set_up

FORMULA = '=HYPERLINK("http://evil.example","click")'


def begun(parts: Context, outside: SandboxServer) -> tuple[Page, str, list[int]]:
    """A campaign to five people, of whom three can be texted."""
    install(parts, outside)
    set_up(parts)
    page = Page(app_for(parts.service).test_client(), outside)
    book = outside.sandbox.pipedrive
    ids = [
        *add_people(outside, 2),
        book.add_person(COMPANY, "No Number"),
        book.add_person(COMPANY, FORMULA, [phone(2)], names=("Mallory", None)),
        book.add_person(COMPANY, "Same Number", [phone(0)]),
    ]
    return page, page.begin(selected(*ids))["id"], ids


def change_row(parts: Context, row: int, **values: Any) -> None:
    with parts.service.database.write() as connection:
        connection.execute(update(messages).where(messages.c.campaign_row == row).values(values))


@pytest.mark.parametrize("limit", [1, 500])
def test_every_person_is_listed_once(both_services: Service, outside: SandboxServer, limit: int) -> None:
    parts = parts_of(both_services)
    page, campaign_id, ids = begun(parts, outside)
    gather(parts)
    assert {each["status"] for each in page.people(campaign_id, limit)} == {"importing"}
    gather_and_import(parts)
    change_row(parts, 2, status="undelivered", error_code="27", error_message="No such phone.", finished_at=now_ms())
    people = page.people(campaign_id, limit)
    assert [each["person_id"] for each in people] == ids
    assert [each["status"] for each in people] == ["queued", "undelivered", "skipped", "queued", "skipped"]
    assert [each["to"] for each in people] == [number(0), number(1), None, number(2), number(0)]
    assert people[1]["error"] == {"code": "27", "message": "No such phone."}
    assert people[1]["finished_at"].endswith("Z")
    assert people[2] == {
        "row": 3,
        "person_id": ids[2],
        "name": "No Number",
        "to": None,
        "status": "skipped",
        "error": {"code": "no_number", "message": "This person has no phone number."},
        "sent_at": None,
        "finished_at": None,
        "segments": None,
    }
    for status, rows in (
        ("queued", [1, 4]),
        ("skipped", [3, 5]),
        ("undelivered", [2]),
        ("sent", []),
        ("importing", []),
    ):
        assert [each["row"] for each in page.people(campaign_id, limit, status=status)] == rows


@pytest.mark.parametrize("slice_rows", [1, 2_000])
def test_the_report_to_take_away(
    parts: Context, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch, slice_rows: int
) -> None:
    monkeypatch.setattr(reports, "SLICE", slice_rows)
    monkeypatch.setattr(campaign_people, "SLICE", slice_rows)
    page, campaign_id, ids = begun(parts, outside)
    gather_and_import(parts)
    answer = page.get(f"/{campaign_id}/report.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [line["Person"] for line in lines] == [str(person_id) for person_id in ids]
    assert [line["Status"] for line in lines] == ["queued", "queued", "skipped", "queued", "skipped"]
    assert [line["Name"] for line in lines] == ["Person 0", "Person 1", "No Number", f"'{FORMULA}", "Same Number"]
    assert lines[0]["Number"] == f"'{number(0)}"
    assert (lines[2]["Code"], lines[2]["Reason"]) == ("no_number", "This person has no phone number.")
    with page.get(f"/{campaign_id}/report.xlsx") as workbook:
        sheet = openpyxl.load_workbook(io.BytesIO(workbook.get_data())).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} <= {"s", "n"}
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == campaign_people.HEADER
    assert rows[4][:5] == (4, FORMULA, str(ids[3]), number(2), "queued")


def test_a_report_of_nobody_has_its_header(parts: Context, outside: SandboxServer) -> None:
    page, campaign_id, _ = begun(parts, outside)
    ok(page.post(f"/{campaign_id}/cancel"))
    assert page.get(f"/{campaign_id}/report.csv").get_data(as_text=True).strip() == ",".join(campaign_people.HEADER)


def test_what_was_written_into_pipedrive_is_counted(both_services: Service, outside: SandboxServer) -> None:
    parts = parts_of(both_services)
    install(parts, outside)
    set_up(parts, log_campaign="note")
    page = Page(app_for(both_services).test_client(), outside)
    people = add_people(outside, 4)
    campaign_id, other_id = page.begin(selected(*people))["id"], page.begin(selected(*people))["id"]
    gather_and_import(parts)
    with both_services.database.write() as connection:
        of_campaign = messages.select().where(messages.c.campaign_id == campaign_id)
        for row, state in zip(
            connection.execute(of_campaign).all(), ("written", "waiting", "writing", "unwritten"), strict=True
        ):
            connection.execute(
                insert(pipedrive_logs).values(
                    message_id=row.id,
                    company_id=COMPANY,
                    user_id=7,
                    person_id=1,
                    kind="note",
                    state=state,
                    next_attempt_at=0,
                    created_at=now_ms(),
                )
            )
    assert page.show(campaign_id)["log"] == {"kind": "note", "written": 1, "waiting": 2, "unwritten": 1}
    assert page.show(other_id)["log"] == {"kind": "note", "written": 0, "waiting": 0, "unwritten": 0}


def test_a_list_of_one_status_looks_at_each_message_once(parts: Context) -> None:
    """SQLite looked through all messages of the campaign again for each of its people."""
    statement, of_campaign, place = campaign_people._chosen(1, "delivered")
    with parts.service.database.read() as connection:
        compiled = statement.where(of_campaign == "c", place > 0).order_by(place).compile(connection)
        values = tuple(compiled.construct_params()[name] for name in compiled.positiontup or ())
        plan = [step.detail for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)]
    assert "campaign_row>?" in plan[0]
    assert all("row=?" in step for step in plan[1:])
