"""`connectors campaign send` beside a running service: real processes, one SQLite file, receipts over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from connectors.sandbox.server import SandboxServer
from tests.serving.processes import Installation

ROWS = 60
REFUSED, UNDELIVERED = "+919816110011", "+919816110001"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A service that is up, with a vendor that sends receipts."""
    with SandboxServer() as vendor:
        made = Installation(tmp_path, vendor.url)
        made.environment["CONNECTORS_PUBLIC_URL"] = made.url
        vendor.settings(callback_urls=(made.run("callback-url").stdout.splitlines()[0],), receipt_delay=0.0)
        made.add_account()
        made.serve()
        yield made
        made.end()


def people(path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(("First Name", "Mobile"))
    for index in range(ROWS - 3):
        book.active.append((f"Person {index}", 919822000100 + index))
    for row in (("Refused", REFUSED), ("Away", UNDELIVERED), ("Nobody", None)):
        book.active.append(row)
    book.save(path)


def test_from_a_workbook_to_the_last_receipt_and_its_report(installation: Installation) -> None:
    people(installation.folder / "people.xlsx")
    done = installation.run("campaign", "send", "people.xlsx", "--text", "Dear {{ first name }}, welcome.")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    for words in (
        "“people.xlsx” is kept as campaign ",
        "Reading: 60/60 (1 left out)",
        "Sending: 59/59 (1 failed)",
        "Receipts: 58/58 (57 delivered, 1 undelivered)",
        "57  delivered            on the phone",
        "1  failed               for example: Message Central does not send to this number",
        "1  left out             1 without a number",
        "row 61: This row has no phone number.",
    ):
        assert words in done.stdout
    listed = json.loads(installation.run("campaign", "list", "--json").stdout)
    report = installation.run("campaign", "report", listed[0]["id"], "-o", "report.xlsx")
    assert report.returncode == 0, report.stderr
    sheet = openpyxl.load_workbook(installation.folder / "report.xlsx").active
    assert sheet is not None
    fates = {row[1]: row[2] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert (fates[REFUSED], fates[UNDELIVERED], fates["+919822000100"]) == ("failed", "undelivered", "delivered")


def test_a_program_gets_one_object_and_a_message_its_receipt(installation: Installation) -> None:
    people(installation.folder / "people.xlsx")
    done = installation.run("campaign", "send", "people.xlsx", "--text", "Dear {{ first name }}", "--json")
    campaign = json.loads(done.stdout)
    assert (campaign["state"], campaign["counts"]["delivered"], campaign["skipped"]["no_number"]) == ("finished", 57, 1)
    sent = installation.run("send", "--to", "+919822000021", "--text", "Hello")
    assert sent.returncode == 0
    assert sent.stdout.startswith(("Sent to +919822000021", "Delivered to +919822000021"))
