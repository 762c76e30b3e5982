"""`connectors campaign`, as people and scripts run it."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from connectors.cli import cli
from connectors.commands import campaign_progress
from connectors.commands.campaign_progress import Ending, watch
from connectors.commands.dispatchers import NOBODY_SENDS
from connectors.service import Service
from connectors.shared.campaigns.store import list_campaigns
from connectors.shared.clock import DAY, now_ms
from connectors.shared.messages.states import Status
from connectors.shared.opt_outs import store as opt_outs
from connectors.shared.opt_outs.store import Scope
from connectors.shared.templates import store as templates
from tests.shared.campaigns.audience import import_all, imported, shown, upkeep_of
from tests.shared.messages.tenants import Tenant, add_tenant, change_all, number_of

HEADER = ("First Name", "Mobile", "City")
TEXT = ("--text", "Dear {{ first name }} of {{ city }}")


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    """Twelve people, and three rows that are none: no number, no name, the same again."""
    rows: list[Sequence[Any]] = [(f"Person {n}", int(number_of(n)[1:]), "Pune") for n in range(12)]
    rows[4] = ("Person 4", int(number_of(4)[1:]), "Zürich’s")
    return workbook(tmp_path / "people.xlsx", [*rows, ("Nobody", None, "Pune"), (None, 919800000099, "Pune"), rows[0]])


def workbook(path: Path, rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> str:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (header, *rows):
        book.active.append(list(row))
    book.save(path)
    return str(path)


def invoke(*arguments: str, stdin: str = "") -> Result:
    result = CliRunner().invoke(cli, ["campaign", *arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def run(*arguments: str, code: int = 0, stdin: str = "") -> str:
    result = invoke(*arguments, stdin=stdin)
    assert result.exit_code == code, result.output
    return result.output


def campaigns(tenant: Tenant) -> list[dict[str, Any]]:
    with tenant.service.database.read() as connection:
        return list_campaigns(connection, tenant.account_id, None, 10)


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(tenant: Tenant, sheet: str) -> None:
    with tenant.service.database.write() as connection:
        opt_outs.add(connection, tenant.service.secrets, tenant.account_id, number_of(11)[1:], Scope.ALL, "tests")
    said = run("send", sheet, *TEXT, "--dry-run")
    for words in (
        "people.xlsx: 15 rows, 11 recipients, 11 SMS",
        "The number is in the column “Mobile”.",
        f"{number_of(0)}    1  Dear Person 0 of Pune",
        "… and 1 more.",
        "1 message in UCS-2",
        "’  right single quotation mark",
        "Left out: 4 rows (1 without a number, 1 without a value that the text needs, 1 like an earlier one, 1 opted",
        'row 15: The column "First Name" is empty in this row.',
        "Nothing was sent.",
    ):
        assert words in said
    preview = json.loads(invoke("send", sheet, *TEXT, "--dry-run", "--json").stdout)
    assert (preview["recipients"], preview["skipped"]["opted_out"]) == (11, 1)
    assert campaigns(tenant) == []


@pytest.mark.usefixtures("tenant")
def test_a_dry_run_for_nobody_exits_1(tmp_path: Path) -> None:
    nobody = workbook(tmp_path / "nobody.xlsx", [("Ann", 12, "Pune")])
    assert "Nobody would be texted" in run("send", nobody, *TEXT, "--dry-run", code=1)


@pytest.mark.usefixtures("tenant")
def test_errors_beyond_twenty_are_counted(tmp_path: Path) -> None:
    said = run("send", workbook(tmp_path / "bad.xlsx", [("Ann", 12, "Pune")] * 25), *TEXT, "--dry-run", code=1)
    assert "row 21: " in said
    assert "row 22: " not in said
    assert "… and 5 more." in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give one of --text, --text-file and --template"),
        ((*TEXT, "--template", "sale"), "give one of --text"),
        (("--template", "sale"), "There is no template “sale”. There is none yet."),
        (("--text", "Dear {{ firstname }} {{ town }}"), "The columns are: First Name, Mobile, City."),
        (("--text", "Dear {{ first name"), "--text: "),
        ((*TEXT, "--mobile-column", "Phone"), 'There is no column "Phone", which --mobile-column names.'),
        ((*TEXT, "--message-type", "OTP"), "--message-type: A one-time code is for one person"),
        ((*TEXT, "--at", "2126-11-21T08:00:00Z"), "--at: This is too far ahead"),
        ((*TEXT, "--name", "Diwali\x1b[2J"), "printable"),
    ],
)
def test_what_is_asked_wrongly_says_what_to_do(
    tenant: Tenant, sheet: str, arguments: tuple[str, ...], words: str
) -> None:
    assert words in run("send", sheet, *arguments, code=2)
    assert campaigns(tenant) == []


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("people.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "people.xls: This is a workbook of the old format"),
        ("people.xlsx", b"no workbook", "people.xlsx: "),
        ("people.csv", b"Name,City\nAnn,Pune\n", "say in --mobile-column which it is"),
        ("people.csv", b"", "people.csv: The file is empty."),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in run("send", str(tmp_path / name), *TEXT, code=2)


@pytest.mark.usefixtures("tenant")
def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    assert "does not exist" in run("send", str(tmp_path / "people.xlsx"), *TEXT, code=2)


@pytest.mark.usefixtures("service")
def test_without_an_account_it_says_how_to_add_one(sheet: str) -> None:
    assert "connectors accounts add --customer-id" in run("send", sheet, *TEXT, code=1)


def test_without_a_dispatcher_it_is_kept_and_says_so(tenant: Tenant, sheet: str) -> None:
    assert "no campaign yet" in run("list")
    assert f"Kept. {NOBODY_SENDS}" in run("send", sheet, *TEXT, "--name", "Diwali")
    (campaign,) = campaigns(tenant)
    assert (campaign["name"], campaign["state"], campaign["source"]) == ("Diwali", "importing", "command")
    assert campaign["id"] in run("list")
    assert NOBODY_SENDS in run("show", campaign["id"])
    result = invoke("send", sheet, *TEXT, "--json", "--no-wait")
    assert json.loads(result.stdout)["name"] == "people.xlsx"
    assert NOBODY_SENDS in result.stderr


def test_a_template_and_a_text_in_a_file(tenant: Tenant, sheet: str, tmp_path: Path) -> None:
    with tenant.service.database.write() as connection:
        given = {"name": "sale", "text": "Sale in {{ city }}", "sender_id": "SHOP", "message_type": "PROMOTIONAL"}
        templates.create(connection, tenant.account_id, given)
    (tmp_path / "sale.txt").write_bytes(b"Dear {{ first name }},\r\nsee you\r\n")
    run("send", sheet, "--template", "sale", "--sender-id", "OTHER")
    run("send", sheet, "--text-file", str(tmp_path / "sale.txt"))
    run("send", sheet, "--text", "-", stdin="from {{ city }}\n")
    piped, filed, templated = campaigns(tenant)
    assert (templated["text"], templated["sender_id"]) == ("Sale in {{ city }}", "OTHER")
    assert templated["message_type"] == "PROMOTIONAL"
    assert filed["text"] == "Dear {{ first name }},\nsee you"
    assert piped["text"] == "from {{ city }}"


def test_it_is_paused_resumed_and_canceled(tenant: Tenant) -> None:
    campaign_id = imported(tenant, 3)
    assert "Paused; 3 messages have not been sent." in run("pause", campaign_id)
    assert "paused already" in run("pause", campaign_id, code=1)
    assert shown(tenant, campaign_id)["state"] == "paused"
    assert "It goes on" in run("resume", campaign_id)
    assert shown(tenant, campaign_id)["state"] == "running"
    assert "Canceled; 3 messages" in run("cancel", campaign_id)
    assert "cannot be resumed any more" in run("resume", campaign_id, code=1)
    for verb in ("pause", "resume", "cancel", "show"):
        assert "There is no such campaign." in run(verb, "nothing", code=1)
        assert "printable" in run(verb, "\udc80", code=2)


def test_what_is_in_doubt_is_resolved(tenant: Tenant) -> None:
    campaign_id = imported(tenant, 2)
    assert "No message is in doubt." in run("resolve", campaign_id, "--as", "sent")
    change_all(tenant.service, status="unconfirmed")
    assert "2 messages in doubt taken for not sent." in run("resolve", campaign_id, "--as", "failed")
    said = run("show", campaign_id)
    assert "2  failed" in said
    assert "for example: A person found that it was not sent." in said


def test_a_report_is_written_and_nothing_overwritten(tenant: Tenant, sheet: str, tmp_path: Path) -> None:
    run("send", sheet, *TEXT)
    import_all(tenant.service)
    upkeep_of(tenant.service).run()
    (campaign,) = campaigns(tenant)
    report = tmp_path / "report.xlsx"
    assert "report.xlsx has 15 rows." in run("report", campaign["id"], "-o", str(report))
    sheet_of = openpyxl.load_workbook(report).active
    assert sheet_of is not None
    assert [cell.value for cell in sheet_of[2]][:3] == [2, number_of(0), "queued"]
    before = report.read_bytes()
    assert "--force" in run("report", campaign["id"], "-o", str(report), code=2)
    assert report.read_bytes() == before
    run("report", campaign["id"], "-o", str(report), "--force")
    rows = list(csv.reader(io.StringIO(run("report", campaign["id"], "-o", "-"))))
    assert (len(rows), rows[0][0], rows[13][2]) == (16, "Row", "skipped")
    assert "report.xlsx, for example" in run("report", campaign["id"], "-o", str(tmp_path / "report.pdf"), code=2)
    assert "No such file or directory" in run("report", campaign["id"], "-o", str(tmp_path / "no" / "r.csv"), code=1)
    run("report", "nothing", "-o", str(tmp_path / "new.csv"), code=1)
    assert not (tmp_path / "new.csv").exists()


def test_what_strangers_wrote_drives_no_terminal(tenant: Tenant, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a\x1b[2Jb.xlsx", [("Ann", int(number_of(1)[1:]), "Pune")], ("Name [bold]", "Mobile", "x")
    )
    said = run("send", path, "--text", "Hi \x1b]0;x\x07 [bold] {{ x }}", "--dry-run")
    assert "\x1b" not in said
    assert "Hi �]0;x� [bold] Pune" in said
    run("send", path, "--text", "Hi {{ x }}")
    assert campaigns(tenant)[0]["name"] == "a_[2Jb.xlsx"


def test_a_name_that_is_no_text_is_kept_as_one(tenant: Tenant, tmp_path: Path) -> None:
    path = tmp_path / "people\udcff.csv"
    path.write_text(f"Mobile,City\n{number_of(1)},Pune\n")
    run("send", str(path), "--text", "Hi {{ city }}")
    assert campaigns(tenant)[0]["name"] == "people_.csv"


class Shown:
    """What a watcher was shown."""

    def __init__(self) -> None:
        self.campaigns: list[dict[str, Any]] = []
        self.words: list[str] = []

    def __call__(self, campaign: dict[str, Any], /) -> None:
        self.campaigns.append(campaign)

    def say(self, words: str) -> None:
        self.words.append(words)


def figures(state: str, **counts: int) -> dict[str, Any]:
    zero = dict.fromkeys(Status, 0)
    held = {"outside_hours": counts.pop("held", 0), "daily_limit": 0}
    return {"state": state, "rows_read": 9, "counts": {**zero, **counts}, "held": held}


@pytest.mark.parametrize(
    ("looks", "ending"),
    [
        ([figures("importing"), figures("running", queued=2), figures("finished", delivered=2)], Ending.OVER),
        ([figures("finished", sent=1), figures("finished", delivered=1)], Ending.OVER),
        ([figures("failed")], Ending.OVER),
        ([figures("canceled", queued=1), figures("canceled", canceled=1)], Ending.OVER),
        ([figures("scheduled", scheduled=2)], Ending.LATER),
        ([figures("running", scheduled=2, held=1), figures("running", scheduled=1, held=1)], Ending.LATER),
        ([figures("finished", sent=1), figures("finished", sent=1)], Ending.NO_CHANGE),
        ([figures("finished", unconfirmed=1), figures("finished", unconfirmed=1)], Ending.NO_CHANGE),
    ],
)
def test_the_watching_ends(monkeypatch: pytest.MonkeyPatch, looks: list[dict[str, Any]], ending: Ending) -> None:
    monkeypatch.setattr(campaign_progress, "LOOK_SECONDS", 0.0)
    left = iter(looks)
    show = Shown()
    assert watch(lambda: next(left), lambda: None, show, 0.0) == (looks[-1], ending)
    assert show.campaigns == looks


def test_it_ends_where_nobody_sends_any_more_and_by_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOOK_SECONDS", "GONE_SECONDS", "SILENT_SECONDS"):
        monkeypatch.setattr(campaign_progress, name, 0.0)
    running = figures("running", queued=1)
    show = Shown()
    assert watch(lambda: running, lambda: NOBODY_SENDS, show, 60.0)[1] is Ending.NOBODY_SENDS

    def interrupted() -> str:
        raise KeyboardInterrupt

    assert watch(lambda: running, interrupted, show, 60.0) == (running, Ending.LEFT)
    reasons = iter(["The account is paused.", "The account is paused.", None])
    looks = iter([*[running] * 3, figures("finished", delivered=1)])
    watch(lambda: next(looks), lambda: next(reasons), show, 60.0)
    assert show.words[-2:] == ["The account is paused.", "It goes on."]


def test_what_is_due_later_is_told(tenant: Tenant) -> None:
    campaign_id = imported(tenant, 2, due_at=now_ms() + DAY)
    said = run("show", campaign_id)
    assert "scheduled" in said
    assert "2  scheduled            waits for its time" in said
