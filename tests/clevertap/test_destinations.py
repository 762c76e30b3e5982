from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.clevertap.destinations import Destination, Listed, list_all, masked, remove
from connectors.cli import cli
from connectors.migrations import upgrade
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.accounts.store import Defaults, Login, add_account
from connectors.shared.database import metadata
from connectors.shared.errors import NotFound
from tests.clevertap.ledger import Ledger

URL = "https://in1.cb.wzrkt.com/sms/generic?account=SECRET-TOKEN"
MASKED = "https://in1.cb.wzrkt.com/sms/generic?***"


def test_a_second_url_replaces_the_first(ledger: Ledger) -> None:
    account_id = ledger.account()
    ledger.destination(account_id, "https://in1.cb.wzrkt.com/former")
    ledger.destination(account_id, URL)
    assert _listed(ledger) == [Listed("C-1", "CT-1", MASKED)]


def test_lists_by_customer(ledger: Ledger) -> None:
    second, first = ledger.account("C-2"), ledger.account("C-1")
    for account_id in (second, first):
        for clevertap_account in ("CT-2", "CT-1"):
            ledger.destination(account_id, URL, clevertap_account)
    assert [(entry.customer_id, entry.clevertap_account) for entry in _listed(ledger)] == [
        ("C-1", "CT-1"),
        ("C-1", "CT-2"),
        ("C-2", "CT-1"),
        ("C-2", "CT-2"),
    ]
    assert [entry.customer_id for entry in _listed(ledger, second)] == ["C-2", "C-2"]


def test_removal_is_of_this_customers_alone(ledger: Ledger) -> None:
    own, other = ledger.account("C-1"), ledger.account("C-2")
    ledger.destination(other, URL)
    with ledger.database.write() as connection, pytest.raises(NotFound):
        remove(connection, Destination(own, "CT-1"))
    ledger.destination(own, URL)
    ledger.owe(own, 1)
    ledger.owe(other, 1)
    with ledger.database.write() as connection:
        remove(connection, Destination(own, "CT-1"))
    assert [entry.customer_id for entry in _listed(ledger)] == ["C-2"]
    assert {row["account_id"]: row["state"] for row in ledger.reports()} == {own: "refused", other: "pending"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (URL, MASKED),
        ("http://127.0.0.1:9000/r", "http://127.0.0.1:9000/r"),
        ("https://a.test?x=1&y=2", "https://a.test?***"),
    ],
)
def test_the_query_is_masked(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An embedded database with every table, for commands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path / "var"))
    for name in ("DATABASE_URL", "SECRET_KEY", "CLEVERTAP_CALLBACK_HOSTS"):
        monkeypatch.delenv(f"CONNECTORS_{name}", raising=False)
    service = Service(read_settings())
    upgrade(service.database)
    metadata.create_all(service.database.engine)
    service.close()
    return tmp_path / "var"


def test_the_command_stores_lists_and_removes(data_dir: Path) -> None:
    _add_account("C-1")
    stored = _run("--account", "CT-1", "--url", URL)
    assert (stored.exit_code, stored.output) == (0, f"Reports of C-1 for CleverTap account CT-1 go to {MASKED}\n")
    listed = _run()
    assert (listed.exit_code, listed.output) == (0, f"C-1  CT-1  {MASKED}\n")
    assert _run("--account", "CT-1", "--remove").exit_code == 0
    assert "No callback URL is stored" in _run().output
    again = _run("--account", "CT-1", "--remove")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "connectors clevertap reports" in again.stderr


def test_the_url_is_nowhere_in_the_clear(data_dir: Path) -> None:
    _add_account("C-1")
    assert _run("--account", "CT-1", "--url", URL).exit_code == 0
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert any(b"CT-1" in path.read_bytes() for path in files)
    assert not any(b"SECRET-TOKEN" in path.read_bytes() for path in files)


def test_of_several_customers_one_is_named(data_dir: Path) -> None:
    for customer_id in ("C-1", "C-2"):
        _add_account(customer_id)
    unnamed = _run("--account", "CT-1", "--url", URL)
    assert unnamed.exit_code == 2
    assert "--customer-id" in unnamed.stderr
    for customer_id in ("C-1", "C-2"):
        assert _run("--account", "CT-1", "--url", URL, "--customer-id", customer_id).exit_code == 0
    assert _run().output == f"C-1  CT-1  {MASKED}\nC-2  CT-1  {MASKED}\n"
    assert _run("--customer-id", "C-2").output == f"C-2  CT-1  {MASKED}\n"
    unknown = _run("--account", "CT-1", "--url", URL, "--customer-id", "C-3")
    assert unknown.exit_code == 1
    assert "accounts add" in unknown.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--account", "CT-1", "--url", "https://example.com/?account=SECRET"], "CONNECTORS_CLEVERTAP_CALLBACK_HOSTS"),
        (["--account", "CT-1", "--url", "http://in1.cb.wzrkt.com/?account=SECRET"], "https://"),
        (["--account", "CT-1", "--url", "https://cb.wzrkt.com/?account=SECRET"], "Copy the Callback URL"),
        (["--account", "CT-1", "--url", "SECRET"], "Copy the Callback URL"),
        (["--account", "CT-1"], "--url"),
        (["--url", URL], "--account"),
        (["--remove"], "--account"),
        (["--account", "CT-1", "--url", URL, "--remove"], "either"),
        (["--account", "  ", "--url", URL], "--account"),
        (["--account", "x" * 129, "--url", URL], "128"),
    ],
)
def test_what_is_asked_wrongly_exits_2_in_words(data_dir: Path, options: list[str], words: str) -> None:
    _add_account("C-1")
    result = _run(*options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert "SECRET" not in result.stderr
    assert "No callback URL is stored" in _run().output


def test_a_listed_host_may_be_plain_http(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_CLEVERTAP_CALLBACK_HOSTS", "127.0.0.1")
    _add_account("C-1")
    assert _run("--account", "CT-1", "--url", "http://127.0.0.1:9/reports?account=x").exit_code == 0


def test_a_lost_key_is_said_in_words(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _add_account("C-1")
    assert _run("--account", "CT-1", "--url", URL).exit_code == 0
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "another")
    result = _run()
    assert result.exit_code == 1
    assert "CONNECTORS_SECRET_KEY" in result.stderr


def _run(*options: str) -> Result:
    return CliRunner().invoke(cli, ["clevertap", "reports", *options])


def _add_account(customer_id: str) -> None:
    service = Service(read_settings())
    with service.database.write() as connection:
        add_account(connection, service.secrets, Login(customer_id, "x"), Defaults())
    service.close()


def _listed(ledger: Ledger, account_id: int | None = None) -> list[Listed]:
    with ledger.database.read() as connection:
        return list_all(connection, ledger.service.secrets, account_id)
